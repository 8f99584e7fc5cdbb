package dev.tandem.assistant.story;

import static dev.tandem.assistant.story.MortalDaemon.ends;
import static dev.tandem.assistant.story.MortalDaemon.git;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.assistant.store.Store;
import dev.tandem.assistant.store.StoredDevice;
import dev.tandem.assistant.store.StoredPeer;
import dev.tandem.assistant.story.MortalDaemon.Said;
import dev.tandem.xmpp.account.DeviceId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Real daemons as processes, killed with SIGKILL at the labelled points of every command. The groups run side by side;
 * within one, the daemon that ends a command is the one that is killed in the next.
 */
@DisplayName("kill -9 in the middle of a command")
class KilledIT {
    private static final String BIG = "x".repeat(2 << 20);

    /** One daemon, that is killed and started again. */
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    abstract static class OneDaemon {
        MortalDaemon laptop;
        int round;

        @BeforeAll
        void start(@TempDir Path directory) throws Exception {
            laptop = new MortalDaemon("laptop", directory);
            prepare();
            laptop.starts();
        }

        /** Before the first start. */
        void prepare() throws Exception {
            // most need nothing
        }

        @BeforeEach
        void runs() throws IOException {
            laptop.runs(); // also after a test that has failed in the middle
        }

        @AfterAll
        void end() {
            laptop.close();
        }

        /** Types a command, kills the daemon at a point of it, starts the next, and gives the answer. */
        Said killedAt(String label, String... command) throws Exception {
            laptop.stopsAt(label);
            CompletableFuture<Said> answer = laptop.types(command);
            laptop.isKilledAtItsLabelAndStartsAgain();
            return ends(answer);
        }

        Said doneThough(String label, String... command) throws Exception {
            Said said = killedAt(label, command);
            assertThat(said.exit()).as(said.err()).isZero();
            return said;
        }

        /** A folder of its own for each round, with a file in it. */
        Path folder(String file, String content) throws IOException {
            round++;
            Path folder = Files.createDirectory(laptop.directory.resolve("notes" + round));
            Files.writeString(folder.resolve(file), content);
            return folder;
        }

        JsonNode status(Path folder) throws IOException {
            for (JsonNode one : laptop.status().get("folders")) {
                if (one.get("path").asText().equals(folder.toString())) {
                    return one;
                }
            }
            throw new AssertionError(folder + " is not in the status");
        }

        /** How often the journal tells that of the folder. */
        long told(String type, Path folder) throws Exception {
            return laptop.rows("SELECT cursor FROM journal WHERE type = '" + type + "' AND folder = '"
                            + folder.getFileName() + "'")
                    .size();
        }

        void saves(Path file, String content) throws IOException {
            Files.writeString(file, content);
            laptop.does("sync", file.getParent().getFileName().toString());
        }
    }

    @Nested
    @DisplayName("that is about one file or folder")
    @Execution(ExecutionMode.CONCURRENT)
    class Single extends OneDaemon {
        @Execution(ExecutionMode.SAME_THREAD)
        @ParameterizedTest(name = "{0}")
        @ValueSource(
                strings = {
                    "add begin kept",
                    "add begin recorded",
                    "add create made",
                    "add create done",
                    "add create recorded",
                    "add open done",
                    "add commit started",
                    "add commit recorded"
                })
        @DisplayName("SMPLX-1, SMPLX-16: an interrupted add completes, and the command line gets its answer")
        void addKilled(String label) throws Exception {
            Path folder = folder("letter", "dear diary");

            doneThough(label, "add", folder.toString());

            assertThat(status(folder).get("head").isNull()).isFalse();
            assertThat(git(folder, "ls-files")).contains("letter");
            assertThat(git(folder, "config", "annex.uuid").strip())
                    .isEqualTo(status(folder).get("uuid").asText());
            laptop.does("remove", folder.getFileName().toString());
        }

