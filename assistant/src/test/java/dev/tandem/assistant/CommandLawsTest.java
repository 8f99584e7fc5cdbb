package dev.tandem.assistant;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.assistant.commands.Command;
import dev.tandem.assistant.commands.CommandRow;
import dev.tandem.assistant.commands.Outcome;
import dev.tandem.assistant.commands.Run;
import dev.tandem.assistant.core.Alerts;
import dev.tandem.assistant.store.Store;
import dev.tandem.xmpp.testing.VirtualTime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Commands")
@Timeout(120)
final class CommandLawsTest {
    /** {@code -Dcommand.wakes=100000} for more. */
    private static final int WAKES = Integer.getInteger("command.wakes", 4000);

    @TempDir
    Path directory;

    private final VirtualTime time = new VirtualTime(new Random(1));
    private final List<String> log = new ArrayList<>();
    private final List<Run> held = new ArrayList<>();
    private final Alerts alerts = new Alerts();
    private Store store = Store.inMemory();
    private Step step = (command, run) -> run.end(new Outcome.Done("done", Outcome.NOTHING));

    /** What an add does, the only kind that is asked for here. */
    private interface Step {
        void run(Command.Add command, Run run) throws Exception;
    }

    /** Knows one kind; the others are not asked for. */
    private Command.Handler handler() {
        return (Command.Handler) Proxy.newProxyInstance(
                Command.Handler.class.getClassLoader(),
                new Class<?>[] {Command.Handler.class},
                (self, method, asked) -> {
                    if (!method.getName().equals("add")) {
                        throw new IllegalStateException(method + " is not asked for");
                    }
                    Run run = (Run) asked[1];
                    log.add(((Command.Add) asked[0]).directory() + " " + run.step() + " " + run.attempts());
                    step.run((Command.Add) asked[0], run);
                    return null;
                });
    }

    private CommandRunner runner() {
        CommandRunner runner =
                new CommandRunner(store, new Records(store, alerts, time), time, time, time, Failpoints.NONE);
        runner.start(handler());
        return runner;
    }

    private static void ask(CommandRunner runner, String name, String key) {
        runner.submit(name, null, key, new Command.Add(name, null, null));
    }

    private CommandRow row(String name) {
        return store.commands().get(name).orElseThrow();
    }

