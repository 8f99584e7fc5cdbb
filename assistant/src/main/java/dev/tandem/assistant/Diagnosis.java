package dev.tandem.assistant;

import dev.tandem.assistant.core.Trouble;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.util.Locale;

/** Turns a failure of the world into one line for the user: what, what it means for the files, what to do. */
final class Diagnosis {
    private Diagnosis() {}

    static Trouble of(Path folder, Throwable failure) {
        String said = messages(failure).toLowerCase(Locale.ROOT);
        if (said.contains("no space left") || said.contains("disk quota")) {
            return new Trouble(
                    "disk",
                    "The disk that holds " + folder
                            + " is full: nothing is lost, but nothing more is kept or received; free some space.");
        }
        if (failure instanceof AccessDeniedException
                || said.contains("permission denied")
                || said.contains("read-only file system")) {
            return new Trouble(
                    "permission",
                    "Tandem may not write in " + folder
                            + ": changes there are not kept until it may; give this user write permission ("
                            + brief(failure) + ").");
        }
        return new Trouble(
                "files",
                "Work on " + folder + " failed (" + brief(failure)
                        + "): your files are as they were, and Tandem tries again; see the log.");
    }

    /** The failure's own words on one line. */
    static String brief(Throwable failure) {
        String message = failure.getMessage();
        String words = message == null || message.isBlank() ? failure.getClass().getSimpleName() : message;
        if (failure instanceof java.nio.file.FileSystemException) {
            words = failure.getClass().getSimpleName().replace("Exception", "") + ": " + words;
        }
        return words.replaceAll("\\s+", " ");
    }

    private static String messages(Throwable failure) {
        StringBuilder all = new StringBuilder();
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            all.append(cause.getMessage()).append('\n');
        }
        return all.toString();
    }
}
