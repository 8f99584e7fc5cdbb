package dev.tandem.assistant;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import dev.tandem.gitsync.annex.Key;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;

/**
 * The contents that a user has asked for lately: a device that does not want them does not drop them again at once.
 * git-annex's assistant leaves them alone until its next full look, a day later or when it is started; so does this.
 */
final class Spared {
    private static final Duration LONG = Duration.ofDays(1);

    /** Beyond this, the first that were asked for may go earlier. */
    private static final int MOST = 10_000;

    private final Cache<Key, Instant> since =
            CacheBuilder.newBuilder().maximumSize(MOST).build();

    void asked(Set<Key> keys, Instant now) {
        keys.forEach(key -> since.put(key, now));
    }

    boolean holds(Key key, Instant now) {
        Instant asked = since.getIfPresent(key);
        return asked != null && now.isBefore(asked.plus(LONG));
    }
}
