package dev.tandem.assistant.simulation;

import dev.tandem.assistant.core.Client;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What must hold in every run, and the counts that tell how much was done. The first breach ends the run. */
final class Laws {
    private @Nullable String breach;

    /** Everything that was done, in order, folded into a number: two runs of a seed must have the same. */
    private long trace = 17;

    long commits;
    long merges;
    long pushes;
    long requests;
    long scans;
    long crashes;
    long linkUps;

    void require(boolean holds, Supplier<String> law) {
        if (!holds && breach == null) {
            breach = law.get();
        }
    }

    /** Throws the first breach, if there was one. */
    void check() {
        if (breach != null) {
            throw new AssertionError(breach);
        }
    }

    void happened(Object what, long nanos) {
        // the letters, not their order: a Set's own order differs from one JVM to the next, and decides nothing here
        trace = trace * 31
                + what.toString().chars().mapToLong(c -> (long) c * c).sum();
        trace = trace * 31 + nanos;
    }

    long trace() {
        return trace;
    }

    /**
     * The pushes of one folder on one device between two starts of its daemon: none is doubled (PUSH-3), each ends once
     * (PUSH-11), and while one waits for its grant, no other client is granted twice (PUSH-5).
     */
    final class OfPushes {
        private final String who;
        private final Map<String, Client> running = new HashMap<>();
        private final Map<Client, List<Client>> grantedMeanwhile = new HashMap<>();

        OfPushes(String who) {
            this.who = who;
        }

        void begins(String type, Client client) {
            require(
                    running.put(type + client, client) == null,
                    () -> "PUSH-3: " + who + " doubles a " + type + " with " + client);
            pushes += type.equals("send") ? 1 : 0;
        }

        void ends(String type, Client client) {
            require(
                    running.remove(type + client) != null,
                    () -> "PUSH-11: " + who + " ends a " + type + " with " + client + " twice");
        }

        void offered(Client client) {
            grantedMeanwhile.putIfAbsent(client, new ArrayList<>());
        }

        void refused(Client client) {
            grantedMeanwhile.remove(client);
        }

        void granted(Client client) {
            grantedMeanwhile.remove(client);
            grantedMeanwhile.forEach((waiting, others) -> {
                require(
                        !others.contains(client),
                        () -> "PUSH-5: " + who + " grants " + client + " twice while " + waiting + " waits");
                others.add(client);
            });
        }

        boolean isQuiet() {
            return running.isEmpty() && grantedMeanwhile.isEmpty();
        }
    }

    /** What one device has asked another over one link and folder and has no answer to yet: two at most. */
    final class OfInbox {
        private static final int BOUND = 2;
        private final Map<String, Integer> open = new HashMap<>();

        void arrived(String from) {
            int now = open.merge(from, 1, Integer::sum);
            require(now <= BOUND, () -> "the inbox of " + from + " holds " + now);
        }

        void answered(String from) {
            open.merge(from, -1, Integer::sum);
        }
    }
}
