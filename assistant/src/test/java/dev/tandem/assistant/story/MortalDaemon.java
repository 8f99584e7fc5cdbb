package dev.tandem.assistant.story;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tandem.assistant.Daemon;
import dev.tandem.assistant.Failpoints;
import dev.tandem.assistant.Options;
import dev.tandem.assistant.api.Home;
import dev.tandem.assistant.cli.Launcher;
import dev.tandem.assistant.cli.TandemCommand;
import dev.tandem.xmpp.testing.Prosody;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A daemon as a process that stops at a labelled point, so that it can be killed (SIGKILL) there and started again. */
final class MortalDaemon implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    final String name;
    final Path home;

    /** Where its folders are. */
    final Path directory;

    private Process process;

    MortalDaemon(String name, Path directory) throws IOException {
        this.name = name;
        home = directory.resolve(name + "-home");
        this.directory = directory;
    }

    /** What runs in the process: home, and name. The label to stop at is in a file, and may change. */
    public static void main(String[] arguments) throws Exception {
        Path home = Path.of(arguments[0]);
        Failpoints stop = label -> {
            if (label.equals(label(home))) {
                rest(home.resolve("reached"));
            }
        };
        Daemon daemon = Daemon.start(new Home(home), new Options(arguments[1], Options.Direct.OFF, stop));
        daemon.awaitStop();
        daemon.close();
    }

    private static String label(Path home) {
        try {
            return Files.readString(home.resolve("label"));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** Says where it is and never goes on. */
    private static void rest(Path reached) {
        try {
            Files.createFile(reached);
            new CountDownLatch(1).await();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Where it is to stop from now on; nowhere if there is no such label. */
    void stopsAt(String label) throws IOException {
        Files.createDirectories(home);
        Path next = Files.writeString(home.resolve("label.next"), label);
        Files.move(next, home.resolve("label"), StandardCopyOption.ATOMIC_MOVE);
    }

    void starts() throws IOException {
        stopsAt("");
        Files.deleteIfExists(home.resolve("reached"));
        process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        MortalDaemon.class.getName(),
                        home.toString(),
                        name)
                .redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(home.resolve("output").toFile()))
                .start();
        await(name + " runs")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> new Home(home)
                        .running()
                        .filter(running -> running.pid() == process.pid())
                        .isPresent());
    }

    /** Starts it if it does not run. */
    void runs() throws IOException {
        if (!process.isAlive()) {
            starts();
        }
    }

    /** Waits until it is at its label, and kills it there. */
    void isKilledAtItsLabel() {
        await(name + " comes to its label")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> Files.exists(home.resolve("reached")));
        kill();
    }

    /** The same, and the next daemon on that home starts. */
    void isKilledAtItsLabelAndStartsAgain() throws IOException {
        isKilledAtItsLabel();
        starts();
    }

    void kill() {
        process.destroyForcibly();
        process.onExit().join();
    }

    /** What a command came to. */
    record Said(int exit, String out, String err) {}

    Said tandem(String... arguments) {
        return tandem(new StringWriter(), arguments);
    }

    Said tandem(StringWriter out, String... arguments) {
        StringWriter err = new StringWriter();
        int exit = TandemCommand.run(
                arguments,
                new PrintWriter(out, true),
                new PrintWriter(err, true),
                new NoLauncher(),
                Map.of("TANDEM_HOME", home.toString()));
        return new Said(exit, out.toString(), err.toString());
    }

    /** Types a command and goes on. */
    CompletableFuture<Said> types(StringWriter out, String... arguments) {
        return CompletableFuture.supplyAsync(() -> tandem(out, arguments), command -> {
            Thread terminal = new Thread(command, "terminal of " + name);
            terminal.setDaemon(true);
            terminal.start();
        });
    }

    CompletableFuture<Said> types(String... arguments) {
        return types(new StringWriter(), arguments);
    }

    static Said ends(CompletableFuture<Said> command) throws Exception {
        return command.get(150, TimeUnit.SECONDS);
    }

    void signsIn(Prosody server, String jid, String password) throws IOException {
        Path file = Files.writeString(home.resolve("password"), password);
        List<String> words = new ArrayList<>(List.of("account", "add", "--server", server.address()));
        words.addAll(List.of("--trust-cert", server.certificate().toString(), "--password-file", file.toString(), jid));
        does(words.toArray(String[]::new));
    }

    JsonNode status() throws IOException {
        return new ObjectMapper().readTree(tandem("status", "--json").out());
    }

    /** Does what is to succeed. */
    Said does(String... arguments) throws IOException {
        Said said = tandem(arguments);
        if (said.exit() != 0) {
            throw new IOException(String.join(" ", arguments) + ": " + said);
        }
        return said;
    }

    /** What the daemon's database says, one value a row, also while it runs. */
    List<String> rows(String query) throws SQLException {
        try (Connection database = DriverManager.getConnection("jdbc:sqlite:" + home.resolve("tandem.db"));
                Statement statement = database.createStatement();
                ResultSet found = statement.executeQuery(query)) {
            List<String> rows = new ArrayList<>();
            while (found.next()) {
                rows.add(found.getString(1));
            }
            return rows;
        }
    }

    /** Runs the real git there. */
    static String git(Path directory, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("git"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return said;
    }

    void sees(Path file, String content) {
        await(name + " sees " + file)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(20))
                .ignoreExceptions()
                .until(() -> Files.readString(file).equals(content));
    }

    @Override
    public void close() {
        if (process != null) {
            kill();
        }
    }

    /** Nothing is launched by these tests' commands. */
    private static final class NoLauncher implements Launcher {
        @Override
        public int daemon(Path home, boolean verbose, PrintWriter out) {
            return 1;
        }

        @Override
        public int demo(boolean keep, PrintWriter out) {
            return 1;
        }
    }
}
