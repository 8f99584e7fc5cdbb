package dev.tandem.assistant.core;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Everything that a folder can ask of the world; carried out by a {@link Handler} off the dispatcher thread. */
public sealed interface Effect {
    /** Hands this effect to the method that carries it out. */
    void runBy(Handler handler);

    /** One method per effect, so that whoever runs effects fails to compile when one is added. Never blocks. */
    interface Handler {
        /** See {@link ScanAndCommit}. */
        void scanAndCommit();

        /** See {@link Commit}. */
        void commit(Set<String> paths);

        /** See {@link Integrate}. */
        void integrate(Set<UUID> clients);

        /** See {@link LookAtRepository}. */
        void lookAtRepository();

        /** See {@link ScanContent}. */
        void scanContent();

        /** See {@link FindContent}. */
        void findContent(boolean anew, Set<UUID> reachable, int most);

        /** See {@link FetchContent}. */
        void fetchContent(long fetch, Client from, List<Want> wants);

        /** See {@link CancelFetch}. */
        void cancelFetch(long fetch);

        /** See {@link PlaceContent}. */
        void placeContent(Set<String> keys);

        /** See {@link ServeContent}. */
        void serveContent(Client client, long stream);

        /** See {@link GetEnded}. */
        void getEnded(long token);

        /** See {@link Tell}. */
        void tell(Client client, Announcement ours);

        /** See {@link AskForPush}. */
        void askForPush(Client client);

        /** See {@link Compare}. */
        void compare(Client client, Tips theirs, long reply, Announcement ours);

        /** See {@link Answer}. */
        void answer(long reply, Reply said, Announcement ours);

        /** See {@link Refuse}. */
        void refuse(long reply, String reason);

        /** See {@link SendPush}. */
        void sendPush(Client client, Tips base);

        /** See {@link ReceivePush}. */
        void receivePush(Client client, long stream);

        /** See {@link RefusePush}. */
        void refusePush(long stream, String reason);

        /** See {@link FetchRemote}. */
        void fetchRemote(String name);

        /** See {@link PushRemote}. */
        void pushRemote(String name, boolean tagged);

        /** See {@link SendToRemote}. */
        void sendToRemote(String name, UUID annex, Tips tips);

        /** See {@link FetchFromRemote}. */
        void fetchFromRemote(long fetch, String name, Client from, List<Want> wants);

        /** See {@link Remember}. */
        void remember(List<Client> clients, @Nullable String head, Instant lastSync);

        /** See {@link Owe}. */
        void owe(Client client, Notice notice);

        /** See {@link Settle}. */
        void settle(Client client, Notice notice);

        /** See {@link Later}. */
        void later(Duration delay, Event event);

        /** See {@link Note}. */
        void note(String type, Map<String, String> fields);

        /** See {@link Raise}. */
        void raise(String key, String severity, String text);

        /** See {@link Clear}. */
        void clear(String key);

        /** See {@link DecideDeletion}. */
        void decideDeletion(boolean meant);

        /** See {@link SyncEnded}. */
        void syncEnded(SyncEnded end);
    }

    /**
     * Find out what changed since the index was written, and commit it. Ends with Committed, DeletionHeld, Blocked or
     * JobFailed.
     */
    record ScanAndCommit() implements Effect {
        @Override
        public void runBy(Handler handler) {
            handler.scanAndCommit();
        }
    }

    /** Commit what changed at these paths. Ends like {@link ScanAndCommit}. */
    record Commit(Set<String> paths) implements Effect {
        @Override
        public void runBy(Handler handler) {
            handler.commit(paths);
        }
    }

    /**
     * Merge what these clients pushed and check it out. Ends with Integrated, ChangedMeanwhile, Blocked or JobFailed.
     */
    record Integrate(Set<UUID> clients) implements Effect {
        @Override
        public void runBy(Handler handler) {
            handler.integrate(clients);
        }
    }

    /** Read the tips, and whether the user's git is at work. Ends with RepositorySeen. */
    record LookAtRepository() implements Effect {
        @Override
        public void runBy(Handler handler) {
            handler.lookAtRepository();
        }
    }

    /** Count the annexed files whose content is not here. Ends with ContentScanned. */
    record ScanContent() implements Effect {
        @Override
        public void runBy(Handler handler) {
            handler.scanContent();
        }
    }

    /**
     * Look for contents that are wanted, missing and held by one of these; from the beginning or where the last look
     * ended. Ends with ContentFound, exactly once.
     */
    record FindContent(boolean anew, Set<UUID> reachable, int most) implements Effect {
        @Override
        public void runBy(Handler handler) {
            handler.findContent(anew, reachable, most);
        }
    }

    /** Fetch contents from a client. Ends with ContentFetched for each that was tried, then FetchEnded, once. */
    record FetchContent(long fetch, Client from, List<Want> wants) implements Effect {
        @Override
        public void runBy(Handler handler) {
            handler.fetchContent(fetch, from, wants);
        }
    }

    /** Break a fetch off; it ends as always. */
    record CancelFetch(long fetch) implements Effect {
        @Override
        public void runBy(Handler handler) {
            handler.cancelFetch(fetch);
        }
    }

    /** Record that contents are here, and put them into their files. Ends with ContentPlaced, Blocked or JobFailed. */
    record PlaceContent(Set<String> keys) implements Effect {
        @Override
        public void runBy(Handler handler) {
            handler.placeContent(keys);
        }
    }

    /** Send a client the contents that it asks for on a stream. Nothing comes of it. */
    record ServeContent(Client client, long stream) implements Effect {
        @Override
        public void runBy(Handler handler) {
            handler.serveContent(client, stream);
        }
    }

