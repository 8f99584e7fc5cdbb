package dev.tandem.gitsync.worktree;

/** Named places at which a test may end the process; see testing.md, the crash harness. */
@FunctionalInterface
interface Failpoints {
    Failpoints NONE = name -> {};

    /** A step was finished. */
    void hit(String name);
}
