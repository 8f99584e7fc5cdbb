package dev.tandem.assistant.core;

import org.jspecify.annotations.Nullable;

/**
 * Holds a change in which most of a folder vanishes until the user has said whether that is meant. What is held is in
 * the files or in a peer's refs, so it is found again after a restart. Owned by the folder's dispatcher thread.
 */
final class DeletionGuard {
    private final FolderState folder;
    private final LocalWork work;
    private @Nullable HeldDeletion held;

    DeletionGuard(FolderState folder, LocalWork work) {
        this.folder = folder;
        this.work = work;
    }

    /** A job has found such a change, and has done nothing. */
    void hold(HeldDeletion found) {
        work.heldBack();
        if (!found.equals(held)) {
            folder.note(
                    "deletion-held",
                    "files",
                    Integer.toString(found.vanished()),
                    "of",
                    Integer.toString(found.files()),
                    "from",
                    found.from() == null ? "this device" : found.from());
        }
        held = found;
        folder.add(new Effect.Raise(HeldDeletion.ALERT, "error", line(found)));
    }

    /** The user has said whether it is meant; nothing happens if nothing is held. */
    void decided(boolean meant) {
        if (held != null) {
            folder.note(meant ? "deletion-confirmed" : "deletion-undone", "files", Integer.toString(held.vanished()));
            folder.add(new Effect.DecideDeletion(meant));
            passed();
            work.queue().rescan();
            work.queue().release();
        }
    }

    /** The files have changed: perhaps they are back. */
    void lookAgain() {
        if (held != null) {
            work.queue().release();
        }
    }

    /** A commit has gone through: what had vanished here has not, or not any more. */
    void committed() {
        if (held != null && held.from() == null) {
            passed();
        }
    }

    /** A merge has gone through. */
    void integrated() {
        if (held != null) {
            passed();
        }
    }

    private void passed() {
        held = null;
        folder.add(new Effect.Clear(HeldDeletion.ALERT));
    }

    @Nullable
    HeldDeletion held() {
        return held;
    }

    /** The sentence why nothing is done to the files now, or null. */
    @Nullable
    String obstacle() {
        return held == null ? null : line(held);
    }

    private static String line(HeldDeletion held) {
        String what = held.vanished() + " of " + held.files() + " files ";
        return held.from() == null
                ? what + "have vanished here at once; nothing is taken over until you say whether that is meant:"
                        + " `tandem confirm NAME` lets them go, `tandem undo NAME` brings them back"
                : what + "were deleted on " + held.from() + "; they stay here until you say whether that is meant:"
                        + " `tandem confirm NAME` deletes them here too, `tandem undo NAME` brings them back everywhere";
    }
}
