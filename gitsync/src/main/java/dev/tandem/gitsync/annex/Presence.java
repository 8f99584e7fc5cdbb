package dev.tandem.gitsync.annex;

/** What a location log says of one repository's copy of a content. */
public enum Presence {
    /** It is there, as far as is known. */
    PRESENT("1"),
    /** It is not there. */
    MISSING("0"),
    /** It is not there, and nobody should look for it any more. */
    DEAD("X");

    private final String letter;

    Presence(String letter) {
        this.letter = letter;
    }

    String letter() {
        return letter;
    }

    static Presence of(String letter) {
        return switch (letter) {
            case "1" -> PRESENT;
            case "X" -> DEAD;
            default -> MISSING;
        };
    }
}
