/** Where a test may end the process; does nothing else. Depends on nothing, so that everything may name its points. */
@NullMarked
package dev.tandem.gitsync.points;

import org.jspecify.annotations.NullMarked;
