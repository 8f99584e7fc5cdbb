/** Starts, stops and wires the daemon: the only package that sees all others, and that no other sees. */
@NullMarked
package dev.tandem.assistant;

import org.jspecify.annotations.NullMarked;
