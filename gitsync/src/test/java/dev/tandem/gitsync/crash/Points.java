package dev.tandem.gitsync.crash;

import java.util.List;

/** All labelled points that {@link CrashMain} comes to: between every two writes of what it does. */
final class Points {
    static final List<String> ALL = List.of(
            "annex.moved",
            "annex.objects",
            "checkout.beside",
            "checkout.cleared",
            "checkout.deleted",
            "checkout.done",
            "checkout.flushed",
            "checkout.index",
            "checkout.intent",
            "checkout.objects",
            "checkout.placed",
            "checkout.prepared",
            "checkout.ref",
            "commit.index",
            "commit.lock",
            "commit.objects",
            "commit.ref",
            "commit.written",
            "fill.prepared",
            "index.placed",
            "index.written",
            "intent.placed",
            "intent.written",
            "merge.objects",
            "merge.tree",
            "merge.written",
            "place.beside",
            "place.renamed",
            "receive.answered",
            "receive.durable",
            "receive.flushed",
            "receive.noted",
            "receive.pack",
            "receive.refs",
            "ref.forgotten",
            "ref.moved",
            "ref.noted",
            "store.came",
            "store.closed",
            "store.directories",
            "store.flushed",
            "store.moved",
            "times.cleared",
            "times.placed",
            "times.written");

    private Points() {}

    /** To end at a point when it is reached for that time. */
    static String option(String label, int time) {
        return "-Dtandem.failpoint=" + label + "#" + time;
    }
}
