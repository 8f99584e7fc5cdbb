package dev.tandem.assistant.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.xmpp.account.DeviceId;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The store")
final class StoreTest {
    private static final Instant NEW_YEAR = Instant.parse("2026-01-01T00:00:00Z");
    private static final DeviceId PHONE = new DeviceId("a".repeat(64));
    private static final DeviceId LAPTOP = new DeviceId("b".repeat(64));
    private static final UUID NOTES = new UUID(0, 15);
    private static final UUID NOTES_ON_PHONE = new UUID(0, 1);

    @TempDir
    Path directory;

    private Path file() {
        return directory.resolve("tandem.db");
    }

    private static void fill(Store store) {
        store.accounts()
                .store(new StoredAccount(
                        "alice@example.org", "secret", Optional.of("localhost:5222"), Optional.empty()));
        store.folders().store(new StoredFolder("notes", Path.of("/home/alice/notes"), NOTES, true));
        store.devices().store(new StoredDevice(PHONE, "phone", "alice@example.org", NEW_YEAR));
        store.peers().store(new StoredPeer(NOTES, PHONE, NOTES_ON_PHONE, Optional.of(NEW_YEAR), Optional.empty()));
        store.owed().store(new Owed(NOTES, NOTES_ON_PHONE, Owed.Kind.CAN_PUSH));
    }

    private static void assertFilled(Store store) {
        assertThat(store.accounts().list())
                .containsExactly(new StoredAccount(
                        "alice@example.org", "secret", Optional.of("localhost:5222"), Optional.empty()));
        assertThat(store.folders().list())
                .containsExactly(new StoredFolder("notes", Path.of("/home/alice/notes"), NOTES, true));
        assertThat(store.devices().list())
                .containsExactly(new StoredDevice(PHONE, "phone", "alice@example.org", NEW_YEAR));
        assertThat(store.peers().list())
                .containsExactly(new StoredPeer(NOTES, PHONE, NOTES_ON_PHONE, Optional.of(NEW_YEAR), Optional.empty()));
        assertThat(store.owed().list()).containsExactly(new Owed(NOTES, NOTES_ON_PHONE, Owed.Kind.CAN_PUSH));
    }

