package dev.tandem.assistant.core;

/**
 * What became of an exchange with a git remote.
 *
 * @param line why it was not done, for the user; empty if it was
 */
public record RemoteReport(Kind kind, String line) {
    /** It was done. */
    public static final RemoteReport DONE = new RemoteReport(Kind.DONE, "");

    /** How it ended. */
    public enum Kind {
        /** As it was meant to. */
        DONE,
        /** The remote is not there now, which is no error. */
        AWAY,
        /** The remote does not let us: the user has to do something. */
        REFUSED,
        /** Others have pushed to it meanwhile. */
        OVERTAKEN
    }
}
