/**
 * What the system knows of the network that this device is on: whether it is paid by the byte.
 *
 * <p>Depends on nothing of Tandem's. Any thread; {@link dev.tandem.assistant.network.MeteredNetwork#look} blocks.
 */
@NullMarked
package dev.tandem.assistant.network;

import org.jspecify.annotations.NullMarked;
