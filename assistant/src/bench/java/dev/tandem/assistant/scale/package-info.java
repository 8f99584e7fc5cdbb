/** Many real devices at once, measured; run by {@code docs/benchmarks/scale/run}. May use anything. */
@NullMarked
package dev.tandem.assistant.scale;

import org.jspecify.annotations.NullMarked;
