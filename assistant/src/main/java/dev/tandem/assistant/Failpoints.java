package dev.tandem.assistant;

/** Labelled points in the steps of commands, at which a test may end the daemon. Called on any thread. */
@FunctionalInterface
public interface Failpoints {
    /** What the daemon runs with. */
    Failpoints NONE = label -> {};

    /** That point is reached. */
    void at(String label);
}
