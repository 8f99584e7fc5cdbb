package dev.tandem.xmpp.carrier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A real ejabberd on a free loopback port, with data and certificate of its own, and the shapers, limits and modules of
 * the configuration that it is shipped with. A plain process: neither the system's service nor a node that others see.
 */
final class Ejabberd implements AutoCloseable {
    private static final Path BEAM = Path.of("/usr/bin/erl");
    private static final Path CONTROL = Path.of("/usr/sbin/ejabberdctl");

    private final Path directory;
    private final int port;
    private Process process;

    private Ejabberd(Path directory, int port) throws IOException {
        this.directory = directory;
        this.port = port;
        process = launch();
    }

    /** Without one these tests show nothing, and so they fail. */
    private static void require() {
        assertThat(Files.isExecutable(BEAM) && Files.isExecutable(CONTROL))
                .as("ejabberd is installed (apt-get install ejabberd)")
                .isTrue();
    }

    static Ejabberd start(Path directory) throws IOException, InterruptedException {
        require();
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Process openssl = new ProcessBuilder(
                        "sh",
                        "-c",
                        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
                                + " -subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout k.pem -out c.pem"
                                + " && cat k.pem c.pem > both.pem")
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("openssl.out").toFile())
                .start();
        if (openssl.waitFor() != 0) {
            throw new IOException("openssl: " + Files.readString(directory.resolve("openssl.out")));
        }
        Files.writeString(
                directory.resolve("ejabberd.yml"),
                configuration().replace("DIR", directory.toString()).replace("PORT", Integer.toString(port)));
        return new Ejabberd(directory, port);
    }

    /**
     * As shipped by Debian (23.01), but for listeners, certificate, and the modules that listen or ban by themselves.
     */
    private static String configuration() {
        return """
                loglevel: warning
                hosts:
                  - localhost
                certfiles:
                  - "DIR/both.pem"
                listen:
                  -
                    port: PORT
                    ip: "127.0.0.1"
                    module: ejabberd_c2s
                    max_stanza_size: 262144
                    shaper: c2s_shaper
                    access: c2s
                    starttls_required: true
                disable_sasl_mechanisms:
                  - "digest-md5"
                  - "X-OAUTH2"
                auth_password_format: scram
                acl:
                  local:
                    user_regexp: ""
                access_rules:
                  local:
                    allow: local
                  c2s:
                    deny: blocked
                    allow: all
                  pubsub_createnode:
                    allow: local
                shaper:
                  normal:
                    rate: 3000
                    burst_size: 20000
                  fast: 200000
                shaper_rules:
                  max_user_sessions: 10
                  max_user_offline_messages: 100
                  c2s_shaper:
                    none: admin
                    normal: all
                  s2s_shaper: fast
                modules:
                  mod_adhoc: {}
                  mod_blocking: {}
                  mod_caps: {}
                  mod_carboncopy: {}
                  mod_client_state: {}
                  mod_disco: {}
                  mod_last: {}
                  mod_offline:
                    access_max_user_messages: max_user_offline_messages
                  mod_ping: {}
                  mod_pres_counter:
                    count: 5
                    interval: 60
                  mod_privacy: {}
                  mod_private: {}
                  mod_pubsub:
                    access_createnode: pubsub_createnode
                    plugins:
                      - flat
                      - pep
                  mod_push: {}
                  mod_push_keepalive: {}
                  mod_roster:
                    versioning: true
                  mod_stream_mgmt:
                    resend_on_timeout: if_offline
                  mod_vcard:
                    search: false
                  mod_vcard_xupdate: {}
                  mod_version: {}
                """;
    }

    private Process launch() throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                        BEAM.toString(),
                        "-noinput",
                        "-mnesia",
                        "dir",
                        "\"" + directory.resolve("mnesia") + "\"",
                        "-s",
                        "ejabberd",
                        "-eval",
                        "ejabberd_auth:try_register(<<\"ada\">>, <<\"localhost\">>, <<\"" + TwoDevices.PASSWORD
                                + "\">>).")
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("ejabberd.out").toFile());
        builder.environment()
                .putAll(java.util.Map.of(
                        "EJABBERD_CONFIG_PATH",
                                directory.resolve("ejabberd.yml").toString(),
                        "EJABBERD_LOG_PATH", directory.resolve("ejabberd.log").toString(),
                        "ERL_LIBS", "/usr/lib/x86_64-linux-gnu",
                        "HOME", directory.toString()));
        Process started = builder.start();
        await("ejabberd to accept on port " + port + ": " + directory)
                .atMost(Duration.ofSeconds(60))
                .until(this::accepts);
        return started;
    }

    private boolean accepts() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 200);
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    int port() {
        return port;
    }

    String address() {
        return "127.0.0.1:" + port;
    }

    Path certificate() {
        return directory.resolve("c.pem");
    }

    /** What it said, for a test that failed. */
    List<String> output() throws IOException {
        return Files.readAllLines(directory.resolve("ejabberd.out"), StandardCharsets.UTF_8);
    }

    /** Ends it without a word, as a power cut would. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    void restart() throws IOException {
        process = launch();
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException hurried) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
