package dev.tandem.assistant.core;

/** The answer to a {@code CanPush}. */
public enum Reply {
    /** We hold what you hold, merged: nothing to push. */
    HAVE,
    /** Please push. */
    WANTED,
    /** Somebody else is pushing the same to us; no need. */
    COMING
}
