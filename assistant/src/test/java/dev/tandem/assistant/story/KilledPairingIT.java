package dev.tandem.assistant.story;

import static dev.tandem.assistant.story.MortalDaemon.ends;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tandem.assistant.story.MortalDaemon.Said;
import dev.tandem.xmpp.testing.Prosody;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Both sides of a pairing, killed with SIGKILL at each labelled point. The two daemons that end a pairing forget each
 * other and begin the next one, with new accounts: the server remembers those that died for a while.
 */
@DisplayName("kill -9 in the middle of a pairing")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KilledPairingIT {
    private static final Pattern CODE = Pattern.compile("tandem pair (\\S+) (\\S+)");

    private Prosody server;

    @BeforeAll
    void aServer(@TempDir Path directory) throws Exception {
        server = Prosody.start(directory.resolve("prosody"));
    }

    @AfterAll
    void noServer() {
        server.close();
    }

    /** Two daemons. */
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    abstract class TwoDaemons {
        MortalDaemon laptop;
        MortalDaemon phone;
        private final String accounts = getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT);
        private int round;
        private Path notes;
        private Path copy;

        @BeforeAll
        void start(@TempDir Path directory) throws Exception {
            laptop = new MortalDaemon("laptop", directory);
            phone = new MortalDaemon("phone", directory);
            laptop.starts();
            phone.starts();
        }

        @BeforeEach
        void run() throws IOException {
            laptop.runs(); // also after a test that has failed in the middle
            phone.runs();
        }

        @AfterAll
        void end() {
            laptop.close();
            phone.close();
        }

        String account(MortalDaemon daemon) {
            return accounts + "-" + daemon.name + round + "@localhost";
        }

        void beginsRound() throws Exception {
            round++;
            forgetsAll(laptop);
            forgetsAll(phone);
            server.addUser(accounts + "-laptop" + round, "her password")
                    .addUser(accounts + "-phone" + round, "another password");
            laptop.signsIn(server, account(laptop), "her password");
            phone.signsIn(server, account(phone), "another password");
            notes = Files.createDirectory(laptop.directory.resolve("notes" + round));
            copy = phone.directory.resolve("copy" + round);
            laptop.does("add", notes.toString());
        }

        CompletableFuture<Said> offers(StringWriter screen) {
            return laptop.types(screen, "pair", notes.getFileName().toString());
        }

        CompletableFuture<Said> joins(StringWriter screen) {
            Matcher code = CODE.matcher("");
            await("a code is shown")
                    .atMost(Duration.ofSeconds(60))
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> code.reset(screen.toString()).find());
            return phone.types("pair", code.group(1), code.group(2), copy.toString());
        }

        void arePairedOnce(CompletableFuture<Said> joining, CompletableFuture<Said> offer) throws Exception {
            assertThat(ends(joining))
                    .satisfies(said -> assertThat(said.exit()).as(said.err()).isZero());
            assertThat(ends(offer))
                    .satisfies(said -> assertThat(said.exit()).as(said.err()).isZero());
            Files.writeString(notes.resolve("letter"), "dear phone");
            phone.sees(copy.resolve("letter"), "dear phone");
            for (MortalDaemon each : new MortalDaemon[] {laptop, phone}) {
                for (String table : new String[] {"device", "peer", "folder"}) {
                    assertThat(each.rows("SELECT count(*) FROM " + table))
                            .as(each.name + "'s " + table)
                            .containsExactly("1");
                }
                await("its commands are done")
                        .atMost(Duration.ofSeconds(20))
                        .until(() -> each.rows("SELECT id FROM command WHERE state <> 'DONE'")
                                .isEmpty());
            }
        }

        /** What the round before has left, whether it passed or not. */
        private void forgetsAll(MortalDaemon daemon) throws Exception {
            for (String device : daemon.rows("SELECT fingerprint FROM device")) {
                daemon.does("peers", "forget", device);
            }
            for (String folder : daemon.rows("SELECT name FROM folder")) {
                daemon.does("remove", folder);
            }
            for (String jid : daemon.rows("SELECT jid FROM account")) {
                daemon.does("account", "remove", jid);
            }
        }
    }

    @Nested
    @DisplayName("on the side that joins")
    @Execution(ExecutionMode.CONCURRENT)
    class Joiner extends TwoDaemons {
        @Execution(ExecutionMode.SAME_THREAD)
        @ParameterizedTest(name = "{0}")
        @ValueSource(
                strings = {
                    "pair-join begin kept",
                    "pair-join begin started",
                    "pair-join begin proven",
                    "pair-join begin recorded",
                    "pair-join create made",
                    "pair-join create recorded",
                    "pair-join open done",
                    "pair-join confirm started",
                    "pair-join confirm confirmed",
                    "pair-join confirm recorded",
                    "pair-join sync done",
                    "pair-join sync told"
                })
        @DisplayName(
                "SMPLX-13, SMPLX-14, SMPLX-21, SMPLX-27: whoever joins is killed; its next daemon ends the pairing")
        void killed(String label) throws Exception {
            beginsRound();
            StringWriter screen = new StringWriter();
            CompletableFuture<Said> offer = offers(screen);
            phone.stopsAt(label);
            CompletableFuture<Said> joining = joins(screen);
            phone.isKilledAtItsLabelAndStartsAgain();
            arePairedOnce(joining, offer);
        }
    }

    @Nested
    @DisplayName("on the side that shows the code")
    @Execution(ExecutionMode.CONCURRENT)
    class Offerer extends TwoDaemons {
        @Execution(ExecutionMode.SAME_THREAD)
        @ParameterizedTest(name = "{0}")
        @ValueSource(
                strings = {
                    "pair-offer begin kept",
                    "pair-offer begin started",
                    "pair-offer begin proving",
                    "pair-offer begin proven",
                    "pair-offer begin done",
                    "pair-offer begin recorded",
                    "pair-offer begin told"
                })
        @DisplayName("SMPLX-13, SMPLX-15, SMPLX-27: whoever shows the code is killed; its next daemon ends the pairing")
        void killed(String label) throws Exception {
            beginsRound();
            boolean atOnce = label.endsWith("kept") || label.endsWith("started");
            StringWriter screen = new StringWriter();
            laptop.stopsAt(label);
            CompletableFuture<Said> offer = offers(screen);
            if (atOnce) {
                laptop.isKilledAtItsLabelAndStartsAgain();
            }
            CompletableFuture<Said> joining = joins(screen);
            if (!atOnce) {
                laptop.isKilledAtItsLabelAndStartsAgain();
            }
            arePairedOnce(joining, offer);
        }
    }
}
