package dev.tandem.assistant.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.tandem.assistant.store.Journal;
import dev.tandem.assistant.store.JournalCursors;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpResponseException;
import io.javalin.http.HttpStatus;
import io.javalin.util.JavalinBindException;
import io.javalin.util.JavalinException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;

/**
 * The daemon's HTTP API and its status page, on 127.0.0.1 only.
 *
 * <p>Each request runs on one of Jetty's threads, and blocks it for as long as the action takes; how many may do so at
 * once is bounded, so that a status is answered at any time. A failure is JSON, {@code {"kind", "line"}}, the line as
 * it is meant for the user.
 */
public final class LocalApi implements AutoCloseable {
    /** The largest request is a join: a JID, a code and a path. */
    static final int MAX_BODY_BYTES = 64 * 1024;

    /** Longer waits are repeated by the caller, so that one that went away is noticed. */
    static final Duration MAX_PATIENCE = Duration.ofSeconds(30);

    /** Commands and followers that may wait at once; a person has a few terminals. */
    static final int MAX_WAITING = 10;

    /** Pages that are looked at; one that is hidden leaves its place. They do not take those of the commands. */
    static final int MAX_PAGES = 8;

    /** Those that wait, one that accepts, one that selects, and four for what is answered at once. */
    private static final int MAX_THREADS = MAX_WAITING + MAX_PAGES + 6;

    private static final int IDLE_THREADS = 4;
    private static final int IDLE_MILLIS = 30_000;

    private static final ObjectMapper JSON = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    static final Requests.Done DONE = new Requests.Done(true);

    private final Actions actions;
    private final JournalRoutes journal;
    private final InstantSource clock;
    private final String token;
    private final SecureRandom random;
    private final String version;
    private final Semaphore waiting = new Semaphore(MAX_WAITING);
    private final Semaphore pages = new Semaphore(MAX_PAGES);
    private final Javalin javalin;
    private volatile @Nullable Gate gate;

    /**
     * An API that does not listen yet.
     *
     * @param actions what it does
     * @param journal what it tells
     * @param cursors to whom, of those that have a name
     * @param token what a caller must know, from {@link Home#makeToken}
     * @param random for the browser's session
     * @param clock for the deadlines of those that wait
     * @param version told to everybody
     */
    public LocalApi(
            Actions actions,
            Journal journal,
            JournalCursors cursors,
            String token,
            SecureRandom random,
            InstantSource clock,
            String version) {
        this.actions = actions;
        this.journal = new JournalRoutes(journal, cursors, clock);
        this.clock = clock;
        this.token = token;
        this.random = random;
        this.version = version;
        this.javalin = Javalin.create(LocalApi::configure);
        routes();
        failures();
    }

    private static void configure(JavalinConfig config) {
        QueuedThreadPool threads = new QueuedThreadPool(MAX_THREADS, IDLE_THREADS, IDLE_MILLIS);
        threads.setName("tandem-api");
        threads.setDaemon(true);
        config.showJavalinBanner = false;
        config.startupWatcherEnabled = false;
        config.useVirtualThreads = false;
        config.jetty.threadPool = threads;
        config.jetty.addConnector((server, http) -> {
            http.setSendServerVersion(false);
            ServerConnector connector = new ServerConnector(server, 1, 1);
            connector.setHost("127.0.0.1");
            connector.setPort(0);
            connector.setIdleTimeout(IDLE_MILLIS);
            return connector;
        });
    }

    /** Answers these too; before it begins to listen. */
    public void add(SettingRoutes routes) {
        routes.add((method, path, handler) -> javalin.addHttpHandler(method, path, patiently(handler)));
    }

    /**
     * Begins to listen, on a port that the system chooses.
     *
     * @return the port
     * @throws IOException with a line for the user
     */
    public int start() throws IOException {
        try {
            javalin.start();
        } catch (JavalinBindException e) {
            throw new IOException(
                    "the local API cannot listen on 127.0.0.1: check that the loopback interface is up", e);
        } catch (JavalinException e) {
            throw new IOException("the local API did not start: " + e.getMessage() + "; see the log", e);
        }
        gate = new Gate(token, random, javalin.port());
        return javalin.port();
    }

    /** Ends at once; requests that wait are cut off. */
    @Override
    public void close() {
        javalin.stop();
    }

    private void routes() {
        javalin.before(this::check);
        javalin.get("/api/version", request -> answer(request, new Requests.Version(version)));
        javalin.get("/api/status", request -> answer(request, actions.status()));
        javalin.post("/api/stop", this::stop);
        Routes patient = (method, path, handler) -> javalin.addHttpHandler(method, path, patiently(handler));
        journal.add(patient, javalin::addHttpHandler);
        new CommandRoutes(actions).add(patient);
        new FolderRoutes(actions).add(patient);
        new SurveyRoutes(actions, clock).add(patient);
        new HistoryRoutes(actions.views()).add(patient);
        javalin.get("/api/events", bounded(pages, "pages are open: close some of them", this::events));
        Page.add(javalin::addHttpHandler);
    }

