package dev.tandem.assistant.api;

import org.jspecify.annotations.Nullable;

/** How much may move over the links, when, and what to do on metered networks. Any thread; answers at once. */
public interface Limiting {
    /**
     * How it stands.
     *
     * @param up bytes a second, 0 for no limit
     * @param down bytes a second, 0 for no limit
     * @param from HH:MM, by the clock on the wall, when the rates begin to hold; null if they always do
     * @param to HH:MM, when they end; null with {@code from}
     * @param metered pause, limit or ignore
     * @param active whether the rates hold now
     * @param network metered, unmetered or unknown
     * @param contentsWait whether large files wait because the network is metered
     */
    record State(
            long up,
            long down,
            @Nullable String from,
            @Nullable String to,
            String metered,
            boolean active,
            String network,
            boolean contentsWait) {}

    /** A wish; what is null stays as it is, and an empty {@code from} is the whole day. */
    record Change(
            @Nullable Long up,
            @Nullable Long down,
            @Nullable String from,
            @Nullable String to,
            @Nullable String metered) {}

    /** How it stands. */
    State state();

    /** Changes it, at once and for good. */
    State change(Change change) throws ActionFailed;
}