    private void pass(Duration duration) {
        time.pass(duration.toMillis());
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    @DisplayName("SMPLX-2: none is left lying, however its asking races with the end of the one before")
    void wakeUps() throws Exception {
        ExecutorService workers = Executors.newFixedThreadPool(4);
        ScheduledExecutorService timers = Executors.newSingleThreadScheduledExecutor();
        ExecutorService users = Executors.newFixedThreadPool(4);
        AtomicInteger running = new AtomicInteger();
        AtomicInteger together = new AtomicInteger();
        try {
            CommandRunner runner =
                    new CommandRunner(store, new Records(store, alerts, time), time, timers, workers, Failpoints.NONE);
            Command.Handler steps = (Command.Handler) Proxy.newProxyInstance(
                    Command.Handler.class.getClassLoader(),
                    new Class<?>[] {Command.Handler.class},
                    (self, method, asked) -> {
                        together.accumulateAndGet(running.incrementAndGet(), Math::max);
                        running.decrementAndGet();
                        ((Run) asked[1]).end(new Outcome.Done("done", Outcome.NOTHING));
                        return null;
                    });
            runner.start(steps);
            ConcurrentHashMap<Integer, CompletableFuture<CommandRow>> results = new ConcurrentHashMap<>();
            for (int user = 0; user < 4; user++) {
                int mine = user;
                users.execute(() -> {
                    for (int i = mine; i < WAKES; i += 4) {
                        ask(runner, "wish" + i, "one key");
                        results.put(i, runner.result("wish" + i));
                        if (i % 3 == 0) {
                            results.get(i).join(); // so that the queue is empty now and then
                        }
                    }
                });
            }
            users.shutdown();
            assertThat(users.awaitTermination(100, TimeUnit.SECONDS)).isTrue();
            for (CompletableFuture<CommandRow> result : results.values()) {
                assertThat(result.get(20, TimeUnit.SECONDS).state()).isEqualTo(CommandRow.State.DONE);
            }
            assertThat(results).hasSize(WAKES);
            assertThat(together).as("SMPLX-4: of one key one runs").hasValue(1);
        } finally {
            users.shutdownNow();
            workers.shutdownNow();
            timers.shutdownNow();
        }
    }

    @Test
    @DisplayName(
            "SMPLX-9: without an account no attempt is counted; with one it goes on at once; else it looks in 30 min")
    void offline() {
        boolean[] online = new boolean[1];
        step = (command, run) -> run.end(
                online[0] ? new Outcome.Done("done", Outcome.NOTHING) : new Outcome.Offline("no account is online"));
        CommandRunner runner = runner();
        ask(runner, "join", "a");
        pass(Duration.ofHours(2).plusSeconds(1));

        assertThat(log).hasSize(5).allMatch(line -> line.endsWith("begin 0"));
        assertThat(row("join").error()).isEqualTo("no account is online");

        online[0] = true;
        runner.online();
        pass(Duration.ofSeconds(2));
        assertThat(row("join").state()).isEqualTo(CommandRow.State.DONE);
    }

    @Test
    @DisplayName("SMPLX-9: an account that comes online while a step is looking for one is not missed")
    void onlineMeanwhile() {
        CommandRunner[] itself = new CommandRunner[1];
        step = (command, run) -> {
            if (log.size() == 1) {
                itself[0].online();
                run.end(new Outcome.Offline("no account is online"));
            } else {
                run.end(new Outcome.Done("done", Outcome.NOTHING));
            }
        };
        itself[0] = runner();
        ask(itself[0], "join", "a");
        pass(Duration.ofSeconds(1));

        assertThat(row("join").state()).isEqualTo(CommandRow.State.DONE);
    }

    @Test
    @DisplayName("SMPLX-9: what fails after having waited for an account waits for the first interval")
    void offlineThenAgain() {
        step = (command, run) ->
                run.end(log.size() == 1 ? new Outcome.Offline("no account is online") : new Outcome.Again("not now"));
        CommandRunner runner = runner();
        ask(runner, "join", "a");
        pass(Duration.ofSeconds(1));
        runner.online();
        pass(Duration.ofSeconds(1));
        assertThat(log).hasSize(2);
        pass(Duration.ofSeconds(2));
        assertThat(log).hasSize(3).last().asString().endsWith("begin 1");
    }

    @Test
    @DisplayName("SMPLX-11: one that is answered goes on under another key, as the same row; its old key is free")
    void moved() throws Exception {
        step = (command, run) -> run.end(
                run.step().equals("rest")
                        ? new Outcome.Again("not yet")
                        : command.directory().equals("first")
                                ? new Outcome.Answered("partly", "rest", command)
                                : new Outcome.Done("done", Outcome.NOTHING));
        CommandRunner runner = runner();
        ask(runner, "first", "a");
        long id = row("first").id();
        CompletableFuture<CommandRow> answer = runner.result("first");
        ask(runner, "second", "a");
        pass(Duration.ofSeconds(1));

        assertThat(answer.get().result()).isEqualTo("\"partly\"");
        assertThat(row("second").state()).isEqualTo(CommandRow.State.DONE);
        assertThat(row("first").id()).isEqualTo(id);
        assertThat(row("first").key()).isNotEqualTo("a");
        assertThat(store.commands().list()).hasSize(2);
        assertThat(log).containsExactly("first begin 0", "second begin 0", "first rest 0");
    }

    @Test
    @DisplayName(
            "SMPLX-12: one that waits and is cancelled never runs, and whoever asked is told; those behind it go on")
    void cancelledWhileQueued() throws Exception {
        step = (command, run) -> {
            if (command.directory().equals("first")) {
                run.end(new Outcome.Again("not now"));
            } else {
                run.end(new Outcome.Done("done", Outcome.NOTHING));
            }
        };
        CommandRunner runner = runner();
        ask(runner, "first", "a");
        ask(runner, "second", "a");
        CompletableFuture<CommandRow> told = runner.result("first");
        pass(Duration.ofSeconds(1));
        int tries = log.size();

        assertThat(runner.cancel(row("first").id())).isTrue();
        pass(Duration.ofHours(1));

        assertThat(told.get().state()).isEqualTo(CommandRow.State.FAILED);
        assertThat(told.get().result()).contains("cancelled");
        assertThat(log.subList(tries, log.size())).containsExactly("second begin 0");
        assertThat(runner.cancel(row("first").id())).as("it is over").isFalse();
    }

    @Test
    @DisplayName("SMPLX-12: the outcome of one that is cancelled while it runs is recorded once: that it was")
    void cancelledWhileRunning() throws Exception {
        step = (command, run) -> held.add(run);
        CommandRunner runner = runner();
        ask(runner, "first", "a");
        CompletableFuture<CommandRow> told = runner.result("first");
        pass(Duration.ofSeconds(1));

        assertThat(runner.cancel(row("first").id())).isTrue();
        pass(Duration.ofSeconds(1));
        boolean[] changed = new boolean[1];
        assertThat(held.get(0).end(new Outcome.Done("done", () -> changed[0] = true)))
                .isFalse();

        assertThat(changed[0]).isFalse();
        assertThat(told.get().result()).contains("cancelled");
        assertThat(row("first").state()).isEqualTo(CommandRow.State.FAILED);
    }

    @Test
    @DisplayName(
            "SMPLX-18: a database that is held by another program: nothing is taken for done, one alert, then it goes on")
    void storeFails() throws Exception {
        store.close();
        Path file = directory.resolve("tandem.db");
        store = Store.open(file);
        AtomicInteger effects = new AtomicInteger();
        Connection[] other = new Connection[1];
        step = (command, run) -> {
            if (effects.incrementAndGet() == 1) {
                other[0] = lock(file);
            } else {
                other[0].close();
            }
            run.end(new Outcome.Done("done", Outcome.NOTHING));
        };
        CommandRunner runner = runner();
        ask(runner, "first", "a");
        CompletableFuture<CommandRow> told = runner.result("first");
        pass(Duration.ofMillis(1));
        assertThat(told).isNotDone();
        assertThat(alerts.list())
                .singleElement()
                .satisfies(alert -> assertThat(alert.text()).contains("is held by another program"));
        assertThat(row("first").state()).isEqualTo(CommandRow.State.RUNNING);

        other[0].rollback();
        other[0].close();
        other[0] = DriverManager.getConnection("jdbc:sqlite:" + file);
        pass(Duration.ofSeconds(10));
        assertThat(told.get().state()).isEqualTo(CommandRow.State.DONE);
        assertThat(alerts.list()).isEmpty();
        assertThat(effects).hasValue(2);
    }

    private static Connection lock(Path file) throws SQLException {
        Connection other = DriverManager.getConnection("jdbc:sqlite:" + file);
        other.setAutoCommit(false);
        other.createStatement().execute("DELETE FROM account");
        return other;
    }

    @Test
    @DisplayName("SMPLX-7: a step's own unchecked failure is one that nobody has foreseen, not one of the database")
    void notTheStore() {
        step = (command, run) -> {
            throw new UncheckedIOException(new IOException("its own"));
        };
        CommandRunner runner = runner();
        ask(runner, "first", "a");
        pass(Duration.ofHours(3));
        assertThat(log).hasSize(51);
        assertThat(alerts.list()).isEmpty();
        assertThat(row("first").state()).isEqualTo(CommandRow.State.FAILED);
    }

    @Test
    @DisplayName("SMPLX-28: what is listed is what the table has, also while workers run; retry and cancel act on it")
    void listed() {
        step = (command, run) -> {
            if (command.directory().equals("first")) {
                run.end(new Outcome.Again("nobody has it"));
            } else {
                held.add(run);
            }
        };
        CommandRunner runner = runner();
        ask(runner, "first", "a");
        ask(runner, "second", "b");
        ask(runner, "third", "b");
        pass(Duration.ofSeconds(20));

        assertThat(runner.unfinished())
                .containsExactlyElementsOf(store.commands().list());
        assertThat(runner.unfinished())
                .extracting(CommandRow::state)
                .containsExactly(CommandRow.State.QUEUED, CommandRow.State.RUNNING, CommandRow.State.QUEUED);
        assertThat(row("first").error()).isEqualTo("nobody has it");
        int tries = log.size();
        assertThat(runner.retry(row("first").id())).isTrue();
        pass(Duration.ofMillis(1));
        assertThat(log).hasSize(tries + 1);
        assertThat(runner.retry(row("second").id())).as("it runs").isFalse();
        assertThat(runner.cancel(row("third").id())).isTrue();
        assertThat(runner.retry(12345)).isFalse();
        assertThat(runner.unfinished()).hasSize(2);
    }
}
