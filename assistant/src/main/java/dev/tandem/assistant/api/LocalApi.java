package dev.tandem.assistant.api;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.tandem.assistant.store.Journal;
import io.javalin.Javalin;
import io.javalin.http.Context;
import io.javalin.http.Cookie;
import io.javalin.http.ForbiddenResponse;
import io.javalin.http.HttpStatus;
import io.javalin.http.SameSite;
import io.javalin.http.UnauthorizedResponse;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;

/**
 * The daemon's HTTP API: on loopback, for whoever can read the token in the home. A web page in the user's browser
 * cannot use it: Host and Origin must be ours, and the cookie never leaves our own pages.
 */
public final class LocalApi implements AutoCloseable {
    private static final int THREADS = 8;
    private static final long MAX_BODY = 256 * 1024;
    private static final int JOURNAL_PAGE = 500;
    private static final String COOKIE = "tandem";

    private final Actions actions;
    private final Journal journal;
    private final String token;
    private final ObjectMapper json = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();
    private @Nullable Javalin server;

    /** An API at rest. */
    public LocalApi(Actions actions, Journal journal, String token) {
        this.actions = actions;
        this.journal = journal;
        this.token = token;
    }

    /** Starts to listen on a free port of 127.0.0.1, and returns it. */
    public int start() {
        Javalin started = Javalin.create(config -> {
            config.showJavalinBanner = false;
            config.http.maxRequestSize = MAX_BODY;
            config.jetty.threadPool = new QueuedThreadPool(THREADS, 2);
            config.jetty.modifyServer(jetty -> jetty.setStopTimeout(0));
        });
        started.before(this::admit);
        started.get("/", this::page);
        started.get("/api/status", context -> answer(context, actions.status()));
        started.get("/api/log", this::log);
        actionRoutes(started);
        started.exception(ActionFailed.class, (failed, context) -> {
            context.status(HttpStatus.UNPROCESSABLE_CONTENT);
            write(context, new Requests.Failure(failed.kind().name(), String.valueOf(failed.getMessage())));
        });
        started.exception(IOException.class, (malformed, context) -> {
            context.status(HttpStatus.BAD_REQUEST);
            write(context, new Requests.Failure("USAGE", "the request makes no sense"));
        });
        started.start("127.0.0.1", 0);
        server = started;
        return started.port();
    }

    private void actionRoutes(Javalin routes) {
        routes.post("/api/account", context -> {
            actions.addAccount(body(context, Actions.NewAccount.class));
            answer(context, Map.of());
        });
        routes.post("/api/account/remove", context -> {
            actions.removeAccount(body(context, Requests.OneAccount.class).jid());
            answer(context, Map.of());
        });
        routes.post("/api/folder", context -> {
            Requests.AddFolder add = body(context, Requests.AddFolder.class);
            answer(context, actions.addFolder(Path.of(add.path()), Optional.ofNullable(add.name())));
        });
        routes.post("/api/folder/remove", context -> {
            actions.removeFolder(
                    String.valueOf(body(context, Requests.OneFolder.class).folder()));
            answer(context, Map.of());
        });
        routes.post(
                "/api/pair/offer",
                context -> answer(
                        context,
                        actions.offer(String.valueOf(
                                body(context, Requests.OneFolder.class).folder()))));
        routes.post("/api/pair/await", context -> {
            Requests.Await await = body(context, Requests.Await.class);
            answer(context, actions.awaitPaired(await.offer(), Duration.ofSeconds(await.seconds())));
        });
        routes.post("/api/pair/join", context -> {
            Requests.Join join = body(context, Requests.Join.class);
            answer(
                    context,
                    actions.join(
                            join.jid(),
                            join.code(),
                            Optional.ofNullable(join.path()).map(Path::of)));
        });
        routes.post("/api/sync", context -> {
            Requests.Sync sync = body(context, Requests.Sync.class);
            List<Actions.Synced> done =
                    actions.sync(Optional.ofNullable(sync.folder()), Duration.ofSeconds(sync.seconds()));
            answer(context, new Requests.Synced(done));
        });
        routes.post("/api/pause", context -> {
            actions.pause(
                    Optional.ofNullable(body(context, Requests.OneFolder.class).folder()));
            answer(context, Map.of());
        });
        routes.post("/api/resume", context -> {
            actions.resume(
                    Optional.ofNullable(body(context, Requests.OneFolder.class).folder()));
            answer(context, Map.of());
        });
        routes.post("/api/stop", context -> {
            answer(context, Map.of());
            actions.stop();
        });
    }

