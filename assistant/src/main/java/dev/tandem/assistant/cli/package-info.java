/**
 * The command line: parse, one call to the API, print, exit code.
 *
 * <p>May depend on {@code api}'s wire records only, and on picocli.
 */
@NullMarked
package dev.tandem.assistant.cli;

import org.jspecify.annotations.NullMarked;
