package dev.tandem.assistant.core;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** What the parts of a folder's core share: who we are, what we hold, and the effects of the step under way. */
final class FolderState {
    /** This device's name, said to peers that are refused. */
    final String device;

    /** Our own repository. */
    final UUID self;

    final Tuning tuning;

    /** What our repository holds, as far as the core has heard. */
    Tips tips = Tips.NONE;

    /** How many contents are still to come; see {@link Announcement}. */
    int coming;

    boolean started;
    boolean paused;

    /** The time of the step under way. */
    Instant now = Instant.EPOCH;

    private List<Effect> effects = new ArrayList<>();

    FolderState(String device, UUID self, boolean paused, Tuning tuning) {
        this.device = device;
        this.self = self;
        this.paused = paused;
        this.tuning = tuning;
    }

    void add(Effect effect) {
        effects.add(effect);
    }

    void later(Duration delay, Event event) {
        effects.add(new Effect.Later(delay, event));
    }

    /** A line of the journal: names and values in turn. */
    void note(String type, String... pairs) {
        Map<String, String> fields = new LinkedHashMap<>();
        for (int i = 0; i + 1 < pairs.length; i += 2) {
            fields.put(pairs[i], pairs[i + 1]);
        }
        effects.add(new Effect.Note(type, fields));
    }

    /** Ends the step: what has to be done about it. */
    List<Effect> take() {
        List<Effect> taken = effects;
        effects = new ArrayList<>();
        return taken;
    }
}
