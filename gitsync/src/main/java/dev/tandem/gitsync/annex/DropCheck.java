package dev.tandem.gitsync.annex;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Whether a copy of a content may go: only where enough others are known to stay (git-annex, "copies" and "numcopies").
 * Pure. Rules:
 *
 * <ol>
 *   <li>Every repository counts once, the one that drops never.
 *   <li>A repository that is untrusted or dead never counts, whatever it says.
 *   <li>There must be at least numcopies others, and at least one.
 *   <li>Dropping its own copy, a repository holds that copy's lock for removal while it asks, so that two that drop at
 *       once cannot count each other: any proof will do. Asking another to drop, mincopies of the others must be proofs
 *       that last: locked or trusted ones.
 * </ol>
 */
public final class DropCheck {
    private DropCheck() {}

    /** How it is known that a repository has a copy. */
    public enum Proof {
        /** The location log says so: no proof, unless the user trusts that repository. */
        LOGGED,
        /** The holder has just said so, having looked. It may drop it in the next moment. */
        SEEN,
        /** The holder has just locked it, and keeps it until the drop is done. */
        LOCKED
    }

    /** Whose copy is to go. */
    public enum Whose {
        /** This repository's own; the caller holds its lock for removal until the drop is done. */
        OWN,
        /** Another repository's, which drops because we say so. */
        ANOTHERS
    }

    /** Yes, or why not. */
    public sealed interface Answer {}

    /** That the copy of one key may go from one repository, now. Only a {@link DropCheck} makes one. */
    public static final class Permit implements Answer {
        private final Key key;
        private final UUID from;

        private Permit(Key key, UUID from) {
            this.key = key;
            this.from = from;
        }

        /** What may go. */
        public Key key() {
            return key;
        }

        /** The repository from which. */
        public UUID from() {
            return from;
        }
    }

    /**
     * The copy must stay.
     *
     * @param counted how many others count
     * @param needed how many must
     * @param lasting of those counted, how many last
     */
    public record Refusal(int counted, int needed, int lasting) implements Answer {}

    /**
     * Judges a drop.
     *
     * @param from the repository that is to lose its copy
     * @param copies what is known of each repository's copy; {@code from} itself may be among them
     * @param trust of the repositories; {@link Trust#SEMITRUSTED} where there is none
     */
    public static Answer judge(
            Key key, UUID from, Whose whose, NumCopies needed, Map<UUID, Proof> copies, Map<UUID, Trust> trust) {
        Set<UUID> counted = new HashSet<>();
        Set<UUID> lasting = new HashSet<>();
        copies.forEach((holder, proof) -> {
            Trust level = trust.getOrDefault(holder, Trust.SEMITRUSTED);
            boolean trusted = level == Trust.TRUSTED;
            boolean reliable = trusted || level == Trust.SEMITRUSTED;
            if (!holder.equals(from) && reliable && (trusted || proof != Proof.LOGGED)) {
                counted.add(holder);
                if (trusted || proof == Proof.LOCKED) {
                    lasting.add(holder);
                }
            }
        });
        int others = Math.max(1, whose == Whose.OWN ? Math.max(needed.copies(), needed.minimum()) : needed.copies());
        int mustLast = whose == Whose.OWN ? 0 : Math.max(1, needed.minimum());
        if (counted.size() >= others && lasting.size() >= mustLast) {
            return new Permit(key, from);
        }
        return new Refusal(counted.size(), Math.max(others, mustLast), lasting.size());
    }

    /** What the user insists on, knowing that it may be the last copy. */
    public static Permit forced(Key key, UUID from) {
        return new Permit(key, from);
    }
}