    /** All is here that a user waited for and that can be had. */
    record GetEnded(long token) implements Effect {
        @Override
        public void runBy(Handler handler) {
            handler.getEnded(token);
        }
    }

    /** Send {@code CanPush}. Ends with TipsAnswered or TellFailed, exactly once. */
    record Tell(Client client, Announcement ours) implements Effect {
        @Override
        public void runBy(Handler handler) {
            handler.tell(client, ours);
        }
    }

    /** Send {@code PushRequest}. Ends with PushAsked, exactly once. */
    record AskForPush(Client client) implements Effect {
        @Override
        public void runBy(Handler handler) {
            handler.askForPush(client);
        }
    }

    /**
     * Find out whether we hold what a client holds, and answer its {@code CanPush}. Ends with Compared, exactly once.
     */
    record Compare(Client client, Tips theirs, long reply, Announcement ours) implements Effect {
        @Override
        public void runBy(Handler handler) {
            handler.compare(client, theirs, reply, ours);
        }
    }

    /** Answer a client's message. */
    record Answer(long reply, Reply said, Announcement ours) implements Effect {
        @Override
        public void runBy(Handler handler) {
            handler.answer(reply, said, ours);
        }
    }

    /** Turn a client's message away, saying why. */
    record Refuse(long reply, String reason) implements Effect {
        @Override
        public void runBy(Handler handler) {
            handler.refuse(reply, reason);
        }
    }

    /** Push to a client that is believed to hold {@code base}. Ends with Sent, exactly once. */
    record SendPush(Client client, Tips base) implements Effect {
        @Override
        public void runBy(Handler handler) {
            handler.sendPush(client, base);
        }
    }

    /** Grant a client's push and receive it. Ends with Received, exactly once. */
    record ReceivePush(Client client, long stream) implements Effect {
        @Override
        public void runBy(Handler handler) {
            handler.receivePush(client, stream);
        }
    }

    /** Turn an offered push away, saying why. */
    record RefusePush(long stream, String reason) implements Effect {
        @Override
        public void runBy(Handler handler) {
            handler.refusePush(stream, reason);
        }
    }

    /** Fetch what a git remote has. Ends with RemoteFetched, exactly once. */
    record FetchRemote(String name) implements Effect {
        @Override
        public void runBy(Handler handler) {
            handler.fetchRemote(name);
        }
    }

    /**
     * Push to a git remote, onto the branches that all use or, {@code tagged}, under our own name. Ends with
     * RemotePushed, exactly once.
     */
    record PushRemote(String name, boolean tagged) implements Effect {
        @Override
        public void runBy(Handler handler) {
            handler.pushRemote(name, tagged);
        }
    }

    /** Send a git remote the contents that it wants and we have. Ends with ContentsSent of those tips, exactly once. */
    record SendToRemote(String name, UUID annex, Tips tips) implements Effect {
        @Override
        public void runBy(Handler handler) {
            handler.sendToRemote(name, annex, tips);
        }
    }

    /** Fetch contents from a git remote. Ends like {@link FetchContent}. */
    record FetchFromRemote(long fetch, String name, Client from, List<Want> wants) implements Effect {
        @Override
        public void runBy(Handler handler) {
            handler.fetchFromRemote(fetch, name, from, wants);
        }
    }

    /** Store that these clients held that head, the same as we. */
    record Remember(List<Client> clients, @Nullable String head, Instant lastSync) implements Effect {
        @Override
        public void runBy(Handler handler) {
            handler.remember(clients, head, lastSync);
        }
    }

    /** Store that a client that is away has to be told something. */
    record Owe(Client client, Notice notice) implements Effect {
        @Override
        public void runBy(Handler handler) {
            handler.owe(client, notice);
        }
    }

    /** Store that it has been told. */
    record Settle(Client client, Notice notice) implements Effect {
        @Override
        public void runBy(Handler handler) {
            handler.settle(client, notice);
        }
    }

    /** Post an event after a delay. */
    record Later(Duration delay, Event event) implements Effect {
        @Override
        public void runBy(Handler handler) {
            handler.later(delay, event);
        }
    }

    /** Write a line of the journal. */
    record Note(String type, Map<String, String> fields) implements Effect {
        @Override
        public void runBy(Handler handler) {
            handler.note(type, fields);
        }
    }

    /** Raise an alert, or count it once more. */
    record Raise(String key, String severity, String text) implements Effect {
        @Override
        public void runBy(Handler handler) {
            handler.raise(key, severity, text);
        }
    }

    /** The trouble behind an alert is over. */
    record Clear(String key) implements Effect {
        @Override
        public void runBy(Handler handler) {
            handler.clear(key);
        }
    }

    /** Let the next job on the files delete what was held, or bring that back. Before that job; nothing comes of it. */
    record DecideDeletion(boolean meant) implements Effect {
        @Override
        public void runBy(Handler handler) {
            handler.decideDeletion(meant);
        }
    }

    /**
     * A manual sync has ended.
     *
     * @param token the request's
     * @param head what all confirmed peers hold, or null without a commit
     * @param confirmed names of the peers that hold it
     * @param unreachable names of peers that are away
     * @param missing peers that were there and did not confirm in time, by name, each with the sentence why; empty
     *     unless timed out
     * @param obstacle why this device itself is not done, or null
     * @param outOfReach how many contents are wanted here and on no device that can be reached
     */
    record SyncEnded(
            long token,
            @Nullable String head,
            List<String> confirmed,
            List<String> unreachable,
            Map<String, String> missing,
            @Nullable String obstacle,
            int outOfReach)
            implements Effect {
        @Override
        public void runBy(Handler handler) {
            handler.syncEnded(this);
        }
    }
}
