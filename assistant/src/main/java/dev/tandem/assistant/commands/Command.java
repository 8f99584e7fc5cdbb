package dev.tandem.assistant.commands;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Something that a user has asked for and that must not be forgotten: what it needs to know at its present step. A new
 * kind is a record here, its name in {@link Commands}, and a class with its steps.
 */
public sealed interface Command {
    /** The step that every command begins with. */
    String FIRST = "begin";

    /** Hands this command to the method that carries out its next step. */
    void runBy(Handler handler, Run run);

    /** Whether somebody who asks for this may be given the other's result: it is the same wish, typed again. */
    default boolean isSameWishAs(Command other) {
        return false;
    }

    /** What it comes to when the user takes it back at that step. */
    default Outcome cancelled(String step, Failure why) {
        return new Outcome.Failed(why);
    }

    /**
     * One method per kind, so that whoever runs commands fails to compile when one is added. Each does what
     * {@link Run#step()} names, or finds it done already, and then calls {@link Run#end} once; it may block.
     */
    interface Handler {
        /** See {@link Add}. */
        void add(Add command, Run run) throws Exception;

        /** See {@link PairOffer}. */
        void pairOffer(PairOffer command, Run run) throws Exception;

        /** See {@link PairJoin}. */
        void pairJoin(PairJoin command, Run run) throws Exception;

        /** See {@link Get}. */
        void get(Get command, Run run) throws Exception;

        /** See {@link Drop}. */
        void drop(Drop command, Run run) throws Exception;

        /** See {@link Restore}. */
        void restore(Restore command, Run run) throws Exception;

        /** See {@link AddRemote}. */
        void addRemote(AddRemote command, Run run) throws Exception;

        /** See {@link RemoveRemote}. */
        void removeRemote(RemoveRemote command, Run run) throws Exception;

        /** See {@link Forget}. */
        void forget(Forget command, Run run) throws Exception;
    }

    /**
     * Where a folder is to be.
     *
     * @param directory absolute
     * @param name unique here
     * @param branch of a repository that has to be made; null for the usual one
     * @param newRepository whether there was none when this was planned, so that a half-made one is ours
     * @param newDirectory whether there was no such directory
     * @param uuid of the folder, once it is stored
     */
    record Place(
            String directory,
            String name,
            @Nullable String branch,
            boolean newRepository,
            boolean newDirectory,
            @Nullable String uuid) {
        /** The same, stored. */
        public Place stored(String as) {
            return new Place(directory, name, branch, newRepository, newDirectory, as);
        }
    }

    /** A secret that two devices have since the code has proven right; see the pairing's own words for it. */
    @SuppressWarnings("ArrayRecordComponent") // opaque here
    record Proof(String exchange, String device, String jid, byte[] key) {}

    /**
     * Keep a directory in sync.
     *
     * @param place null until it is planned
     */
    record Add(
            String directory,
            @Nullable String name,
            @Nullable Place place) implements Command {
        @Override
        public void runBy(Handler handler, Run run) {
            run.guard(() -> handler.add(this, run));
        }
    }

    /**
     * Show a code and wait for the device that uses it.
     *
     * @param folder its uuid
     * @param expiresMillis since 1970
     * @param wrongTries so far
     * @param proof the newest exchange in which the code has proven right
     */
    record PairOffer(
            String folder,
            String code,
            long expiresMillis,
            int wrongTries,
            @Nullable Proof proof) implements Command {
        @Override
        public void runBy(Handler handler, Run run) {
            run.guard(() -> handler.pairOffer(this, run));
        }
    }