    /** The page's address, with the token that opens it once. */
    public String dashboard() {
        return "http://127.0.0.1:" + running().port() + "/?token=" + token;
    }

    private Javalin running() {
        if (server == null) {
            throw new IllegalStateException("the API has not been started");
        }
        return server;
    }

    private void admit(Context context) {
        Set<String> own =
                Set.of("127.0.0.1:" + context.port(), "localhost:" + context.port(), "[::1]:" + context.port());
        String origin = context.header("Origin");
        if (!own.contains(String.valueOf(context.host()))
                || (origin != null && !own.contains(origin.replaceFirst("^http://", "")))) {
            throw new ForbiddenResponse("this API is for programs and pages of this machine");
        }
        if (isToken(context.queryParam("token"))) {
            Cookie cookie = new Cookie(COOKIE, token);
            cookie.setHttpOnly(true);
            cookie.setSameSite(SameSite.STRICT);
            context.cookie(cookie);
            return;
        }
        String header = context.header("Authorization");
        boolean bearer = header != null && header.startsWith("Bearer ") && isToken(header.substring(7));
        if (!bearer && !isToken(context.cookie(COOKIE))) {
            throw new UnauthorizedResponse("the token is missing or wrong; `tandem web` prints an address that has it");
        }
    }

    private boolean isToken(@Nullable String given) {
        return given != null
                && MessageDigest.isEqual(
                        given.getBytes(StandardCharsets.UTF_8), token.getBytes(StandardCharsets.UTF_8));
    }

    private <T> T body(Context context, Class<T> type) throws IOException {
        T body = json.readValue(context.bodyAsBytes(), type);
        if (body == null) {
            throw new IOException("no body");
        }
        return body;
    }

    private void answer(Context context, Object answer) throws IOException {
        context.contentType("application/json");
        context.result(json.writeValueAsBytes(answer));
    }

    private void write(Context context, Requests.Failure failure) {
        try {
            answer(context, failure);
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** A page of the journal as JSON lines; with {@code wait}, blocks that many seconds for the first. */
    private void log(Context context) throws IOException {
        long since = number(context, "since", 0);
        Optional<String> folder = Optional.ofNullable(context.queryParam("folder"));
        long wait = Math.min(60, number(context, "wait", 0));
        List<Journal.Entry> entries = journal.after(since, JOURNAL_PAGE, folder);
        if (entries.isEmpty() && wait > 0) {
            try {
                journal.await(Math.max(since, journal.last()), Duration.ofSeconds(wait));
            } catch (InterruptedException stopping) {
                Thread.currentThread().interrupt();
            }
            entries = journal.after(since, JOURNAL_PAGE, folder);
        }
        StringBuilder lines = new StringBuilder();
        long missing = journal.missing(since);
        if (missing > 0 && since > 0) {
            lines.append(json.writeValueAsString(Map.of("type", "gap", "missing", missing)))
                    .append('\n');
        }
        for (Journal.Entry entry : entries) {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("cursor", entry.cursor());
            line.put("time", entry.time());
            line.put("type", entry.type());
            line.put("folder", entry.folder());
            line.putAll(entry.fields());
            lines.append(json.writeValueAsString(line)).append('\n');
        }
        context.contentType("application/x-ndjson; charset=utf-8");
        context.result(lines.toString());
    }

    private static long number(Context context, String name, long otherwise) throws IOException {
        String value = context.queryParam(name);
        try {
            return value == null ? otherwise : Long.parseLong(value);
        } catch (NumberFormatException malformed) {
            throw new IOException(name + " is no number", malformed);
        }
    }

    private void page(Context context) throws IOException {
        try (InputStream page = LocalApi.class.getResourceAsStream("status.html")) {
            if (page == null) {
                throw new IllegalStateException("status.html is missing from the program");
            }
            context.header("Content-Security-Policy", "default-src 'self' 'unsafe-inline'; frame-ancestors 'none'");
            context.header("Referrer-Policy", "no-referrer");
            context.html(new String(page.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    @Override
    public void close() {
        if (server != null) {
            server.stop();
        }
    }
}
