package dev.tandem.gitsync.annex;

import java.io.IOException;

/** What came is not the content of the key that was asked for. Nothing of it is kept. */
public final class WrongContentException extends IOException {
    private static final long serialVersionUID = 1L;

    WrongContentException(Key key, String why) {
        super("what came for " + key + " is not its content (" + why + "); it was thrown away and is fetched again");
    }
}
