package dev.tandem.gitsync.remotes;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Why nothing could be exchanged with a remote, in one line. */
public final class RemoteException extends IOException {
    private static final long serialVersionUID = 1;

    /** What kind of trouble it is. */
    public enum Kind {
        /** It is not there now: a drive that is not mounted, a host that does not answer. No error. */
        AWAY,
        /** It is there and does not let us, or cannot be used: somebody has to do something. */
        REFUSED
    }

    private final Kind kind;

    private RemoteException(Kind kind, String line, @Nullable Throwable cause) {
        super(line, cause);
        this.kind = kind;
    }

    static RemoteException away(String line, Throwable cause) {
        return new RemoteException(Kind.AWAY, line, cause);
    }

    static RemoteException away(String line) {
        return new RemoteException(Kind.AWAY, line, null);
    }

    static RemoteException refused(String line, Throwable cause) {
        return new RemoteException(Kind.REFUSED, line, cause);
    }

    static RemoteException refused(String line) {
        return new RemoteException(Kind.REFUSED, line, null);
    }

    /** Whether to wait for it, or to say that it fails. */
    public Kind kind() {
        return kind;
    }
}