        @Execution(ExecutionMode.SAME_THREAD)
        @ParameterizedTest(name = "{0}")
        @ValueSource(
                strings = {
                    "restore begin kept",
                    "restore begin recorded",
                    "restore restore started",
                    "restore restore restored",
                    "restore restore done",
                    "restore restore recorded",
                    "restore content done",
                    "restore content told"
                })
        @DisplayName(
                "SMPLX-13, SMPLX-14: an interrupted restore brings the version back, once, and not over a later one")
        void restoreKilled(String label) throws Exception {
            Path folder = folder("note", "one\n");
            laptop.does("add", folder.toString());
            String first = git(folder, "rev-parse", "HEAD").strip();
            saves(folder.resolve("note"), "two\n");
            laptop.stopsAt(label);
            CompletableFuture<Said> answer =
                    laptop.types("restore", folder.resolve("note").toString(), "--at", first);
            laptop.isKilledAtItsLabel();
            boolean wasDone = git(folder, "show", "HEAD:note").equals("one\n");
            if (wasDone) {
                Files.writeString(folder.resolve("note"), "three\n");
            }
            laptop.starts();

            assertThat(ends(answer))
                    .satisfies(said -> assertThat(said.exit()).as(said.err()).isZero());
            laptop.does("sync", folder.getFileName().toString());
            assertThat(Files.readString(folder.resolve("note"))).isEqualTo(wasDone ? "three\n" : "one\n");
            assertThat(git(folder, "log", "--format=%s").lines())
                    .filteredOn(line -> line.startsWith("Restore "))
                    .hasSize(1);
            assertThat(told("restored", folder)).isOne();
            laptop.does("remove", folder.getFileName().toString());
        }
    }

    @Nested
    @DisplayName("that is about large files")
    @Execution(ExecutionMode.CONCURRENT)
    class LargeFiles extends OneDaemon {
        private Path folder;
        private Path film;

        private void addsBigFile() throws IOException {
            folder = folder("film", BIG);
            film = folder.resolve("film");
            laptop.does("add", folder.toString());
        }

        private void goes() throws IOException {
            laptop.does("remove", folder.getFileName().toString());
        }

        @Execution(ExecutionMode.SAME_THREAD)
        @ParameterizedTest(name = "{0}")
        @ValueSource(
                strings = {
                    "drop begin kept",
                    "drop drop started",
                    "drop drop emptied",
                    "drop drop marked",
                    "drop drop removed",
                    "drop drop located",
                    "drop drop recorded"
                })
        @DisplayName("SMPLX-13, SMPLX-16: an interrupted drop ends with the content gone and its place recorded")
        void dropKilled(String label) throws Exception {
            addsBigFile();
            String key = git(folder, "cat-file", "-p", "HEAD:film").strip();

            doneThough(label, "drop", "--force", film.toString());

            assertThat(Files.size(film)).isLessThan(1000);
            assertThat(laptop.does("whereis", film.toString(), "--json").out()).contains("\"copies\":[]");
            try (var objects = Files.walk(folder.resolve(".git/annex/objects"))) {
                assertThat(objects.filter(Files::isRegularFile).toList()).isEmpty();
            }
            assertThat(key).contains("SHA256");
            goes();
        }

        @Execution(ExecutionMode.SAME_THREAD)
        @ParameterizedTest(name = "{0}")
        @ValueSource(strings = {"get begin kept", "get begin asked", "get begin recorded", "get wish recorded"})
        @DisplayName("SMPLX-13, SMPLX-15: a get is not forgotten: the content comes when somebody has it again")
        void getKilled(String label) throws Exception {
            addsBigFile();
            laptop.does("drop", "--force", film.toString());

            assertThat(killedAt(label, "get", film.toString()).out()).contains("it comes when it can be had");

            assertThat(laptop.rows(wishes("step || ' ' || (state IN ('QUEUED', 'RUNNING'))")))
                    .containsExactly("wish 1");
            goes();
        }

        private String wishes(String what) throws IOException {
            return "SELECT " + what + " FROM command WHERE kind = 'get' AND folder = '"
                    + status(folder).get("uuid").asText() + "'";
        }

        @Test
        @Execution(ExecutionMode.SAME_THREAD)
        @DisplayName("SMPLX-13: a content that a restored version lacks is wished for, though killed at \"wished\"")
        void restoredContent() throws Exception {
            addsBigFile();
            String first = git(folder, "rev-parse", "HEAD").strip();
            laptop.does("drop", "--force", film.toString());
            saves(film, "a short film\n");

            Said said = doneThough("restore content wished", "restore", film.toString(), "--at", first);

            assertThat(said.out()).contains("comes when it can be had");
            assertThat(laptop.rows(wishes("step"))).containsExactly("wish");
            goes();
        }

        @Test
        @Execution(ExecutionMode.SAME_THREAD)
        @DisplayName("SMPLX-6: a folder that is removed takes what was asked of it along")
        void folderRemoved() throws Exception {
            addsBigFile();
            laptop.does("drop", "--force", film.toString());
            assertThat(laptop.tandem("get", film.toString()).exit()).isEqualTo(1);
            assertThat(laptop.rows(wishes("step"))).hasSize(1);
            goes();
            assertThat(laptop.rows("SELECT kind FROM command WHERE folder IS NOT NULL"))
                    .isEmpty();
        }
    }

