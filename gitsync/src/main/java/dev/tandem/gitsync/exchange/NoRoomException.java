package dev.tandem.gitsync.exchange;

import java.io.IOException;

/** The disk is as full as {@code annex.diskreserve} lets it be: nothing was received, and no ref has moved. */
public final class NoRoomException extends IOException {
    private static final long serialVersionUID = 1;

    NoRoomException(String line) {
        super(line);
    }
}
