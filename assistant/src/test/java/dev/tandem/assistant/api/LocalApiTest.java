package dev.tandem.assistant.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tandem.assistant.store.Store;
import dev.tandem.assistant.testing.FakeActions;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The local API")
@Timeout(60)
final class LocalApiTest {
    private static final String TOKEN = "0123456789abcdef".repeat(4);
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final FakeActions actions = new FakeActions();
    private final Store store = Store.inMemory();
    private final LocalApi api = new LocalApi(
            actions, store.journal(), store.cursors(), TOKEN, new SecureRandom(), InstantSource.system(), "0.1.0");
    private int port;

    private record Answer(int status, String head, String body) {
        JsonNode json() throws IOException {
            return JSON.readTree(body);
        }
    }

    @BeforeEach
    void start() throws IOException {
        port = api.start();
    }

    @AfterEach
    void stop() {
        store.close();
        api.close();
    }

    /** Written by hand, as a well-behaved client would not send what an attacker does. */
    private Answer raw(String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(30_000);
            OutputStream out = socket.getOutputStream();
            out.write(request.getBytes(StandardCharsets.UTF_8));
            out.flush();
            InputStream in = socket.getInputStream();
            String answer = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            int end = answer.indexOf("\r\n\r\n");
            return new Answer(
                    Integer.parseInt(answer.substring(9, 12)), answer.substring(0, end), answer.substring(end + 4));
        }
    }

    private Answer request(String method, String address, String headers, String body) throws IOException {
        return raw(method + " " + address + " HTTP/1.0\r\nHost: 127.0.0.1:" + port + "\r\n" + headers
                + "Content-Length: " + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + body);
    }

    private static String bearer() {
        return "Authorization: Bearer " + TOKEN + "\r\n";
    }

    private Answer get(String address) throws IOException {
        return request("GET", address, bearer(), "");
    }

    private Answer post(String address, String body) throws IOException {
        return request("POST", address, bearer(), body);
    }

    private String cookie() throws IOException {
        Answer admitted = request("GET", "/?token=" + TOKEN, "", "");
        assertThat(admitted.status()).isEqualTo(303);
        String line = admitted.head()
                .lines()
                .filter(header -> header.startsWith("Set-Cookie"))
                .findFirst()
                .orElseThrow();
        assertThat(line).contains("HttpOnly").contains("SameSite=Strict").doesNotContain(TOKEN);
        return "Cookie: " + line.substring(line.indexOf(' ') + 1, line.indexOf(';')) + "\r\n";
    }

    @Nested
    @DisplayName("turns away")
    final class Strangers {
        @ParameterizedTest
        @DisplayName("who has no token, or a wrong one")
        @ValueSource(
                strings = {"", "Authorization: Bearer 00\r\n", "Authorization: Basic eDp5\r\n", "Cookie: tandem=1\r\n"})
        void token(String headers) throws IOException {
            Answer answer = request("GET", "/api/status", headers, "");

            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.json().get("kind").asText()).isEqualTo("unauthorized");
            assertThat(request("POST", "/api/stop", headers, "").status()).isEqualTo(401);
            assertThat(request("GET", "/", headers, "").status()).isEqualTo(401);
            assertThat(actions.asked()).isEmpty();
        }

        @ParameterizedTest
        @DisplayName("who was led here by another name (DNS rebinding)")
        @ValueSource(
                strings = {
                    "evil.example:80",
                    "evil.example:PORT",
                    "127.0.0.1",
                    "127.0.0.1:1",
                    "localhost.evil.example:PORT"
                })
        void host(String host) throws IOException {
            String named = host.replace("PORT", Integer.toString(port));
            Answer answer = raw("GET /api/status HTTP/1.0\r\nHost: " + named + "\r\n" + bearer() + "\r\n");

            assertThat(answer.status()).isEqualTo(403);
        }

        @ParameterizedTest
        @DisplayName("other web pages, token or not")
        @ValueSource(strings = {"https://evil.example", "null", "http://127.0.0.1:1", "https://localhost:PORT"})
        void origin(String origin) throws IOException {
            String header = "Origin: " + origin.replace("PORT", Integer.toString(port)) + "\r\n";

            assertThat(request("POST", "/api/pause", header + bearer(), "{}").status())
                    .isEqualTo(403);
            assertThat(request("POST", "/api/pause", header + cookie(), "{}").status())
                    .isEqualTo(403);
            assertThat(actions.asked()).isEmpty();
        }

        @Test
        @DisplayName("a change from a browser that does not say which page it is from")
        void cookieWithoutOrigin() throws IOException {
            String cookie = cookie();

            assertThat(request("POST", "/api/pause", cookie, "{}").status()).isEqualTo(401);
            assertThat(request("POST", "/api/pause", cookie + "Origin: http://localhost:" + port + "\r\n", "{}")
                            .status())
                    .isEqualTo(200);
        }

        @Test
        @DisplayName("a body that is too large, announced or not")
        void oversize() throws IOException {
            String large = "x".repeat(LocalApi.MAX_BODY_BYTES + 1);

            assertThat(post("/api/pause", large).status()).isEqualTo(413);
            assertThat(raw("POST /api/pause HTTP/1.1\r\nHost: localhost:" + port + "\r\n" + bearer()
                                    + "Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
                                    + Integer.toHexString(large.length()) + "\r\n" + large + "\r\n0\r\n\r\n")
                            .status())
                    .isEqualTo(413);
        }

        @ParameterizedTest
        @DisplayName("what is not the JSON it expects")
        @ValueSource(
                strings = {"", "nonsense", "null", "[]", "{\"path\": null}", "{\"path\": \"relative\"}", "{\"path\": 1}"
                })
        void malformed(String body) throws IOException {
            Answer answer = post("/api/folders", body);

            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.json().get("kind").asText()).isEqualTo("usage");
            assertThat(actions.asked()).isEmpty();
        }
    }

    @Test
    @DisplayName("tells anybody its version and nothing else")
    void version() throws IOException {
        assertThat(request("GET", "/api/version", "", "").body()).isEqualTo("{\"version\":\"0.1.0\"}");
    }

    @Test
    @DisplayName("tells the status in the contract's fields, with null where there is nothing")
    void status() throws IOException {
        JsonNode status = get("/api/status").json();

        assertThat(status.fieldNames()).toIterable().containsExactly("daemon", "accounts", "folders", "alerts");
        assertThat(status.at("/daemon/startedAt").asText()).isEqualTo("2026-01-01T12:00:00Z");
        assertThat(status.at("/accounts/0/lastError").isNull()).isTrue();
        assertThat(status.at("/folders/0").fieldNames())
                .toIterable()
                .contains(
                        "name", "path", "uuid", "branch", "head", "state", "pendingChanges", "missingContent", "peers")
                .contains("remotes", "transfers");
        assertThat(status.at("/folders/0/peers/0/lastSync").asText()).isEqualTo("2026-01-01T12:00:00Z");
        assertThat(status.at("/folders/0/peers/1/carrier").isNull()).isTrue();
        assertThat(status.at("/alerts/0/count").asInt()).isEqualTo(3);
        assertThat(status.at("/alerts/0/folder").isNull()).isTrue();
    }

    @Test
    @DisplayName("passes each action on, once, as it was asked")
    void actions() throws IOException {
        assertThat(post("/api/accounts", "{\"jid\":\"a@x\",\"password\":\"p\",\"server\":\"h:1\"}")
                        .status())
                .isEqualTo(200);
        assertThat(request("DELETE", "/api/accounts?jid=a%40x", bearer(), "").status())
                .isEqualTo(200);
        assertThat(post("/api/folders", "{\"path\":\"/a/../b\",\"name\":\"n\"}")
                        .json()
                        .get("name")
                        .asText())
                .isEqualTo("notes");
        assertThat(request("DELETE", "/api/folders?name=n", bearer(), "").status())
                .isEqualTo(200);
        String offer = post("/api/offers", "{\"folder\":\"n\"}").body();
        assertThat(post("/api/offers/wait", "{\"offer\":" + offer + ",\"timeoutSeconds\":5}")
                        .json()
                        .get("name")
                        .asText())
                .isEqualTo("phone");
        post("/api/join", "{\"jid\":\"a@x\",\"code\":\"c\"}");
        assertThat(post("/api/sync", "{\"timeoutSeconds\":9}")
                        .json()
                        .at("/folders/0/peers")
                        .asInt())
                .isEqualTo(1);
        post("/api/pause", "{\"folder\":\"n\"}");
        post("/api/resume", "{}");
        assertThat(post("/api/stop", "").status()).isEqualTo(200);

        assertThat(actions.asked())
                .containsExactly(
                        "addAccount a@x p h:1 null",
                        "removeAccount a@x",
                        "addFolder /b Optional[n]",
                        "removeFolder n",
                        "offer n",
                        "awaitPaired river-lamp-seven PT5S",
                        "join a@x c Optional.empty",
                        "sync Optional.empty PT9S",
                        "pause Optional[n]",
                        "resume Optional.empty",
                        "stop");
    }

    @Test
    @DisplayName("draws an offer as a QR code, a string of modules for each row")
    void qr() throws IOException {
        JsonNode drawn = post("/api/offers/qr", "{\"offer\":{\"jid\":\"a@x\",\"code\":\"river-lamp-seven\"}}")
                .json();

        assertThat(drawn.get("margin").asInt()).isEqualTo(4);
        // the finder pattern of its upper left corner, by which a reader knows it
        assertThat(drawn.at("/rows/0").asText())
                .hasSize(drawn.get("rows").size())
                .startsWith("11111110");
        assertThat(drawn.at("/rows/1").asText()).startsWith("10000010");
        assertThat(drawn.at("/rows/7").asText()).startsWith("00000000");
        assertThat(post("/api/offers/qr", "{}").status()).isEqualTo(400);
        assertThat(post("/api/offers/qr", "{\"offer\":{\"jid\":\"" + "a".repeat(2000) + "\",\"code\":\"c\"}}")
                        .status())
                .isEqualTo(400);
    }

    @Test
    @DisplayName("says a failure as its kind and its line")
    void failures() throws IOException {
        for (ActionFailed.Kind kind : ActionFailed.Kind.values()) {
            actions.failWith(kind, "the code was wrong");
            Answer answer = post("/api/pause", "{}");

            assertThat(answer.status())
                    .isEqualTo(Map.of("FAILED", 422, "USAGE", 400, "TIMED_OUT", 504)
                            .get(kind.name()));
            assertThat(answer.json().get("line").asText()).isEqualTo("the code was wrong");
        }
        assertThat(get("/api/nothing").json().get("line").asText()).contains("/api/nothing not found");
    }

    @Test
    @DisplayName("shows a browser that has the cookie the page and its files, all from the program itself")
    void page() throws IOException {
        String cookie = cookie();

        Answer page = request("GET", "/", cookie, "");
        assertThat(page.status()).isEqualTo(200);
        assertThat(page.head())
                .contains("Content-Security-Policy: default-src 'self'")
                .contains("text/html");
        assertThat(page.body()).doesNotContain("http").contains("lang=\"en\"");
        for (String file : new String[] {"/style.css", "/page.js", "/icon.svg", "/api/status"}) {
            assertThat(request("GET", file, cookie, "").status()).as(file).isEqualTo(200);
        }
    }

    @Nested
    @DisplayName("tells the journal")
    final class Log {
        private void append(int count, String folder) {
            for (int i = 0; i < count; i++) {
                store.journal().append(NOON, "changed", folder, Map.of("path", "a.txt"));
            }
        }

        @Test
        @DisplayName("one JSON object a line, across pages, without a gap or a repetition")
        void pages() throws IOException {
            append(1234, "notes");

            String[] lines = get("/api/log").body().split("\n", -1);

            assertThat(lines).hasSize(1235);
            for (int i = 0; i < 1234; i++) {
                assertThat(JSON.readTree(lines[i]).get("cursor").asLong()).isEqualTo(i + 1);
            }
            assertThat(lines[0])
                    .isEqualTo(
                            "{\"cursor\":1,\"time\":\"2026-01-01T12:00:00Z\",\"type\":\"changed\",\"folder\":\"notes\","
                                    + "\"path\":\"a.txt\"}");
            assertThat(get("/api/log?since=1230&limit=2").body().lines()).hasSize(2);
            assertThat(get("/api/log?tail=3").body().lines()).hasSize(3);
            assertThat(get("/api/log?folder=other").body()).isEmpty();
        }

        @Test
        @DisplayName("SOJU-31: an unknown cursor is said first, with one to go on from")
        void unknownCursor() throws IOException {
            append(2, "notes");

            JsonNode gap = get("/api/log?since=99").json();

            assertThat(gap.get("type").asText()).isEqualTo("gap");
            assertThat(gap.get("cursor").asLong()).isEqualTo(2);
            assertThat(gap.get("missed").asLong()).isZero();
            assertThat(get("/api/log?since=-1").status()).isEqualTo(400);
        }

        @Test
        @DisplayName("SOJU-28: to a reader of a name from its acknowledgement on, which is only of what it was given")
        void named() throws IOException {
            append(10, "notes");

            assertThat(post("/api/log/acknowledge", "{\"reader\":\"screen\",\"cursor\":1}")
                            .status())
                    .isEqualTo(409);
            assertThat(get("/api/log?reader=screen&limit=5").body().lines()).hasSize(5);
            assertThat(post("/api/log/acknowledge", "{\"reader\":\"screen\",\"cursor\":6}")
                            .status())
                    .isEqualTo(409);
            assertThat(post("/api/log/acknowledge", "{\"reader\":\"screen\",\"cursor\":3}")
                            .status())
                    .isEqualTo(200);
            assertThat(get("/api/log?reader=screen&limit=1")
                            .json()
                            .get("cursor")
                            .asLong())
                    .isEqualTo(4);
            JsonNode readers = get("/api/log/readers").json().get("readers");
            assertThat(readers).hasSize(1);
            assertThat(readers.get(0).get("name").asText()).isEqualTo("screen");
            assertThat(readers.get(0).get("cursor").asLong()).isEqualTo(3);
            assertThat(request("DELETE", "/api/log/readers?name=screen", bearer(), "")
                            .status())
                    .isEqualTo(200);
            assertThat(get("/api/log?reader=screen").body().lines()).hasSize(10);
            assertThat(get("/api/log?reader=..").status()).isEqualTo(400);
        }

        @Test
        @DisplayName("SOJU-33: and remembers up to where the user has seen it, forwards only")
        void seen() throws IOException {
            append(10, "notes");

            assertThat(post("/api/log/seen", "{\"cursor\":7}").status()).isEqualTo(200);
            assertThat(post("/api/log/seen", "{\"cursor\":5}").status()).isEqualTo(200);
            assertThat(post("/api/log/seen", "{\"cursor\":11}").status()).isEqualTo(409);
            assertThat(get("/api/log/seen").json().get("cursor").asLong()).isEqualTo(7);
        }

        @Test
        @DisplayName("SOJU-30: to a follower at the moment something happens, in its folder only")
        void follow() throws Exception {
            append(1, "notes");
            CompletableFuture<Answer> follower = CompletableFuture.supplyAsync(() -> {
                try {
                    return get("/api/log?since=1&wait=30&folder=notes");
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            append(1, "photos");
            append(1, "notes");

            assertThat(follower.get(20, TimeUnit.SECONDS).json().get("cursor").asLong())
                    .isEqualTo(3);
        }
    }
}
