package dev.tandem.assistant.testing;

import dev.tandem.assistant.api.ActionFailed;
import dev.tandem.assistant.api.Limiting;
import dev.tandem.assistant.api.Wanting;
import java.util.ArrayList;
import java.util.List;

/** What a user has set, without anything that heeds it. */
public final class FakeSettings implements Limiting, Wanting {
    private final List<Object> asked = new ArrayList<>();
    private State state = new State(0, 0, null, null, "pause", false, "unknown", false);
    private String expression = "";

    /** What was changed, in order. */
    public List<Object> asked() {
        return List.copyOf(asked);
    }

    /** What is shown from now on. */
    public void stands(State now) {
        state = now;
    }

    @Override
    public State state() {
        return state;
    }

    @Override
    public State change(Change change) throws ActionFailed {
        if ("never".equals(change.metered())) {
            throw new ActionFailed(ActionFailed.Kind.USAGE, "pause, limit or ignore, not never; nothing was changed");
        }
        asked.add(change);
        return state;
    }

    @Override
    public Wish wanted(String folder) {
        return new Wish(folder, "uuid", expression, null);
    }

    @Override
    public Wish want(String folder, String wish) {
        asked.add(folder + " " + wish);
        expression = wish;
        return wanted(folder);
    }
}
