package dev.tandem.assistant.desktop;

import dev.tandem.assistant.store.Journal;
import java.util.Map;
import java.util.Optional;

/**
 * What one notification says.
 *
 * @param title a few words: which folder, or Tandem itself
 * @param text a sentence
 * @param urgent whether something is to be decided
 */
record Notice(String title, String text, boolean urgent) {
    private static final String TANDEM = "Tandem";

    /**
     * What an entry of the journal is worth telling; nothing for all that is routine: a person is told of what they
     * have to decide, what they may look for in vain, and who has come to their devices or gone from them.
     */
    static Optional<Notice> of(Journal.Entry entry) {
        Map<String, String> fields = entry.fields();
        String folder = entry.folder() == null ? TANDEM : entry.folder();
        return switch (entry.type()) {
            case "conflict" ->
                Optional.of(new Notice(
                        folder,
                        "Two versions of " + field(fields, "path") + " clashed, and both are kept; the other is "
                                + field(fields, "variant") + ".",
                        false));
            case "paired" ->
                Optional.of(
                        new Notice(folder, "Now shared with another device of " + field(fields, "jid") + ".", false));
            case "introduced" ->
                Optional.of(new Notice(
                        folder,
                        "Now shared with " + field(fields, "name") + ", which " + field(fields, "by") + " vouches for.",
                        false));
            case "device-revoked" ->
                Optional.of(new Notice(
                        TANDEM,
                        "The device " + field(fields, "name") + " is revoked: nothing is shared with it any more.",
                        false));
            case "turned-away" ->
                Optional.of(new Notice(
                        TANDEM,
                        "The device " + field(fields, "peer") + " does not know this one any more; pair the two again.",
                        true));
            case "alert" ->
                field(fields, "severity").equals("error")
                        ? Optional.of(new Notice(folder, field(fields, "text"), true))
                        : Optional.empty();
            default -> Optional.empty();
        };
    }

    /** In place of as many that would come too fast to be read. */
    static Notice ofMany(int count) {
        return new Notice(TANDEM, count + " more things happened: see the dashboard, or tandem log.", false);
    }

    private static String field(Map<String, String> fields, String name) {
        return fields.getOrDefault(name, "");
    }
}
