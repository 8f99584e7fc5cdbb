/** Where a test may end the process; does nothing else. Depends on nothing, so that everything may name its points. */
@NullMarked
package dev.tandem.gitsync.crash;

import org.jspecify.annotations.NullMarked;
