package dev.tandem.gitsync.remotes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;

/**
 * OpenSSH's own server on a free port of 127.0.0.1, with keys of its own; lets one key in, as whoever runs the test.
 */
final class Sshd implements AutoCloseable {
    private static final Path PROGRAM = Path.of("/usr/sbin/sshd");

    final int port;
    final Path key;
    private final Path directory;
    private final Process process;

    private Sshd(Path directory, Path key, int port, Process process) {
        this.directory = directory;
        this.key = key;
        this.port = port;
        this.process = process;
    }

    static Sshd start(Path directory) throws IOException, InterruptedException {
        assertThat(PROGRAM).as("openssh-server is installed").exists();
        Files.createDirectories(directory);
        if (System.getProperty("user.name").equals("root")) {
            Files.createDirectories(Path.of("/run/sshd")); // what its service would do
        }
        Path key = directory.resolve("user_key");
        run(Map.of(), "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key.toString());
        run(
                Map.of(),
                "ssh-keygen",
                "-q",
                "-t",
                "ed25519",
                "-N",
                "",
                "-f",
                directory.resolve("host_key").toString());
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        Path config = Files.writeString(
                directory.resolve("sshd_config"),
                "Port " + port + "\nListenAddress 127.0.0.1\nHostKey " + directory.resolve("host_key")
                        + "\nAuthorizedKeysFile " + key + ".pub\nStrictModes no\nUsePAM no\nPidFile none\n"
                        + "PasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin yes\n");
        Process process = new ProcessBuilder(PROGRAM.toString(), "-D", "-e", "-f", config.toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("sshd.log").toFile())
                .start();
        await("sshd listens").atMost(Duration.ofSeconds(20)).until(() -> isOpen(port));
        return new Sshd(directory, key, port, process);
    }

    private static boolean isOpen(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    static String run(Map<String, String> environment, String... command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor())
                .as("%s: %s", String.join(" ", command), said)
                .isZero();
        return said;
    }

    String url(Path repository) {
        return "ssh://" + System.getProperty("user.name") + "@127.0.0.1:" + port + repository;
    }

    /** A home whose owner knows this server, and has its key in a file if wanted. */
    Path home(String name, boolean known, boolean withKey) throws IOException {
        Path ssh = Files.createDirectories(directory.resolve(name).resolve(".ssh"));
        Files.setPosixFilePermissions(ssh, PosixFilePermissions.fromString("rwx------"));
        if (known) {
            Files.writeString(
                    ssh.resolve("known_hosts"),
                    "[127.0.0.1]:" + port + " " + Files.readString(directory.resolve("host_key.pub")));
        }
        if (withKey) {
            Files.copy(key, ssh.resolve("id_ed25519"));
            Files.setPosixFilePermissions(ssh.resolve("id_ed25519"), PosixFilePermissions.fromString("rw-------"));
        }
        return directory.resolve(name);
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit().join();
    }
}
