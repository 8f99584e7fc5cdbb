package dev.tandem.assistant.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tandem.assistant.store.Store;
import dev.tandem.assistant.testing.FakeActions;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The local API about the past")
@Timeout(60)
final class HistoryRoutesTest {
    private static final String TOKEN = "0123456789abcdef".repeat(4);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final FakeActions actions = new FakeActions();
    private final Store store = Store.inMemory();
    private final LocalApi api = new LocalApi(
            actions, store.journal(), store.cursors(), TOKEN, new SecureRandom(), InstantSource.system(), "0.1.0");
    private final HttpClient client = HttpClient.newHttpClient();
    private String base = "";

    @BeforeEach
    void start() throws IOException {
        base = "http://127.0.0.1:" + api.start();
    }

    @AfterEach
    void stop() {
        store.close();
        api.close();
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(
                request.header("Authorization", "Bearer " + TOKEN).build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> get(String address) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(base + address)));
    }

    private HttpResponse<String> post(String address, String body) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(base + address))
                .POST(HttpRequest.BodyPublishers.ofString(body.replace('\'', '"'))));
    }

    @ParameterizedTest
    @DisplayName("asks for what the address says")
    @CsvSource(
            delimiter = '|',
            value = {
                "/api/history/steps?folder=notes | steps notes Paging[head=Optional.empty, from=0, limit=50]",
                "/api/history/steps?folder=n&head=ab&from=7&limit=999 | steps n Paging[head=Optional[ab], from=7, limit=200]",
                "/api/history/step?folder=notes&commit=ab | step notes ab",
                "/api/history/deleted?folder=notes | deleted notes",
                "/api/history/directory?folder=notes&path=a%20b/c | directory notes a b/c",
                "/api/history/diff?folder=notes&path=a | diff notes Compared[path=a, to=Optional.empty, from=parent,"
                        + " fromPath=Optional.empty, context=3]",
                "/api/history/diff?folder=notes&path=a&to=1&from=2&fromPath=b&context=9 | diff notes Compared[path=a,"
                        + " to=Optional[1], from=2, fromPath=Optional[b], context=9]",
                "/api/conflicts | conflicts Optional.empty",
                "/api/conflicts?folder=notes | conflicts Optional[notes]",
                "/api/merges?folder=notes | merges notes Paging[head=Optional.empty, from=0, limit=50]",
                "/api/merges/merge?folder=notes&commit=ab | merge notes ab"
            })
    void reads(String address, String asked) throws Exception {
        HttpResponse<String> answer = get(address);

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(actions.asked()).containsExactly(asked);
    }

    @Test
    @DisplayName("answers in JSON, times as ISO-8601, what is not known as null")
    void answers() throws Exception {
        JsonNode conflict = JSON.readTree(get("/api/conflicts").body()).at("/conflicts/0");
        assertThat(conflict.at("/sides/0/time").asText()).isEqualTo("2026-01-01T12:00:00Z");
        assertThat(conflict.at("/sides/1/by").isNull()).isTrue();

        assertThat(get("/api/history/diff?folder=notes&path=a").body()).contains("\"lines\":[\"-a\",\"+b\"]");
        assertThat(get("/api/merges?folder=notes").body()).contains("\"how\":\"merged\"", "\"now\":\"as-merged\"");
    }

    @ParameterizedTest(name = "{0} as {1}")
    @DisplayName("gives a version's bytes to be saved, and only pictures a type that can be shown")
    @CsvSource({
        "a b.png, image/png",
        "a.SVG, application/octet-stream",
        "a.html, application/octet-stream",
        "é, application/octet-stream"
    })
    void content(String name, String type) throws Exception {
        HttpResponse<String> answer = get(
                "/api/history/content?folder=notes&commit=1&path=" + URLEncoder.encode(name, StandardCharsets.UTF_8));

        assertThat(answer.headers().firstValue("Content-Type")).contains(type);
        assertThat(answer.headers().firstValue("Content-Disposition").orElseThrow())
                .startsWith("attachment; filename*=UTF-8''")
                .doesNotContain(" b");
        assertThat(answer.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
        assertThat(answer.body()).isEqualTo("\1\2\3");
        assertThat(actions.asked()).containsExactly("content notes " + name + " Optional[1]");
    }

    @Test
    @DisplayName("settles and undoes what the body says, each version as it was shown")
    void changes() throws Exception {
        post(
                "/api/conflicts/keep",
                "{'folder':'notes','path':'a','keep':'a','sides':[{'path':'a','id':'1'},{'path':'b','id':'2'}]}");
        post("/api/conflicts/keep-both", "{'folder':'notes','path':'a','sides':[{'path':'b','id':'2','name':'c'}]}");
        post("/api/merges/undo", "{'folder':'notes','merge':'m','side':'one'}");
        post("/api/merges/undo", "{'folder':'notes','merge':'m','side':'two','files':[{'path':'a','seen':'-'}]}");

        assertThat(actions.asked())
                .containsExactly(
                        "keep notes a a [Shown[path=a, id=1, name=null], Shown[path=b, id=2, name=null]]",
                        "keepBoth notes a [Shown[path=b, id=2, name=c]]",
                        "undo notes m one null",
                        "undo notes m two [SeenFile[path=a, seen=-]]");
    }

    @ParameterizedTest
    @DisplayName("turns away what is incomplete, before anything is done")
    @ValueSource(
            strings = {
                "GET /api/history/steps",
                "GET /api/history/diff?folder=notes",
                "GET /api/merges?folder=notes&from=-1",
                "POST /api/conflicts/keep {'folder':'notes','path':'a','keep':'a'}",
                "POST /api/conflicts/keep {'folder':'notes','path':'a','keep':'a','sides':[{'path':'a'}]}",
                "POST /api/conflicts/keep-both {'folder':'notes','path':'a','sides':[{'id':'a'}]}",
                "POST /api/merges/undo {'folder':'notes','merge':'m'}",
                "POST /api/merges/undo {'folder':'notes','merge':'m','side':'one','files':[{'path':'a'}]}"
            })
    void incomplete(String request) throws Exception {
        String[] parts = request.split(" ", 3);
        HttpResponse<String> answer = parts[0].equals("GET") ? get(parts[1]) : post(parts[1], parts[2]);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(actions.asked()).isEmpty();
    }

    @Test
    @DisplayName("says why something is refused")
    void refused() throws Exception {
        actions.failWith(ActionFailed.Kind.FAILED, "nothing was changed: look again");

        HttpResponse<String> answer = post("/api/merges/undo", "{'folder':'notes','merge':'m','side':'one'}");

        assertThat(answer.statusCode()).isEqualTo(422);
        assertThat(answer.body()).contains("look again");
    }
}
