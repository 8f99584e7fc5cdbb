package dev.tandem.assistant.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tandem.assistant.api.Home;
import dev.tandem.assistant.api.LocalApi;
import dev.tandem.assistant.api.SettingRoutes;
import dev.tandem.assistant.store.Store;
import dev.tandem.assistant.testing.FakeActions;
import dev.tandem.assistant.testing.FakeSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The command line against a daemon in this process: the real API and store, with fake actions. */
@Timeout(60)
abstract class WithDaemon {
    static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    static final String HEAD = "b".repeat(40);

    @TempDir
    Path directory;

    final FakeActions actions = new FakeActions();
    final FakeSettings settings = new FakeSettings();
    final Store store = Store.inMemory();

    @Nullable
    LocalApi api;

    record Result(int exit, String out, String err) {
        Result done() {
            assertThat(err).isEmpty();
            assertThat(exit).isZero();
            return this;
        }

        JsonNode json() throws IOException {
            return new ObjectMapper().readTree(out);
        }
    }

    /** The program without its heavy half. */
    static final class FakeLauncher implements Launcher {
        @Override
        public int daemon(Path home, boolean verbose, PrintWriter out) throws IOException {
            if (verbose) {
                throw new IOException("another daemon already runs");
            }
            out.println("daemon in " + home.getFileName());
            return 0;
        }

        @Override
        public int demo(boolean keep, PrintWriter out) {
            out.println("demo " + keep);
            return 1;
        }
    }

    Result run(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exit = TandemCommand.run(
                args,
                new PrintWriter(out),
                new PrintWriter(err),
                new FakeLauncher(),
                Map.of("TANDEM_HOME", directory.toString()));
        return new Result(exit, out.toString(), err.toString());
    }

    /** On a terminal, as wide as most. */
    Result runOnTerminal(StringWriter out, Map<String, String> environment, String... args) {
        StringWriter err = new StringWriter();
        Map<String, String> all = new java.util.HashMap<>(environment);
        all.put("TANDEM_HOME", directory.toString());
        int exit = TandemCommand.run(
                args,
                new PrintWriter(out),
                new PrintWriter(err),
                new Root(new FakeLauncher(), all, Screen.terminal(environment)));
        return new Result(exit, out.toString(), err.toString());
    }

    @BeforeEach
    void start() throws IOException {
        Home home = new Home(directory);
        SecureRandom random = new SecureRandom();
        api = new LocalApi(
                actions,
                store.journal(),
                store.cursors(),
                home.makeToken(random),
                random,
                InstantSource.system(),
                "0.1.0");
        api.add(new SettingRoutes(settings, settings));
        home.publish(new Home.Running(api.start(), ProcessHandle.current().pid()));
    }

    @AfterEach
    void stop() {
        store.close();
        if (api != null) {
            api.close();
        }
    }
}
