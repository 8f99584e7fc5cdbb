/**
 * A world of devices in one thread: real cores, dispatchers, multiplexers and carriers over pretended repositories and
 * a pretended network, on virtual time. One seed is one run, always the same. May use everything of the assistant's
 * tests and the simulated links of {@code xmpp}.
 */
@NullMarked
package dev.tandem.assistant.simulation;

import org.jspecify.annotations.NullMarked;
