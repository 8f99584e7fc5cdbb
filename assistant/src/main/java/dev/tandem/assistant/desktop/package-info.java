/**
 * Tells the person at this device what they would want to know, through the desktop's notifications.
 *
 * <p>May depend on the store's journal, and is the only home of D-Bus notifications. Owned by one thread,
 * {@code tandem-notifications}.
 */
@NullMarked
package dev.tandem.assistant.desktop;

import org.jspecify.annotations.NullMarked;
