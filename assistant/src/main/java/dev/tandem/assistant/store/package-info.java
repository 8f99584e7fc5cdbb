/**
 * What survives a crash: schema, migrations, one class per aggregate, the journal and its cursors.
 *
 * <p>May depend on the records of {@code core} and {@code commands}, JDBI and SQLite.
 */
@NullMarked
package dev.tandem.assistant.store;

import org.jspecify.annotations.NullMarked;
