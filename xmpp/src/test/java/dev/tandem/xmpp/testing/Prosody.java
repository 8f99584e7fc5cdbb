package dev.tandem.xmpp.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A real Prosody on a free loopback port, with data and certificate of its own; fails where Prosody is not installed.
 */
public final class Prosody implements AutoCloseable {
    private static final long START_SECONDS = 20;

    private final Path directory;
    private final int port;

    /** What is put before a command to run it where the server is. */
    private final List<String> there;

    private Process process;

    private Prosody(Path directory, int port, List<String> there) {
        this.directory = directory;
        this.port = port;
        this.there = there;
    }

    /** Starts one; {@code extra} are further lines of its configuration. */
    public static Prosody start(Path directory, String... extra) throws IOException, InterruptedException {
        return start(directory, List.of(), extra);
    }

    /** Starts one on a machine of its own, where it listens on every address. */
    public static Prosody start(Path directory, Namespaces machines) throws IOException, InterruptedException {
        List<String> there = List.of("ip", "netns", "exec", machines.name(Namespaces.Host.SERVER));
        return start(directory, there, "interfaces = { \"0.0.0.0\" }");
    }

    private static Prosody start(Path directory, List<String> there, String... extra)
            throws IOException, InterruptedException {
        Files.createDirectories(directory.resolve("data"));
        Files.createDirectories(directory.resolve("certs"));
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Prosody prosody = new Prosody(directory, port, there);
        run(List.of(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-days",
                "2",
                "-subj",
                "/CN=localhost",
                "-addext",
                "subjectAltName=DNS:localhost",
                "-keyout",
                directory.resolve("k.pem").toString(),
                "-out",
                directory.resolve("c.pem").toString()));
        Files.writeString(directory.resolve("prosody.cfg.lua"), prosody.configuration(String.join("\n", extra)));
        prosody.launch();
        return prosody;
    }

    private String configuration(String extra) {
        return """
                pidfile = "DIR/prosody.pid"
                data_path = "DIR/data"
                certificates = "DIR/certs"
                run_as_root = true
                interfaces = { "127.0.0.1" }
                c2s_ports = { PORT }
                c2s_direct_tls_ports = { }
                s2s_ports = { }
                http_ports = { }
                https_ports = { }
                component_ports = { }
                modules_enabled = { "roster"; "saslauth"; "tls"; "disco"; "presence"; "message"; "iq"; "ping";
                                    "smacks"; "carbons"; "offline"; "pep"; "register" }
                modules_disabled = { "s2s" }
                allow_registration = false
                c2s_require_encryption = true
                authentication = "internal_hashed"
                storage = "internal"
                log = { { levels = { min = "warn" }; to = "file"; filename = "DIR/prosody.log" } }
                EXTRA
                VirtualHost "localhost"
                  ssl = { key = "DIR/k.pem"; certificate = "DIR/c.pem" }
                """.replace("DIR", directory.toString())
                .replace("PORT", Integer.toString(port))
                .replace("EXTRA", extra);
    }

    private void launch() throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(there);
        command.addAll(List.of(
                "prosody", "--config", directory.resolve("prosody.cfg.lua").toString(), "-F"));
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("prosody.out").toFile())
                .start();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (!accepts()) {
            if (!process.isAlive() || System.nanoTime() > end) {
                close();
                throw new IOException("Prosody did not start: " + Files.readString(directory.resolve("prosody.out")));
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    private boolean accepts() throws InterruptedException {
        if (!there.isEmpty()) {
            List<String> knock = new ArrayList<>(there);
            knock.addAll(List.of("bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/" + port));
            try {
                run(knock);
                return true;
            } catch (IOException notYet) {
                return false;
            }
        }
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 200);
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    private static void run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(command.get(0) + " failed: " + said);
        }
    }

    /** Makes an account on {@code localhost}. */
    public Prosody addUser(String user, String password) throws IOException, InterruptedException {
        run(List.of(
                "prosodyctl",
                "--config",
                directory.resolve("prosody.cfg.lua").toString(),
                "register",
                user,
                "localhost",
                password));
        return this;
    }

    /** Where it listens. */
    public int port() {
        return port;
    }

    /** As the command line wants it. */
    public String address() {
        return "127.0.0.1:" + port;
    }

    /** The certificate to trust. */
    public Path certificate() {
        return directory.resolve("c.pem");
    }

    /** Ends it without a word, as a power cut would. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Starts it again on the same port, with the same accounts. */
    public void restart() throws IOException, InterruptedException {
        launch();
    }

    @Override
    public void close() {
        if (process == null) {
            return;
        }
        process.destroy();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException hurried) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
