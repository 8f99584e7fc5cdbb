package dev.tandem.assistant;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.assistant.commands.Command;
import dev.tandem.assistant.commands.CommandRow;
import dev.tandem.assistant.commands.Commands;
import dev.tandem.assistant.commands.Failure;
import dev.tandem.assistant.commands.Outcome;
import dev.tandem.assistant.commands.Run;
import dev.tandem.assistant.core.Alerts;
import dev.tandem.assistant.store.Store;
import dev.tandem.assistant.store.StoredFolder;
import dev.tandem.xmpp.testing.VirtualTime;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Whoever carries commands out")
@Timeout(60)
final class CommandRunnerTest {
    private static final UUID NOTES = new UUID(0, 15);

    @TempDir
    Path directory;

    private final VirtualTime time = new VirtualTime(new java.util.Random(1));
    private final World world = new World();
    private Store store;
    private CommandRunner runner;

    /** Where the daemon dies; what runs after that is not its doing any more. */
    private String deadly = "";

    /** Of the daemon that runs now: what an earlier one had queued is gone with it. */
    private boolean[] death = new boolean[1];

    /** The end of a daemon: nothing catches it. */
    private static final class Death extends Error {
        private static final long serialVersionUID = 1;
    }

    /** What is outside the daemon: does a thing once, however often it is asked, and counts. */
    private static final class World implements Command.Handler {
        final Set<String> effects = new TreeSet<>();
        final List<String> log = new ArrayList<>();
        int temporaryFailures;
        boolean refuses;
        boolean bug;

        @Override
        public void add(Command.Add command, Run run) throws IOException {
            log.add("add " + run.step() + " " + run.attempts());
            if (bug) {
                throw new IOException("unforeseen");
            }
            if (refuses) {
                run.end(new Outcome.Failed(Failure.of("it is refused")));
            } else if (temporaryFailures > 0) {
                temporaryFailures--;
                run.end(new Outcome.Again("not now"));
            } else if (run.step().equals(Command.FIRST)) {
                effects.add("first of " + command.directory());
                run.at("effect");
                run.end(new Outcome.Next("second", command, Outcome.NOTHING));
            } else {
                effects.add("second of " + command.directory());
                run.at("effect");
                run.end(new Outcome.Done("done", Outcome.NOTHING));
            }
        }

        @Override
        public void pairOffer(Command.PairOffer command, Run run) {
            run.save(new Command.PairOffer(command.folder(), command.code(), 1, command.wrongTries() + 1, null));
        }

        @Override
        public void pairJoin(Command.PairJoin command, Run run) {
            throw new IllegalStateException("not asked");
        }

        @Override
        public void get(Command.Get command, Run run) {
            log.add("get " + command.paths());
        }

        @Override
        public void drop(Command.Drop command, Run run) {
            throw new IllegalStateException("not asked");
        }

        @Override
        public void restore(Command.Restore command, Run run) {
            throw new IllegalStateException("not asked");
        }

        @Override
        public void addRemote(Command.AddRemote command, Run run) {
            throw new IllegalStateException("not asked");
        }

        @Override
        public void removeRemote(Command.RemoveRemote command, Run run) {
            throw new IllegalStateException("not asked");
        }

        @Override
        public void forget(Command.Forget command, Run run) {
            throw new IllegalStateException("not asked");
        }
    }

    @BeforeEach
    void begin() throws IOException {
        open();
    }

    @AfterEach
    void end() {
        store.close();
    }

    private void open() throws IOException {
        store = Store.open(directory.resolve("tandem.db"));
        boolean[] mine = new boolean[1];
        death = mine;
        runner = new CommandRunner(
                store,
                new Records(store, new Alerts(), time),
                time,
                time,
                task -> time.execute(() -> {
                    try {
                        if (!mine[0]) {
                            task.run();
                        }
                    } catch (Death now) {
                        mine[0] = true;
                    }
                }),
                label -> {
                    if (label.equals(deadly)) {
                        deadly = "";
                        mine[0] = true;
                        throw new Death();
                    }
                });
        runner.start(world);
    }

    /** What was not committed is gone, what was is there. */
    private void restart() throws IOException {
        death[0] = true;
        store.close();
        open();
    }

    private void pass(Duration duration) {
        time.pass(duration.toMillis());
    }

    private static Command add(String directory) {
        return new Command.Add(directory, null, null);
    }

