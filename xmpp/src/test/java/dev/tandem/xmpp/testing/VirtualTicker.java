package dev.tandem.xmpp.testing;

import com.google.common.base.Ticker;
import java.time.Duration;

/** A clock that stands still until a test moves it. */
public final class VirtualTicker extends Ticker {
    private long nanos = 1;

    @Override
    public long read() {
        return nanos;
    }

    /** Lets time pass. */
    public void pass(Duration time) {
        nanos += time.toNanos();
    }
}