    private void failures() {
        javalin.exception(Refused.class, (e, request) -> fail(request, e.status(), e.kind(), e.getMessage()));
        javalin.exception(ActionFailed.class, (e, request) -> {
            int status = switch (e.kind()) {
                case FAILED -> 422;
                case USAGE -> 400;
                case TIMED_OUT -> 504;
            };
            fail(request, status, e.kind().name().toLowerCase(Locale.ROOT).replace('_', '-'), e.getMessage());
        });
        javalin.exception(UncheckedIOException.class, (e, request) -> {
            IOException cause = e.getCause();
            fail(request, 500, "failed", cause == null ? e.getMessage() : cause.getMessage());
        });
        javalin.exception(
                HttpResponseException.class, (e, request) -> fail(request, e.getStatus(), "usage", e.getMessage()));
    }

    private static void fail(Context request, int status, String kind, @Nullable String line) {
        request.status(status);
        answer(request, new Requests.Failure(kind, line == null ? "failed without a reason; see the log" : line));
    }

    static void answer(Context request, Object value) {
        request.contentType("application/json").result(json(value));
    }

    static byte[] json(Object value) {
        try {
            return JSON.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void check(Context request) throws Refused {
        request.header("X-Content-Type-Options", "nosniff");
        request.header("Cache-Control", "no-store");
        request.header("Referrer-Policy", "no-referrer");
        request.header("Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'; form-action 'none'");
        Gate now = gate;
        if (now == null) {
            throw new Refused(503, "failed", "the daemon is starting: try again");
        }
        now.checkOrigin(request);
        if (request.path().equals("/") && now.isToken(request.queryParam("token"))) {
            now.admit(request);
            // Off the address bar, and so off the history.
            request.redirect("/", HttpStatus.SEE_OTHER);
            request.skipRemainingHandlers();
        } else if (!request.path().equals("/api/version")) {
            now.checkToken(request);
        }
    }

    /** Where routes are added to. */
    interface Routes {
        void add(HandlerType method, String path, Handler handler);
    }

    /** A handler that may wait; each has the same right to one of the few places. */
    private Handler patiently(Handler handler) {
        return bounded(waiting, "commands wait for the daemon: end some of them", handler);
    }

    private static Handler bounded(Semaphore places, String taken, Handler handler) {
        return request -> {
            if (!places.tryAcquire()) {
                throw new Refused(503, "failed", "too many " + taken + " and try again");
            }
            try {
                handler.handle(request);
            } finally {
                places.release();
            }
        };
    }

    private void events(Context request) throws IOException, Refused {
        String last = request.header("Last-Event-ID"); // what a browser sends when it comes back by itself
        long since = last == null
                ? JournalRoutes.number(request, "since", -1, Long.MAX_VALUE)
                : JournalRoutes.number("Last-Event-ID", last);
        request.contentType("text/event-stream");
        new EventStream(actions, journal.stream())
                .write(since, request.res().getOutputStream()); // not Javalin's, which may hold back to compress
    }

    private void stop(Context request) throws IOException {
        request.contentType("application/json");
        // On its way before the daemon begins to end, as that ends this server too.
        request.outputStream().write(json(DONE));
        request.outputStream().flush();
        actions.stop();
    }

    static <T> T body(Context request, Class<T> type) throws Refused, IOException {
        byte[] bytes = request.req().getInputStream().readNBytes(MAX_BODY_BYTES + 1);
        if (bytes.length > MAX_BODY_BYTES) {
            throw new Refused(413, "usage", "the request is larger than " + MAX_BODY_BYTES + " bytes");
        }
        try {
            return required(JSON.readValue(bytes, type), "the body");
        } catch (JsonProcessingException e) {
            throw new Refused(400, "usage", "the request is not the JSON that was expected: " + e.getOriginalMessage());
        }
    }

    static <T> T required(@Nullable T value, String name) throws Refused {
        if (value == null) {
            throw new Refused(400, "usage", name + " is missing");
        }
        return value;
    }

    static Path path(String text) throws Refused {
        try {
            Path path = Path.of(text);
            if (path.isAbsolute()) {
                return path.normalize();
            }
        } catch (InvalidPathException e) {
            throw new Refused(400, "usage", "not a path: " + e.getMessage());
        }
        throw new Refused(400, "usage", "the path must be absolute: " + text);
    }
}
