package dev.tandem.assistant.story;

import static dev.tandem.assistant.story.MortalDaemon.ends;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.assistant.commands.CommandRow;
import dev.tandem.assistant.store.Store;
import dev.tandem.assistant.story.MortalDaemon.Said;
import dev.tandem.xmpp.testing.Prosody;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real daemons as processes, killed with SIGKILL at the labelled points of every command. */
@DisplayName("kill -9 in the middle of a command")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KilledIT {
    private static final Pattern CODE = Pattern.compile("tandem pair (\\S+) (\\S+)");
    private static final String BIG = "x".repeat(2 << 20);

    private final AtomicInteger rounds = new AtomicInteger();
    private Prosody server;

    @BeforeAll
    void aServer(@TempDir Path directory) throws Exception {
        server = Prosody.start(directory.resolve("prosody"));
    }

    @AfterAll
    void end() {
        server.close();
    }

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
    @DisplayName("SMPLX-13, SMPLX-14, SMPLX-21, SMPLX-27: whoever joins is killed; its next daemon ends the pairing")
    void joinerKilled(String label, @TempDir Path directory) throws Exception {
        pairing(directory, "", label);
    }

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
    void offererKilled(String label, @TempDir Path directory) throws Exception {
        pairing(directory, label, "");
    }

    private void pairing(Path directory, String ofLaptop, String ofPhone) throws Exception {
        try (MortalDaemon laptop = new MortalDaemon("laptop", directory);
                MortalDaemon phone = new MortalDaemon("phone", directory)) {
            laptop.starts(ofLaptop);
            phone.starts(ofPhone);
            int round = rounds.incrementAndGet(); // the server remembers those that died for a while
            server.addUser("ada" + round, "her password").addUser("phone" + round, "another password");
            laptop.signsIn(server, "ada" + round + "@localhost", "her password");
            phone.signsIn(server, "phone" + round + "@localhost", "another password");
            Files.createDirectories(laptop.folder);
            assertThat(laptop.tandem("add", laptop.folder.toString(), "--name", "notes")
                            .exit())
                    .isZero();
            StringWriter screen = new StringWriter();
            CompletableFuture<Said> offer = laptop.types(screen, "pair", "notes");
            if (ofLaptop.endsWith("kept") || ofLaptop.endsWith("started")) {
                laptop.isKilledAtItsLabel();
                laptop.starts();
            }
            Matcher code = CODE.matcher("");
            await("a code is shown")
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> code.reset(screen.toString()).find());
            String[] join = {"pair", code.group(1), code.group(2), phone.folder.toString()};
            CompletableFuture<Said> joining = phone.types(join);
            if (!ofPhone.isEmpty()) {
                phone.isKilledAtItsLabel();
                phone.starts();
            } else if (!ofLaptop.endsWith("kept") && !ofLaptop.endsWith("started")) {
                laptop.isKilledAtItsLabel();
                laptop.starts();
            }

            assertThat(ends(joining))
                    .satisfies(said -> assertThat(said.exit()).as(said.err()).isZero());
            assertThat(ends(offer))
                    .satisfies(said -> assertThat(said.exit()).as(said.err()).isZero());
            Files.writeString(laptop.folder.resolve("letter"), "dear phone");
            phone.sees("letter", "dear phone");
            assertThat(peers(laptop)).hasSize(1);
            assertThat(peers(phone)).hasSize(1);
            laptop.kill();
            phone.kill();
            assertOneRowEach(laptop);
            assertOneRowEach(phone);
        }
    }

    private static JsonNode peers(MortalDaemon daemon) throws IOException {
        JsonNode folders = daemon.status().get("folders");
        assertThat(folders).hasSize(1);
        return folders.get(0).get("peers");
    }

    private static void assertOneRowEach(MortalDaemon daemon) throws IOException {
        try (Store store = Store.open(daemon.home.resolve("tandem.db"))) {
            assertThat(store.devices().list()).hasSize(1);
            assertThat(store.peers().list()).hasSize(1);
            assertThat(store.folders().list()).hasSize(1);
            assertThat(store.commands().list())
                    .allSatisfy(row -> assertThat(row.state()).isEqualTo(CommandRow.State.DONE));
        }
    }

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
    void addKilled(String label, @TempDir Path directory) throws Exception {
        try (MortalDaemon laptop = new MortalDaemon("laptop", directory)) {
            laptop.starts(label);
            Files.createDirectories(laptop.folder);
            Files.writeString(laptop.folder.resolve("letter"), "dear diary");
            CompletableFuture<Said> adding = laptop.types("add", laptop.folder.toString());
            laptop.isKilledAtItsLabel();
            laptop.starts();

            assertThat(ends(adding))
                    .satisfies(said -> assertThat(said.exit()).as(said.err()).isZero());
            JsonNode folders = laptop.status().get("folders");
            assertThat(folders).hasSize(1);
            assertThat(folders.get(0).get("head").isNull()).isFalse();
            assertThat(git(laptop.folder, "ls-files")).contains("letter");
            assertThat(git(laptop.folder, "config", "annex.uuid").strip())
                    .isEqualTo(folders.get(0).get("uuid").asText());
        }
    }

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
    void dropKilled(String label, @TempDir Path directory) throws Exception {
        try (MortalDaemon laptop = new MortalDaemon("laptop", directory)) {
            laptop.starts(label);
            addsBigFile(laptop);
            String key = git(laptop.folder, "cat-file", "-p", "HEAD:film").strip();
            CompletableFuture<Said> dropping = laptop.types(
                    "drop", "--force", laptop.folder.resolve("film").toString());
            laptop.isKilledAtItsLabel();
            laptop.starts();

            assertThat(ends(dropping))
                    .satisfies(said -> assertThat(said.exit()).as(said.err()).isZero());
            assertThat(Files.size(laptop.folder.resolve("film"))).isLessThan(1000);
            assertThat(laptop.tandem("whereis", laptop.folder.resolve("film").toString(), "--json")
                            .out())
                    .contains("\"copies\":[]");
            try (var objects = Files.walk(laptop.folder.resolve(".git/annex/objects"))) {
                assertThat(objects.filter(Files::isRegularFile).toList()).isEmpty();
            }
            assertThat(key).contains("SHA256");
        }
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"get begin kept", "get begin asked", "get begin recorded", "get wish recorded"})
    @DisplayName("SMPLX-13, SMPLX-15: a get is not forgotten: the content comes when somebody has it again")
    void getKilled(String label, @TempDir Path directory) throws Exception {
        try (MortalDaemon laptop = new MortalDaemon("laptop", directory)) {
            laptop.starts(label);
            addsBigFile(laptop);
            Path film = laptop.folder.resolve("film");
            assertThat(laptop.tandem("drop", "--force", film.toString()).exit()).isZero();
            CompletableFuture<Said> getting = laptop.types("get", film.toString());
            laptop.isKilledAtItsLabel();
            laptop.starts();

            assertThat(ends(getting)).satisfies(said -> assertThat(said.out()).contains("it comes when it can be had"));
            laptop.kill();
            try (Store store = Store.open(laptop.home.resolve("tandem.db"))) {
                List<CommandRow> wishes = store.commands().list().stream()
                        .filter(row -> row.kind().equals("get"))
                        .toList();
                assertThat(wishes).hasSize(1).allSatisfy(row -> {
                    assertThat(row.state().isFinal()).isFalse();
                    assertThat(row.step()).isEqualTo("wish");
                });
            }
        }
    }

    @Test
    @DisplayName("SMPLX-6: a folder that is removed takes what was asked of it along")
    void folderRemoved(@TempDir Path directory) throws Exception {
        try (MortalDaemon laptop = new MortalDaemon("laptop", directory)) {
            laptop.starts();
            addsBigFile(laptop);
            Path film = laptop.folder.resolve("film");
            assertThat(laptop.tandem("drop", "--force", film.toString()).exit()).isZero();
            assertThat(laptop.tandem("get", film.toString()).exit()).isEqualTo(1);
            assertThat(laptop.tandem("remove", "laptop").exit()).isZero();
            laptop.kill();
            try (Store store = Store.open(laptop.home.resolve("tandem.db"))) {
                assertThat(store.commands().list()).extracting(CommandRow::kind).containsExactly("add");
            }
        }
    }

    private static void addsBigFile(MortalDaemon laptop) throws IOException {
        Files.createDirectories(laptop.folder);
        Files.writeString(laptop.folder.resolve("film"), BIG);
        assertThat(laptop.tandem("add", laptop.folder.toString()).exit()).isZero();
    }

    private static String git(Path directory, String... arguments) throws IOException, InterruptedException {
        List<String> command = new java.util.ArrayList<>(List.of("git"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        process.waitFor();
        return said;
    }
}
