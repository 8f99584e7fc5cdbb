package dev.tandem.assistant.core;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Trouble that is under way: each kind once, however often it happens. Not thread-safe. */
public final class Alerts {
    private final Map<String, Alert> alerts = new LinkedHashMap<>();
    private long lastId;

    /**
     * One kind of trouble.
     *
     * @param severity info, warning or error
     * @param since when it began
     * @param count how often it has happened since
     */
    public record Alert(long id, String severity, String text, Instant since, long count) {}

    /** Raises an alert, or counts it once more with its newest words; says whether it is new. */
    public boolean raise(String key, String severity, String text, Instant now) {
        Alert old = alerts.get(key);
        alerts.put(
                key,
                old == null
                        ? new Alert(++lastId, severity, text, now, 1)
                        : new Alert(old.id, severity, text, old.since, old.count + 1));
        return old == null;
    }

    /** The trouble is over; says whether there was any. */
    public boolean clear(String key) {
        return alerts.remove(key) != null;
    }

    /** All, oldest first. */
    public List<Alert> list() {
        return List.copyOf(alerts.values());
    }
}
