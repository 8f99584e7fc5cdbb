/** Fakes of the daemon for tests of what talks to it. */
@NullMarked
package dev.tandem.assistant.testing;

import org.jspecify.annotations.NullMarked;