    @Nested
    @DisplayName("that is about remotes and devices")
    @Execution(ExecutionMode.CONCURRENT)
    class Others extends OneDaemon {
        private static final int DEVICES = 8;
        private Path folder;
        private Path bare;

        @Override
        void prepare() throws Exception {
            folder = folder("letter", "dear diary");
            bare = laptop.directory.resolve("shared.git");
            git(laptop.directory, "init", "-q", "--bare", "-b", "main", bare.toString());
            laptop.starts();
            laptop.does("add", folder.toString());
            UUID uuid = UUID.fromString(status(folder).get("uuid").asText());
            laptop.kill();
            try (Store store = Store.open(laptop.home.resolve("tandem.db"))) {
                for (int i = 0; i < DEVICES; i++) {
                    DeviceId device = new DeviceId(("" + i).repeat(64));
                    store.devices().store(new StoredDevice(device, "phone" + i, "ada@localhost", Instant.EPOCH));
                    store.peers()
                            .store(new StoredPeer(uuid, device, new UUID(1, i), Optional.empty(), Optional.empty()));
                }
            }
        }

        @Execution(ExecutionMode.SAME_THREAD)
        @ParameterizedTest(name = "{0}")
        @ValueSource(
                strings = {
                    "remote-add begin kept",
                    "remote-add begin started",
                    "remote-add begin written",
                    "remote-add begin done",
                    "remote-add begin recorded",
                    "remote-add begin told",
                    "remote-remove begin kept",
                    "remote-remove begin recorded",
                    "remote-remove remove started",
                    "remote-remove remove removed",
                    "remote-remove remove done",
                    "remote-remove remove recorded"
                })
        @DisplayName("SMPLX-13, SMPLX-14: an interrupted remote add or remove is done once, and said once")
        void remoteKilled(String label) throws Exception {
            round++;
            String[] add = {"remote", "add", "notes1", "shared" + round, bare.toString()};
            String[] remove = {"remote", "remove", "notes1", "shared" + round};
            boolean adding = label.startsWith("remote-add");
            long added = told("remote-added", folder);
            long removed = told("remote-removed", folder);
            if (adding) {
                doneThough(label, add);
            } else {
                laptop.does(add);
            }
            await("the remote is synced with")
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> git(bare, "rev-parse", "main")
                            .strip()
                            .equals(git(folder, "rev-parse", "HEAD").strip()));
            assertThat(git(folder, "remote")).isEqualTo("shared" + round + "\n");
            if (adding) {
                laptop.does(remove);
            } else {
                doneThough(label, remove);
            }
            assertThat(git(folder, "remote")).isEmpty();
            assertThat(git(folder, "for-each-ref", "refs/remotes")).isEmpty();
            assertThat(told("remote-added", folder)).isEqualTo(added + 1);
            assertThat(told("remote-removed", folder)).isEqualTo(removed + 1);
            assertThat(laptop.tandem(remove).exit()).isEqualTo(1);
        }

        @Execution(ExecutionMode.SAME_THREAD)
        @ParameterizedTest(name = "{0}")
        @ValueSource(
                strings = {
                    "0 peer-forget begin kept",
                    "1 peer-forget begin recorded",
                    "2 peer-forget revoke started",
                    "3 peer-forget revoke done",
                    "4 peer-forget revoke recorded",
                    "5 peer-forget tell told everybody",
                    "6 peer-forget tell recorded",
                    "7 peer-forget tell told"
                })
        @DisplayName("SMPLX-13, SMPLX-15: an interrupted revocation is whole, said once, and whoever asked is told")
        void forgetKilled(String label) throws Exception {
            String name = "phone" + label.charAt(0);
            assertThat(peers(name)).isOne();

            Said said = doneThough(label.substring(2), "peers", "forget", name);

            assertThat(said.out()).contains(name, "is no longer paired");
            assertThat(peers(name)).isZero();
            assertThat(laptop.rows("SELECT uuid FROM peer WHERE device LIKE '" + label.charAt(0) + "%'"))
                    .isEmpty();
            assertThat(laptop.rows("SELECT fields FROM journal WHERE type = 'device-revoked'").stream()
                            .filter(fields -> fields.contains(name)))
                    .hasSize(1);
            assertThat(laptop.tandem("peers", "forget", name).exit()).isEqualTo(1);
        }

        private long peers(String name) throws IOException {
            long shown = 0;
            for (JsonNode peer : status(folder).get("peers")) {
                shown += peer.get("name").asText().equals(name) ? 1 : 0;
            }
            return shown;
        }
    }
}
