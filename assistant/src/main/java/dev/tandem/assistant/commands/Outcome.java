package dev.tandem.assistant.commands;

/**
 * What a step has come to. {@code changes} are made to the store in the transaction that ends the step: both are kept,
 * or neither.
 */
public sealed interface Outcome {
    /** For steps that change nothing else in the store. */
    Runnable NOTHING = () -> {};

    /** What else is stored with the end of the step. */
    default Runnable changes() {
        return NOTHING;
    }

    /** On to the next step, with what that needs to know. */
    record Next(String step, Command command, Runnable changes) implements Outcome {}

    /** Whoever asked has the answer; the rest goes on in the background, out of the way of later commands. */
    record Answered(Object result, String step, Command command) implements Outcome {}

    /** Done: {@code result} is what is told to whoever asked, as JSON. */
    record Done(Object result, Runnable changes) implements Outcome {}

    /** Not now, perhaps later. */
    record Again(String why) implements Outcome {}

    /** Not before an account is online; that is no attempt. */
    record Offline(String why) implements Outcome {}

    /** Never. */
    record Failed(Failure failure) implements Outcome {}
}
