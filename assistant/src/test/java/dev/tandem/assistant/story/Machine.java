package dev.tandem.assistant.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tandem.assistant.Main;
import dev.tandem.xmpp.testing.Namespaces;
import dev.tandem.xmpp.testing.Programme;
import dev.tandem.xmpp.testing.Prosody;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A device on a machine of its own: a daemon as a process there, and a person who types commands. */
final class Machine {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    final Path folder;
    private final Namespaces machines;
    private final Namespaces.Host host;
    private final Path home;
    private Programme daemon;

    Machine(Namespaces machines, Namespaces.Host host, Path directory) throws Exception {
        this.machines = machines;
        this.host = host;
        home = directory.resolve(host + "-home");
        folder = directory.resolve(host.toString());
        start();
    }

    void start() throws IOException, InterruptedException {
        daemon = machines.startJava(host, Main.class, "--home", home.toString(), "daemon");
        daemon.await("running", Duration.ofSeconds(30));
    }

    /** As a power cut would. */
    void die() {
        daemon.close();
    }

    /** Types a command; what it prints. */
    List<String> tandem(String... arguments) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of("--home", home.toString()));
        words.addAll(List.of(arguments));
        Programme command = machines.startJava(host, Main.class, words.toArray(String[]::new));
        boolean ended = command.process().waitFor(60, TimeUnit.SECONDS);
        assertThat(ended ? command.process().exitValue() : -1)
                .as("tandem %s: %s", String.join(" ", arguments), command.printed())
                .isZero();
        return command.printed();
    }

    void signsIn(Prosody server, String jid, String password) throws Exception {
        Path file = Files.writeString(home.resolve("password"), password);
        tandem(
                "account",
                "add",
                "--server",
                machines.serverFrom(host) + ":" + server.port(),
                "--trust-cert",
                server.certificate().toString(),
                "--password-file",
                file.toString(),
                jid);
    }

    /** How the only peer of the only folder is reached; empty while it is away. */
    Optional<String> carrier() throws Exception {
        JsonNode peer = new ObjectMapper()
                .readTree(String.join("\n", tandem("status", "--json")))
                .at("/folders/0/peers/0");
        return peer.path("state").asText().equals("online")
                ? Optional.of(peer.path("carrier").asText())
                : Optional.empty();
    }

    void isReached(String carrier) {
        await(host + " reaches the other device " + carrier)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(500))
                .until(() -> carrier().equals(Optional.of(carrier)));
    }

    void writes(String file, byte[] content) throws IOException {
        Files.createDirectories(folder);
        Path beside = folder.resolveSibling(file + ".part");
        Files.write(beside, content);
        Files.move(beside, folder.resolve(file));
    }

    void sees(String file, byte[] content) {
        await(host + " sees " + file)
                .atMost(PATIENCE.multipliedBy(2))
                .pollInterval(Duration.ofMillis(50))
                .ignoreExceptions()
                .until(() -> java.util.Arrays.equals(Files.readAllBytes(folder.resolve(file)), content));
    }

    /** Waits until that much has come in and is not in place yet. */
    void isReceiving(long bytes) {
        await(host + " is in the middle of receiving")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(10))
                .ignoreExceptions()
                .until(() -> size(folder.resolve(".git")) > bytes);
    }

    private static long size(Path directory) throws IOException {
        try (var files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }
}
