/**
 * What a user has asked for and what outlives the asking: which command is next, what becomes of it, when it is tried
 * again. Pure; the rows are in {@code store}, the steps in the root package.
 *
 * <p>May depend on java.* (no files, no threads) and Jackson, for the rows' arguments.
 */
@NullMarked
package dev.tandem.assistant.commands;

import org.jspecify.annotations.NullMarked;
