/**
 * The whole judgement, pure: events in, effects out.
 *
 * <p>May depend on the JDK, Guava's collections and value types of the lower modules. Owned by one dispatcher thread
 * per folder.
 */
@NullMarked
package dev.tandem.assistant.core;

import org.jspecify.annotations.NullMarked;
