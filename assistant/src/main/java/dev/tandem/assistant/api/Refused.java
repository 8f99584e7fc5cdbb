package dev.tandem.assistant.api;

/** A request that the API itself turns away; becomes a status and the JSON {@code {"kind", "line"}}. */
final class Refused extends Exception {
    private static final long serialVersionUID = 1;

    private final int status;
    private final String kind;

    Refused(int status, String kind, String line) {
        super(line);
        this.status = status;
        this.kind = kind;
    }

    int status() {
        return status;
    }

    String kind() {
        return kind;
    }
}
