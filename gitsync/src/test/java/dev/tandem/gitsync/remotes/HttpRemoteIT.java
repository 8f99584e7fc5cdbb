package dev.tandem.gitsync.remotes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.tandem.gitsync.testing.TempFolder;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** C git's own http-backend behind the JDK's web server, which asks for a password. */
@DisplayName("A git remote over http with a password")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class HttpRemoteIT {
    private static final String RIGHT =
            "Basic " + Base64.getEncoder().encodeToString("ada:s3cret".getBytes(StandardCharsets.UTF_8));

    private static final String CRLF = String.valueOf(new char[] {13, 10});

    private Path directory;
    private HttpServer server;
    private String url;

    @BeforeAll
    void aServer(@TempDir Path temporary) throws Exception {
        directory = temporary;
        Path bare = directory.resolve("bare.git");
        Sshd.run(Map.of(), "git", "init", "-q", "--bare", "-b", "main", bare.toString());
        Sshd.run(Map.of(), "git", "-C", bare.toString(), "config", "http.receivepack", "true");
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
        url = "http://127.0.0.1:" + server.getAddress().getPort() + "/bare.git";
    }

    @AfterAll
    void stop() {
        server.stop(0);
    }

    /** The gateway interface of RFC 3875, as far as git needs it. */
    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (!RIGHT.equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
                exchange.getResponseHeaders().add("WWW-Authenticate", "Basic realm=\"git\"");
                exchange.sendResponseHeaders(401, -1);
                return;
            }
            ProcessBuilder git = new ProcessBuilder("git", "http-backend");
            Map<String, String> environment = git.environment();
            environment.put("GIT_PROJECT_ROOT", directory.toString());
            environment.put("GIT_HTTP_EXPORT_ALL", "1");
            environment.put("REMOTE_USER", "ada");
            environment.put("REQUEST_METHOD", exchange.getRequestMethod());
            environment.put("PATH_INFO", exchange.getRequestURI().getPath());
            environment.put(
                    "QUERY_STRING",
                    Optional.ofNullable(exchange.getRequestURI().getQuery()).orElse(""));
            header(exchange, "Content-Type").ifPresent(type -> environment.put("CONTENT_TYPE", type));
            header(exchange, "Content-Encoding").ifPresent(coding -> environment.put("HTTP_CONTENT_ENCODING", coding));
            header(exchange, "Git-Protocol").ifPresent(version -> environment.put("GIT_PROTOCOL", version));
            Process process = git.start();
            try (OutputStream in = process.getOutputStream()) {
                exchange.getRequestBody().transferTo(in);
            }
            reply(exchange, process.getInputStream().readAllBytes());
        }
    }

    private static Optional<String> header(HttpExchange exchange, String name) {
        return Optional.ofNullable(exchange.getRequestHeaders().getFirst(name));
    }

    private static void reply(HttpExchange exchange, byte[] said) throws IOException {
        String text = new String(said, StandardCharsets.ISO_8859_1);
        int end = text.indexOf(CRLF + CRLF);
        int status = 200;
        for (String line : text.substring(0, end).split(CRLF, -1)) {
            String[] parts = line.split(": ", 2);
            if (parts[0].equals("Status")) {
                status = Integer.parseInt(parts[1].substring(0, 3), 10);
            } else {
                exchange.getResponseHeaders().add(parts[0], parts[1]);
            }
        }
        int length = said.length - end - 4;
        exchange.sendResponseHeaders(status, length == 0 ? -1 : length);
        exchange.getResponseBody().write(said, end + 4, length);
    }

    private RemoteSide side(String name, String password) throws IOException {
        Path home = Files.createDirectories(directory.resolve(name + "-home"));
        Path store = home.resolve("credentials");
        Files.writeString(home.resolve(".gitconfig"), "[credential]\n\thelper = store --file " + store + "\n");
        if (!password.isEmpty()) {
            Files.writeString(
                    store,
                    "http://ada:" + password + "@127.0.0.1%3a"
                            + server.getAddress().getPort() + "\n");
        }
        return new RemoteSide(directory.resolve(name), new TempFolder.Clock(), url, home, Map.of("PATH", path()));
    }

    private static String path() {
        return Optional.ofNullable(System.getenv("PATH")).orElse("/usr/bin:/bin");
    }

    @Test
    @DisplayName("is reached with what git's credential helper knows, both ways")
    void helper() throws Exception {
        try (RemoteSide laptop = side("laptop", "s3cret");
                RemoteSide phone = side("phone", "s3cret")) {
            laptop.writes("a", "1");
            laptop.sync();
            phone.sync();
            assertThat(phone.folder.read("a")).isEqualTo("1");
            phone.writes("b", "2");
            phone.sync();
            laptop.sync();
            assertThat(laptop.folder.read("b")).isEqualTo("2");
        }
    }

    @Test
    @DisplayName("is refused without a question where no helper knows a password")
    void nobodyKnows() throws Exception {
        try (RemoteSide tablet = side("tablet", "")) {
            assertThatThrownBy(tablet::fetch)
                    .isInstanceOfSatisfying(
                            RemoteException.class,
                            failure -> assertThat(failure.kind()).isEqualTo(RemoteException.Kind.REFUSED));
        }
    }

    @Test
    @DisplayName("is refused with a wrong password, which the helper then forgets")
    void wrong() throws Exception {
        try (RemoteSide watch = side("watch", "wrong")) {
            assertThatThrownBy(watch::fetch).isInstanceOf(RemoteException.class);
            try (InputStream left = Files.newInputStream(directory.resolve("watch-home/credentials"))) {
                assertThat(new String(left.readAllBytes(), StandardCharsets.UTF_8))
                        .doesNotContain("wrong");
            }
        }
    }
}
