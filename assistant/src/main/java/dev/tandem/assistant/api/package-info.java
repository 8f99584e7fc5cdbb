/**
 * The local HTTP API: loopback only, token-protected, and the status page.
 *
 * <p>May depend on {@code core} snapshots and {@code store}'s journal, Javalin and Jackson.
 */
@NullMarked
package dev.tandem.assistant.api;

import org.jspecify.annotations.NullMarked;
