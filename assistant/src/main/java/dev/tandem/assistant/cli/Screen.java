package dev.tandem.assistant.cli;

import java.util.Map;
import java.util.regex.Pattern;

/**
 * What the output is shown on. Colours only on a terminal that is not dumb, and not where {@code NO_COLOR} is set
 * (no-color.org: to anything but nothing).
 *
 * @param isTerminal whether somebody sees it now, and it may change what it has written
 * @param colours whether to colour
 * @param columns how wide a line may be
 */
record Screen(boolean isTerminal, boolean colours, int columns) {
    /** A file or a pipe. */
    static final Screen NONE = new Screen(false, false, 80);

    private static final int USUAL_COLUMNS = 80;
    private static final Pattern COLOUR = Pattern.compile("\u001b\\[[0-9;]*m");

    /** Where this process writes to. */
    static Screen of(Map<String, String> environment) {
        return Terminal.find().isPresent() ? terminal(environment) : NONE;
    }

    static Screen terminal(Map<String, String> environment) {
        boolean dumb = environment.getOrDefault("TERM", "").equals("dumb");
        boolean colours = !dumb && environment.getOrDefault("NO_COLOR", "").isEmpty();
        String columns = environment.getOrDefault("COLUMNS", "");
        return new Screen(
                !dumb, colours, columns.matches("[1-9][0-9]{1,3}") ? Integer.parseInt(columns) : USUAL_COLUMNS);
    }

    String strong(String text) {
        return in("1", text);
    }

    String bad(String text) {
        return in("31", text);
    }

    /** A word that says how something is, in the colour of what it means. */
    String state(String word) {
        return switch (word) {
            case "synced", "online", "ok" -> in("32", word);
            case "syncing", "connecting", "warning" -> in("33", word);
            case "attention", "refused", "failing", "error" -> bad(word);
            case "offline", "paused", "unknown" -> in("2", word);
            default -> word;
        };
    }

    private String in(String colour, String text) {
        return colours && !text.isEmpty() ? "\u001b[" + colour + "m" + text + "\u001b[0m" : text;
    }

    /** How many columns a text takes, its colours not counted. */
    static int width(String text) {
        return text.indexOf('\u001b') < 0
                ? text.length()
                : COLOUR.matcher(text).replaceAll("").length();
    }
}
