package dev.tandem.assistant.core;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Trouble that is under way, each said once, however often it is met.
 *
 * <p>A key names the trouble, for example {@code account alice@example.org sign-in}; nothing that differs between two
 * meetings of the same trouble (a port, a time, an exception's text) belongs into it. Any thread: folders and accounts
 * raise alerts from threads of their own.
 */
public final class Alerts {
    /** More trouble than anybody reads; beyond it, all else is one alert. */
    static final int MAX_ALERTS = 100;

    private static final String OTHERS = "others";

    @GuardedBy("this")
    private final Map<String, Alert> alerts = new LinkedHashMap<>();

    @GuardedBy("this")
    private long lastId;

    /** How bad it is. */
    public enum Severity {
        /** Nothing is wrong, but the user may wonder. */
        INFO,
        /** It ends by itself. */
        WARNING,
        /** The user has to do something. */
        ERROR
    }

    /**
     * One trouble.
     *
     * @param id stable while it lasts, and new when it begins again
     * @param key what it is about
     * @param severity as last raised
     * @param text as last raised, a line for the user
     * @param since when it began
     * @param last when it was last met
     * @param count how often it was met
     */
    public record Alert(long id, String key, Severity severity, String text, Instant since, Instant last, long count) {}

    /**
     * Something went wrong.
     *
     * @return true if this is new, so that its beginning is to be journalled; false if it was going on already
     */
    public synchronized boolean raise(String key, Severity severity, String text, Instant now) {
        if (!alerts.containsKey(key) && alerts.size() >= MAX_ALERTS) {
            return put(OTHERS, severity, "there is more trouble than is listed here; see tandem log", now);
        }
        return put(key, severity, text, now);
    }

    @GuardedBy("this")
    private boolean put(String key, Severity severity, String text, Instant now) {
        Alert known = alerts.get(key);
        if (known == null) {
            lastId++;
            alerts.put(key, new Alert(lastId, key, severity, text, now, now, 1));
            return true;
        }
        alerts.put(key, new Alert(known.id, key, severity, text, known.since, now, known.count + 1));
        return false;
    }

    /** It is over. Gives the alert that ended, so that its end is journalled; empty if none was going on. */
    public synchronized Optional<Alert> clear(String key) {
        Optional<Alert> ended = Optional.ofNullable(alerts.remove(key));
        if (alerts.size() < MAX_ALERTS) {
            alerts.remove(OTHERS);
        }
        return ended;
    }

    /** All that is going on, oldest first. */
    public synchronized List<Alert> list() {
        return List.copyOf(alerts.values());
    }
}
