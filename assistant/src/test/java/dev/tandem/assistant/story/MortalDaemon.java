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
import java.nio.file.Files;
import java.nio.file.Path;
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
    final Path folder;
    private Process process;

    MortalDaemon(String name, Path directory) throws IOException {
        this.name = name;
        home = directory.resolve(name + "-home");
        folder = directory.resolve(name);
    }

    /** What runs in the process: home, name, and the label to stop at. */
    public static void main(String[] arguments) throws Exception {
        Path home = Path.of(arguments[0]);
        Failpoints stop = label -> {
            if (label.equals(arguments[2])) {
                rest(home.resolve("reached"));
            }
        };
        Daemon daemon = Daemon.start(new Home(home), new Options(arguments[1], Options.Direct.OFF, stop));
        daemon.awaitStop();
        daemon.close();
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

    void starts(String label) throws IOException {
        Files.createDirectories(home);
        Files.deleteIfExists(home.resolve("reached"));
        process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        MortalDaemon.class.getName(),
                        home.toString(),
                        name,
                        label)
                .redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(home.resolve("output").toFile()))
                .start();
        await(name + " runs")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> new Home(home)
                        .running()
                        .filter(running -> running.pid() == process.pid())
                        .isPresent());
    }

    void starts() throws IOException {
        starts("");
    }

    /** Waits until it is at its label, and kills it there. */
    void isKilledAtItsLabel() {
        await(name + " comes to its label")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> Files.exists(home.resolve("reached")));
        kill();
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
        Said said = tandem(words.toArray(String[]::new));
        if (said.exit() != 0) {
            throw new IOException(said.toString());
        }
    }

    JsonNode status() throws IOException {
        return new ObjectMapper().readTree(tandem("status", "--json").out());
    }

    void sees(String file, String content) {
        await(name + " sees " + file)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(50))
                .ignoreExceptions()
                .until(() -> Files.readString(folder.resolve(file)).equals(content));
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
