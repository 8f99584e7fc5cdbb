package dev.tandem.assistant.core;

import dev.tandem.xmpp.link.Rates;
import java.time.LocalTime;
import org.jspecify.annotations.Nullable;

/**
 * What the user allows to move, and when. Pure.
 *
 * @param rates of all links together
 * @param from when each day the rates begin to hold, by the clock on the wall; null if they always do
 * @param to when they end; null with {@code from}
 * @param metered what to do on a network that is paid by the byte
 */
public record Limits(
        Rates rates, @Nullable LocalTime from, @Nullable LocalTime to, Metered metered) {
    /** Where nobody has said anything. */
    public static final Limits NONE = new Limits(Rates.FREE, null, null, Metered.PAUSE);

    /** What to do on a metered network. */
    public enum Metered {
        /** Large files wait; all else goes on. */
        PAUSE,
        /** The rates hold, whatever the time. */
        LIMIT,
        /** As on any other. */
        IGNORE
    }

    /**
     * Whether the rates hold at a time of the day; from 22:00 to 6:00 is the night, and one time twice the whole day.
     */
    boolean holdAt(LocalTime time) {
        if (from == null || to == null || from.equals(to)) {
            return true;
        }
        boolean begun = !time.isBefore(from);
        boolean over = !time.isBefore(to);
        return from.isBefore(to) ? begun && !over : begun || !over;
    }

    /** The rates that hold now. */
    public Rates at(LocalTime time, boolean onMetered) {
        boolean hold = holdAt(time) || (onMetered && metered == Metered.LIMIT);
        return hold ? rates : Rates.FREE;
    }

    /** Whether large files wait. */
    public boolean contentsWait(boolean onMetered) {
        return onMetered && metered == Metered.PAUSE;
    }
}
