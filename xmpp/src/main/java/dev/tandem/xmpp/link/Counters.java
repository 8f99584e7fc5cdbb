package dev.tandem.xmpp.link;

import java.util.concurrent.atomic.LongAdder;

/** Counts what a device's links have sent. Any thread. */
final class Counters {
    final LongAdder requests = new LongAdder();
    final LongAdder streams = new LongAdder();
    final LongAdder frames = new LongAdder();
    final LongAdder bytes = new LongAdder();

    Traffic sum() {
        return new Traffic(requests.sum(), streams.sum(), frames.sum(), bytes.sum());
    }
}
