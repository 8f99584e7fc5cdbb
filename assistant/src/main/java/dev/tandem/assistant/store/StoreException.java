package dev.tandem.assistant.store;

import java.io.IOException;
import java.io.UncheckedIOException;

/** The database could not do its work, for the reason that the message says to the user; what was to change has not. */
public final class StoreException extends UncheckedIOException {
    private static final long serialVersionUID = 1;

    StoreException(IOException cause) {
        super(cause.getMessage(), cause);
    }
}