    @Test
    @DisplayName("holds after a restart what was stored before, in a file that only its owner can read")
    void survivesRestart() throws IOException {
        try (Store store = Store.open(file())) {
            fill(store);
        }
        assertThat(directory.resolve("tandem.db-wal")).doesNotExist();

        try (Store store = Store.open(file())) {
            assertFilled(store);
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
                .isEqualTo("rw-------");
    }

    @Test
    @DisplayName("waits for the disk at every commit, checks references, and lets readers read while it writes")
    void settings() throws IOException {
        try (Store store = Store.open(file())) {
            for (String pragma : List.of("journal_mode=wal", "synchronous=2", "foreign_keys=1", "busy_timeout=5000")) {
                String[] expected = pragma.split("=", 2);
                String found = store.database()
                        .write(handle -> handle.createQuery("PRAGMA " + expected[0])
                                .mapTo(String.class)
                                .one());
                assertThat(found).as(pragma).isEqualTo(expected[1]);
            }
        }
    }

    @Test
    @DisplayName("keeps an account's place when its password changes")
    void replaceKeepsOrder() {
        try (Store store = Store.inMemory()) {
            store.accounts().store(new StoredAccount("b@x", "1", Optional.empty(), Optional.empty()));
            store.accounts().store(new StoredAccount("a@x", "2", Optional.empty(), Optional.empty()));
            store.accounts().store(new StoredAccount("b@x", "3", Optional.empty(), Optional.empty()));

            assertThat(store.accounts().list())
                    .extracting(StoredAccount::jid, StoredAccount::password)
                    .containsExactly(
                            org.assertj.core.groups.Tuple.tuple("b@x", "3"),
                            org.assertj.core.groups.Tuple.tuple("a@x", "2"));
            assertThat(store.accounts().delete("b@x")).isTrue();
            assertThat(store.accounts().get("b@x")).isEmpty();
            assertThat(store.accounts().delete("b@x")).isFalse();
        }
    }

    @Test
    @DisplayName("PUSH-13: a repository's uuid belongs to one device; another that claims it is refused")
    void uuidBelongsToOneDevice() {
        try (Store store = Store.inMemory()) {
            fill(store);
            store.devices().store(new StoredDevice(LAPTOP, "laptop", "mallory@example.org", NEW_YEAR));

            assertThatThrownBy(() -> store.peers()
                            .store(new StoredPeer(NOTES, LAPTOP, NOTES_ON_PHONE, Optional.empty(), Optional.empty())))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThat(store.peers().owner(NOTES_ON_PHONE)).contains(PHONE);
            assertFilledPeersOnly(store);
        }
    }

    private static void assertFilledPeersOnly(Store store) {
        assertThat(store.peers().list(NOTES)).extracting(StoredPeer::device).containsExactly(PHONE);
    }

    @Test
    @DisplayName("PUSH-17: owes a client at most one notice of a kind, and none once it has been said")
    void owedOnce() {
        try (Store store = Store.inMemory()) {
            fill(store);
            store.owed().store(new Owed(NOTES, NOTES_ON_PHONE, Owed.Kind.CAN_PUSH));
            store.owed().store(new Owed(NOTES, NOTES_ON_PHONE, Owed.Kind.PUSH_REQUEST));
            assertThat(store.owed().list()).hasSize(2);

            assertThat(store.owed().delete(new Owed(NOTES, NOTES_ON_PHONE, Owed.Kind.CAN_PUSH)))
                    .isTrue();
            assertThat(store.owed().list()).extracting(Owed::kind).containsExactly(Owed.Kind.PUSH_REQUEST);
        }
    }

    @Test
    @DisplayName("forgets with a revoked device its peers and what they are owed, and nothing else")
    void revoke() {
        try (Store store = Store.inMemory()) {
            fill(store);
            store.devices().store(new StoredDevice(LAPTOP, "laptop", "alice@example.org", NEW_YEAR));
            UUID there = new UUID(0, 2);
            store.peers().store(new StoredPeer(NOTES, LAPTOP, there, Optional.empty(), Optional.of("abc")));
            store.owed().store(new Owed(NOTES, there, Owed.Kind.CAN_PUSH));

            assertThat(store.devices().delete(LAPTOP)).isTrue();

            assertFilled(store);
        }
    }

    @Test
    @DisplayName("forgets with a removed folder its peers; the device stays paired")
    void removeFolder() {
        try (Store store = Store.inMemory()) {
            fill(store);

            assertThat(store.folders().delete(NOTES)).isTrue();

            assertThat(store.peers().list()).isEmpty();
            assertThat(store.owed().list()).isEmpty();
            assertThat(store.devices().get(PHONE)).isPresent();
        }
    }

    @Test
    @DisplayName("COMP-3: a change and its journal entry are durable together, or neither is, and nobody saw it")
    void oneTransaction() {
        try (Store store = Store.inMemory()) {
            assertThatThrownBy(() -> store.transaction(() -> {
                        fill(store);
                        store.journal().append(NEW_YEAR, "paired", "notes", Map.of());
                        throw new IllegalStateException("crash");
                    }))
                    .hasMessage("crash");

            assertThat(store.devices().list()).isEmpty();
            assertThat(store.journal().last()).isZero();
            assertThat(store.journal().append(NEW_YEAR, "paired", "notes", Map.of()))
                    .isEqualTo(1);
        }
    }

    @Nested
    @DisplayName("when it opens a file that is not its own of today")
    final class Versions {
        @Test
        @DisplayName("reads the database of the first release")
        void frozenFirstRelease() throws IOException, SQLException {
            execute(resource("v1.sql"));

            try (Store store = Store.open(file())) {
                assertFilled(store);
                assertThat(store.journal().last()).isEqualTo(7);
                assertThat(store.journal().page(0, 10, Optional.empty()))
                        .isEqualTo(new Journal.Page(
                                Optional.of(new Journal.Gap(6, 6)),
                                List.of(new Journal.Entry(7, NEW_YEAR, "merged", "notes", Map.of("head", "abc")))));
            }
        }

        @Test
        @DisplayName("gives one of an older Tandem the tables that a new one has, the commands' among them")
        void migratedIsAsNew() throws IOException, SQLException {
            execute(resource("v1.sql"));

            try (Store migrated = Store.open(file());
                    Store made = Store.inMemory()) {
                assertThat(tables(migrated))
                        .isEqualTo(tables(made))
                        .anySatisfy(table -> assertThat(table).startsWith("CREATE TABLE command"));
            }
        }

        private List<String> tables(Store store) {
            return store
                    .database()
                    .read(handle -> handle.createQuery(
                                    "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name")
                            .mapTo(String.class)
                            .list())
                    .stream()
                    .map(sql -> sql.replaceAll("--.*", "").replaceAll("\\s+", " "))
                    .toList();
        }

        @Test
        @DisplayName("migrates step by step, and wholly or not at all")
        void migrates() throws IOException, SQLException {
            execute(resource("v1.sql"));
            Schema good = new Schema(
                    "",
                    List.of("ALTER TABLE device ADD COLUMN colour TEXT; CREATE TABLE alias (device TEXT, name TEXT)"));
            Schema bad = new Schema("", List.of("ALTER TABLE device ADD COLUMN colour TEXT", "NONSENSE"));

            assertThatThrownBy(() -> Store.open(file(), bad)).isInstanceOf(IOException.class);
            try (Store store = Store.open(file(), good)) {
                assertFilled(store);
                assertThat(store.database().read(Schema::versionOf)).isEqualTo(2);
            }
        }

        @Test
        @DisplayName("refuses one that a newer Tandem wrote, and leaves it as it is")
        void refusesNewer() throws SQLException {
            execute("PRAGMA user_version = 99");

            assertThatThrownBy(() -> Store.open(file()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("newer Tandem (schema 99")
                    .hasMessageContaining("update Tandem");
            assertThat(file()).exists();
        }

        @Test
        @DisplayName("moves garbage aside untouched, says so, and begins anew at the next start")
        void garbage() throws IOException {
            byte[] garbage = "this is not a database, whatever its name says "
                    .repeat(100)
                    .getBytes(StandardCharsets.UTF_8);
            Files.write(file(), garbage);

            assertThatThrownBy(() -> Store.open(file()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("damaged and was moved to " + file() + ".damaged-1");
            assertThat(directory.resolve("tandem.db.damaged-1")).hasBinaryContent(garbage);

            try (Store store = Store.open(file())) {
                fill(store);
                assertFilled(store);
            }
        }

        @Test
        @DisplayName("says that a folder is missing")
        void missingFolder() {
            assertThatThrownBy(() -> Store.open(directory.resolve("no/tandem.db")))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("cannot be created (NoSuchFileException)");
        }
    }

    @Test
    @DisplayName("SMPLX-18: a full disk is said in a line, records nothing, and passes without a restart")
    void fullDisk() throws IOException {
        try (Store store = Store.open(file())) {
            fill(store);
            String large = "x".repeat(1_000_000);
            StoredAccount account = new StoredAccount("large@x", large, Optional.empty(), Optional.empty());
            limitPages(store, 1);

            assertThatThrownBy(() -> store.accounts().store(account))
                    .isInstanceOf(UncheckedIOException.class)
                    .cause()
                    .hasMessageContaining("is full: nothing was recorded");

            limitPages(store, 1_000_000);
            assertFilled(store);
            store.accounts().store(account);
            assertThat(store.accounts().get("large@x")).isPresent();
        }
    }

    private static void limitPages(Store store, int pages) {
        store.database()
                .write(handle -> handle.createQuery("PRAGMA max_page_count = " + pages)
                        .mapTo(int.class)
                        .one());
    }

    private void execute(String script) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file());
                Statement statement = connection.createStatement()) {
            statement.executeUpdate(script);
        }
    }

    private static String resource(String name) throws IOException {
        try (InputStream resource = StoreTest.class.getResourceAsStream(name)) {
            return new String(java.util.Objects.requireNonNull(resource).readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
