package dev.tandem.xmpp.link;

import java.io.IOException;

/** The other device has said why it wants no link with this one, or none any more. */
final class RefusedException extends IOException {
    private static final long serialVersionUID = 1;

    RefusedException(String reason) {
        super(reason);
    }
}