    private Optional<CommandRow> submitted(String correlation) {
        try {
            runner.submit(correlation, null, "a", add("/" + correlation));
            var unused = runner.result(correlation);
        } catch (Death now) {
            death[0] = true;
        }
        return store.commands().get(correlation);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "add begin kept, 1",
        "add begin started, 2",
        "add begin effect, 2",
        "add begin done, 2",
        "add begin recorded, 1",
        "add second started, 1",
        "add second effect, 1",
        "add second done, 1",
        "add second recorded, 1",
        "add second told, 1"
    })
    @DisplayName("SMPLX-13, SMPLX-15, SMPLX-16: killed there, it ends as if it had not been, and whoever asks is told")
    void killed(String label, int firsts) throws Exception {
        deadly = label;
        submitted("wish");
        pass(Duration.ofSeconds(1));
        assertThat(death[0]).as("it came to " + label).isTrue();
        restart();
        pass(Duration.ofSeconds(1));

        runner.submit("wish", null, "a", add("/wish")); // the command line repeats what it asked
        CompletableFuture<CommandRow> result = runner.result("wish");
        pass(Duration.ofSeconds(1));

        assertThat(result).isDone();
        assertThat(result.get().result()).isEqualTo("\"done\"");
        assertThat(world.effects).containsExactly("first of /wish", "second of /wish");
        assertThat(world.log.stream().filter(line -> line.startsWith("add begin")))
                .hasSizeBetween(1, firsts);
        assertThat(store.commands().list()).hasSize(1);
    }

    @Test
    @DisplayName("SMPLX-1: a command is on the disk before it starts")
    void keptFirst() {
        deadly = "add begin kept";
        assertThat(submitted("wish")).isPresent();
        assertThat(world.log).isEmpty();
    }

    @Test
    @DisplayName("SMPLX-14: what ran when the daemon died knows that it was tried before")
    void probes() throws Exception {
        deadly = "add begin effect";
        submitted("wish");
        pass(Duration.ofSeconds(1));
        restart();
        pass(Duration.ofSeconds(1));

        assertThat(world.log).containsExactly("add begin 0", "add begin 1", "add second 0");
    }

    @Test
    @DisplayName("SMPLX-8: a restart goes on with the wait that was under way, not with the first one")
    void waitsSurvive() throws Exception {
        world.temporaryFailures = 5;
        submitted("wish");
        pass(Duration.ofSeconds(12)); // after 2, 3 and 4.5 s it has failed four times, and waits 6.75 s
        assertThat(world.log).hasSize(4);
        restart();
        pass(Duration.ofSeconds(2));
        assertThat(world.log).hasSize(4);
        pass(Duration.ofSeconds(4));
        assertThat(world.log).hasSize(5);
        pass(Duration.ofSeconds(11));
        assertThat(world.effects).hasSize(2);
    }

    @Test
    @DisplayName("SMPLX-7: a refusal is not tried again; what nobody has foreseen is, fifty times")
    void classes() throws Exception {
        world.refuses = true;
        submitted("wish");
        pass(Duration.ofHours(1));
        assertThat(world.log).hasSize(1);
        assertThat(runner.result("wish").get().state()).isEqualTo(CommandRow.State.FAILED);

        world.refuses = false;
        world.bug = true;
        world.log.clear();
        submitted("other");
        pass(Duration.ofHours(3));
        assertThat(world.log).hasSize(51);
        assertThat(Commands.read(String.valueOf(runner.result("other").get().result()), Failure.class)
                        .line())
                .contains("unforeseen");
    }

    @Test
    @DisplayName("SMPLX-5: a row of a later Tandem is dead with a reason, raises an alert, and those behind it go on")
    void laterKind() throws Exception {
        CommandRow row = CommandRow.of("later", null, "a", add("/x"), time.instant());
        store.commands()
                .add(new CommandRow(
                        0,
                        "later",
                        null,
                        "a",
                        "teleport",
                        9,
                        "begin",
                        "{}",
                        row.state(),
                        0,
                        row.interval(),
                        row.next(),
                        null,
                        null,
                        row.changed()));
        restart();
        submitted("wish");
        pass(Duration.ofSeconds(1));

        assertThat(world.effects).hasSize(2);
        assertThat(store.commands().get("later")).hasValueSatisfying(dead -> {
            assertThat(dead.state()).isEqualTo(CommandRow.State.DEAD);
            assertThat(dead.error()).contains("teleport").contains("update Tandem");
            assertThat(dead.arguments()).isEqualTo("{}");
        });
    }

    @Test
    @DisplayName("SMPLX-6: a folder that is removed takes its commands along; one that ends afterwards stays away")
    void folderRemoved() throws Exception {
        store.folders().store(new StoredFolder("notes", Path.of("/notes"), NOTES, false));
        runner.submit("offer", NOTES, "o", new Command.PairOffer(NOTES.toString(), "a-b-c", 1, 0, null));
        pass(Duration.ofSeconds(1));
        CompletableFuture<CommandRow> result = runner.result("offer");

        store.folders().delete(NOTES);
        runner.folderRemoved(NOTES);
        pass(Duration.ofSeconds(1));

        assertThat(result.get().result()).contains("the folder was removed meanwhile");
        assertThat(store.commands().list()).isEmpty();
    }

    @Test
    @DisplayName("what a step has learnt in its middle is still known after a restart")
    void saved() throws Exception {
        store.folders().store(new StoredFolder("notes", Path.of("/notes"), NOTES, false));
        runner.submit("offer", NOTES, "o", new Command.PairOffer(NOTES.toString(), "a-b-c", 1, 0, null));
        pass(Duration.ofSeconds(1));
        restart();
        pass(Duration.ofSeconds(1));

        assertThat(store.commands().list())
                .singleElement()
                .satisfies(row -> assertThat(Commands.read(row.arguments(), Command.PairOffer.class)
                                .wrongTries())
                        .isEqualTo(2));
    }

    @Test
    @DisplayName("the same wish, typed again in another terminal, is not begun twice: both get its result")
    void sameWish() {
        Command join = new Command.PairJoin("j", "code", null, 1, null, null, null, false, null);

        assertThat(runner.submit("one", null, "j", join)).isEqualTo("one");
        assertThat(runner.submit("two", null, "j", join)).isEqualTo("one");
        assertThat(store.commands().list()).hasSize(1);
    }
}
