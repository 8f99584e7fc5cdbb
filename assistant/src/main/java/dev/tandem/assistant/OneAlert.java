package dev.tandem.assistant;

import java.util.Optional;

/** An alert that is raised when it begins and cleared when it ends, however often it is looked at. One thread. */
final class OneAlert {
    private final Records.FolderRecords records;
    private final String key;
    private Optional<String> said = Optional.empty();

    OneAlert(Records.FolderRecords records, String key) {
        this.records = records;
        this.key = key;
    }

    /** How it stands: a warning for the user, or empty if all is well. */
    void say(Optional<String> now) {
        if (now.equals(said)) {
            return;
        }
        now.ifPresentOrElse(text -> records.raise(key, "warning", text), () -> records.clear(key));
        said = now;
    }
}