    /**
     * Use a code.
     *
     * @param begunMillis since 1970
     * @param proof once the code has proven right
     * @param facts what the other device then says of itself
     * @param place where its folder is here; uuid is given if it was known before
     * @param added whether the folder is new here, and goes if the pairing fails
     * @param failure why it failed, while what was made is being removed
     */
    @SuppressWarnings("ArrayRecordComponent") // opaque here
    record PairJoin(
            String jid,
            String code,
            @Nullable String directory,
            long begunMillis,
            @Nullable Proof proof,
            byte @Nullable [] facts,
            @Nullable Place place,
            boolean added,
            @Nullable Failure failure)
            implements Command {
        @Override
        public void runBy(Handler handler, Run run) {
            run.guard(() -> handler.pairJoin(this, run));
        }

        @Override
        public boolean isSameWishAs(Command other) {
            return other instanceof PairJoin join && join.jid.equals(jid) && join.code.equals(code);
        }

        /** What was made for it is taken back, unless the two are paired already. */
        @Override
        public Outcome cancelled(String step, Failure why) {
            boolean made = place != null && !step.equals("sync");
            return made ? new Outcome.Next("undo", failing(why), Outcome.NOTHING) : new Outcome.Failed(why);
        }

        /** The same, with the folder's place. */
        public PairJoin at(Place where) {
            return new PairJoin(jid, code, directory, begunMillis, proof, facts, where, added, failure);
        }

        /** The same, on its way back. */
        public PairJoin failing(Failure why) {
            return new PairJoin(jid, code, directory, begunMillis, proof, facts, place, added, why);
        }
    }

    /**
     * Bring contents here.
     *
     * @param folder its uuid
     * @param paths what the user named, relative
     * @param lacking keys that are still to come, once that is known
     */
    record Get(String folder, List<String> paths, List<String> lacking) implements Command {
        @Override
        public void runBy(Handler handler, Run run) {
            run.guard(() -> handler.get(this, run));
        }
    }

    /**
     * Remove contents from here.
     *
     * @param folder its uuid
     * @param paths what the user named, relative
     * @param files path to key, once that is known: a crash in the middle must not choose again
     */
    record Drop(String folder, List<String> paths, boolean force, Map<String, String> files) implements Command {
        @Override
        public void runBy(Handler handler, Run run) {
            run.guard(() -> handler.drop(this, run));
        }
    }

    /**
     * Bring an old version of a file back.
     *
     * @param folder its uuid
     * @param from the file, relative
     * @param at the user's words for the version
     * @param to where it is to be, relative
     * @param commit the version, once it is chosen: a crash in the middle must not choose again
     * @param base the head at that time: what is done already is found after it
     */
    record Restore(
            String folder,
            String from,
            String at,
            String to,
            @Nullable String commit,
            @Nullable String base) implements Command {
        @Override
        public void runBy(Handler handler, Run run) {
            run.guard(() -> handler.restore(this, run));
        }
    }

    /**
     * Sync with a git remote.
     *
     * @param folder its uuid
     * @param url may hold a password, as git's configuration then does
     */
    record AddRemote(String folder, String name, String url) implements Command {
        @Override
        public void runBy(Handler handler, Run run) {
            run.guard(() -> handler.addRemote(this, run));
        }
    }

    /**
     * Forget a git remote.
     *
     * @param folder its uuid
     */
    record RemoveRemote(String folder, String name) implements Command {
        @Override
        public void runBy(Handler handler, Run run) {
            run.guard(() -> handler.removeRemote(this, run));
        }
    }

    /**
     * Revoke a device.
     *
     * @param which the user's words for it
     * @param revoked what it was, once it is found
     */
    record Forget(String which, @Nullable Revoked revoked) implements Command {
        @Override
        public void runBy(Handler handler, Run run) {
            run.guard(() -> handler.forget(this, run));
        }
    }

    /**
     * A device that is being revoked.
     *
     * @param device its fingerprint
     * @param online whether there was a link to it
     * @param folders the names of the folders that were shared with it
     * @param peers the same, as their uuids here and there
     */
    record Revoked(
            String device, String name, String jid, boolean online, List<String> folders, List<SharedFolder> peers) {}

    /** A folder's uuid here, and on a peer. */
    record SharedFolder(String here, String there) {}
}
