package dev.tandem.gitsync.delta;

import java.io.IOException;

/** A signature or a recipe that no honest peer sends. Nothing of it may be used. */
public final class MalformedException extends IOException {
    private static final long serialVersionUID = 1L;

    MalformedException(String what) {
        super(what);
    }
}
