package dev.tandem.gitsync.annex;

import java.io.IOException;

/** An expression of the user's that cannot be understood. The message says which and what to do. */
public final class ExpressionException extends IOException {
    private static final long serialVersionUID = 1L;

    ExpressionException(String what) {
        super(what);
    }
}
