package dev.tandem.assistant.api;

import static dev.tandem.assistant.api.LocalApi.answer;
import static dev.tandem.assistant.api.LocalApi.body;
import static dev.tandem.assistant.api.LocalApi.required;

import dev.tandem.assistant.store.Journal;
import dev.tandem.assistant.store.JournalCursors;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The part of the local API that tells what happened. A reader brings its cursor along ({@code since}), or has a name
 * ({@code reader}) and says what it need not be told again.
 */
final class JournalRoutes {
    private final Journal journal;
    private final JournalCursors cursors;
    private final JournalStream stream;
    private final InstantSource clock;

    JournalRoutes(Journal journal, JournalCursors cursors, InstantSource clock) {
        this.journal = journal;
        this.cursors = cursors;
        this.clock = clock;
        stream = new JournalStream(journal, clock);
    }

    record Acknowledged(@Nullable String reader, @Nullable Long cursor) {}

    record Seen(@Nullable Long cursor) {}

    record Reader(String name, long cursor, Instant used) {}

    record Readers(List<Reader> readers) {}

    JournalStream stream() {
        return stream;
    }

    /** {@code patient} are for what may wait. */
    void add(LocalApi.Routes patient, LocalApi.Routes quick) {
        patient.add(HandlerType.GET, "/api/log", this::log);
        quick.add(HandlerType.POST, "/api/log/acknowledge", this::acknowledge);
        quick.add(HandlerType.GET, "/api/log/readers", this::readers);
        quick.add(HandlerType.DELETE, "/api/log/readers", this::forget);
        quick.add(HandlerType.GET, "/api/log/seen", request -> answer(request, new Seen(cursors.seen())));
        quick.add(HandlerType.POST, "/api/log/seen", this::seen);
    }

    private void log(Context request) throws Exception {
        Duration wait = Duration.ofSeconds(number(request, "wait", 0, LocalApi.MAX_PATIENCE.toSeconds()));
        int limit = request.queryParam("limit") == null
                ? Integer.MAX_VALUE
                : (int) number(request, "limit", 0, Integer.MAX_VALUE);
        Optional<String> folder = Optional.ofNullable(request.queryParam("folder"));
        String name = request.queryParam("reader");
        if (name == null) {
            long since = number(request, "since", begin(request), Long.MAX_VALUE);
            boolean resumes = request.queryParam("since") != null;
            tell(request, new JournalStream.Reading(since, resumes, limit, folder, wait, cursor -> {}));
        } else {
            try (JournalCursors.Reader reader = open(name)) {
                long since = reader.position();
                tell(request, new JournalStream.Reading(since, true, limit, folder, wait, reader::deliver));
            }
        }
    }

    private void tell(Context request, JournalStream.Reading reading) throws Exception {
        request.contentType("application/x-ndjson");
        stream.write(reading, request.outputStream());
    }

    private JournalCursors.Reader open(String name) throws Refused {
        try {
            return cursors.open(name(name), JournalCursors.Start.OLDEST, clock.instant());
        } catch (IllegalStateException full) {
            throw new Refused(503, "failed", full.getMessage() + ": end one of them and try again");
        }
    }

    private static String name(@Nullable String name) throws Refused {
        if (name == null || !JournalCursors.isName(name)) {
            throw new Refused(400, "usage", "a reader's name is up to 64 small letters, digits, dots and dashes");
        }
        return name;
    }

    private void acknowledge(Context request) throws Exception {
        Acknowledged body = body(request, Acknowledged.class);
        try {
            cursors.acknowledge(name(body.reader()), required(body.cursor(), "cursor"));
        } catch (IllegalArgumentException notGiven) {
            throw new Refused(409, "usage", notGiven.getMessage() + ": read the log again under that name");
        }
        answer(request, LocalApi.DONE);
    }

    private void readers(Context request) {
        answer(
                request,
                new Readers(cursors.list().stream()
                        .map(named -> new Reader(named.name(), named.cursor(), named.used()))
                        .toList()));
    }

    private void forget(Context request) throws Exception {
        if (!cursors.forget(name(request.queryParam("name")))) {
            throw new Refused(409, "failed", "no reader of that name is known, or it is reading now");
        }
        answer(request, LocalApi.DONE);
    }

    private void seen(Context request) throws Exception {
        try {
            var unused = cursors.seen(required(body(request, Seen.class).cursor(), "cursor"));
        } catch (IllegalArgumentException future) {
            throw new Refused(409, "usage", String.valueOf(future.getMessage()));
        }
        answer(request, LocalApi.DONE);
    }

    /** Where a reader without a cursor begins: {@code tail} entries before the end, else at the oldest. */
    private long begin(Context request) throws Refused {
        long tail = number(request, "tail", Long.MAX_VALUE, Long.MAX_VALUE);
        return Math.max(0, journal.last() - tail);
    }

    static long number(Context request, String name, long otherwise, long max) throws Refused {
        String value = request.queryParam(name);
        if (value == null) {
            return otherwise;
        }
        return Math.min(number(name, value), max);
    }

    static long number(String name, String value) throws Refused {
        if (!value.matches("[0-9]{1,18}")) {
            throw new Refused(400, "usage", name + " is not a number: " + value);
        }
        return Long.parseLong(value);
    }
}
