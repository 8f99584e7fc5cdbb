package dev.tandem.xmpp.link;

import dev.tandem.xmpp.account.DeviceId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Who was turned away lately, and why: each device and reason is told of once an hour. Any thread. */
final class Refusals {
    private static final Duration TOLD = Duration.ofHours(1);
    private static final int MAX = 1000;

    private record Refusal(DeviceId device, String reason) {}

    private final Map<Refusal, Instant> told = new ConcurrentHashMap<>();
    private final InstantSource clock;

    Refusals(InstantSource clock) {
        this.clock = clock;
    }

    /** Whether this is worth telling; it is then taken as told. */
    boolean isNew(DeviceId device, String reason) {
        Instant now = clock.instant();
        if (told.size() >= MAX) {
            told.values().removeIf(when -> isOld(when, now));
        }
        if (told.size() >= MAX) {
            return false; // many strangers at once: the first thousand will do
        }
        boolean[] tell = {false};
        told.compute(new Refusal(device, reason), (refusal, when) -> {
            tell[0] = when == null || isOld(when, now);
            return tell[0] ? now : when;
        });
        return tell[0];
    }

    private static boolean isOld(Instant when, Instant now) {
        return when.plus(TOLD).isBefore(now) || when.isAfter(now);
    }
}
