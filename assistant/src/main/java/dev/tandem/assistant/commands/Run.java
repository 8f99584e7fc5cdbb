package dev.tandem.assistant.commands;

/** One step under way. Any thread. */
public interface Run {
    /** Under which name its result is asked for. */
    String correlation();

    /** Which step it is. */
    String step();

    /** How often this step was tried before: from 0; what was done in such a try is still done. */
    int attempts();

    /** Keeps what the step has learnt, before it goes on. Fails if the command is not wanted any more. */
    void save(Command command);

    /**
     * Ends the step. Returns when that is kept; what it throws says that nothing was. A second end is ignored.
     *
     * @return false if the command is not wanted any more, as its folder was removed; then nothing was stored
     */
    boolean end(Outcome outcome);

    /** A labelled point, where tests end the daemon. */
    void at(String label);

    /** Runs a step, and makes an outcome of what it throws. */
    void guard(Step step);

    /** What a step does. */
    @FunctionalInterface
    interface Step {
        /** Does it. */
        void run() throws Exception;
    }
}
