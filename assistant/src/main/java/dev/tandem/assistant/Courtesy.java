package dev.tandem.assistant;

import dev.tandem.xmpp.account.DeviceId;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;

/** Lets contents wait while a push to or from the same device is under way. Any thread. */
final class Courtesy {
    /** A push that takes long shares the link from then on: contents must come some day too. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final InstantSource clock;
    private final Map<DeviceId, Integer> pushes = new HashMap<>(); // guarded by this

    Courtesy(InstantSource clock) {
        this.clock = clock;
    }

    synchronized void pushBegins(DeviceId device) {
        pushes.merge(device, 1, Integer::sum);
    }

    synchronized void pushEnds(DeviceId device) {
        pushes.computeIfPresent(device, (id, count) -> count == 1 ? null : count - 1);
        notifyAll();
    }

    /** Returns when no push with that device is under way, or for too long. */
    synchronized void giveWay(DeviceId device) throws InterruptedIOException {
        Instant until = clock.instant().plus(PATIENCE);
        try {
            for (Duration left = PATIENCE;
                    pushes.containsKey(device) && left.toMillis() > 0;
                    left = Duration.between(clock.instant(), until)) {
                wait(left.toMillis());
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }
}
