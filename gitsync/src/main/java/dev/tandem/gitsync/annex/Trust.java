package dev.tandem.gitsync.annex;

import java.util.Optional;

/** How far what a repository holds can be relied on (git-annex, "trust"). */
public enum Trust {
    /** Its copies count without asking it. */
    TRUSTED('1'),
    /** Its copies count after asking it: what every repository is until told otherwise. */
    SEMITRUSTED('?'),
    /** It may lose content: its copies never count. */
    UNTRUSTED('0'),
    /** It is gone for good. */
    DEAD('X');

    private final char letter;

    Trust(char letter) {
        this.letter = letter;
    }

    /** As the first word of a line of {@code trust.log} has it. */
    char letter() {
        return letter;
    }

    /** The level that a line of {@code trust.log} tells; empty if it is none that this program knows. */
    static Optional<Trust> parse(String value) {
        if (value.isEmpty()) {
            return Optional.of(SEMITRUSTED);
        }
        for (Trust level : values()) {
            if (level.letter == value.charAt(0)) {
                return Optional.of(level);
            }
        }
        return Optional.empty();
    }
}
