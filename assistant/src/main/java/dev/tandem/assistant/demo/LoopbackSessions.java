package dev.tandem.assistant.demo;

import java.io.IOException;
import org.apache.mina.core.session.IoSession;
import org.apache.vysper.mina.XmppIoHandlerAdapter;

/**
 * Takes a connection that breaks for one that is gone, so that the others hear of it at once; Vysper alone logs the
 * break and tells nobody.
 *
 * <p>Lives on the server's one processor thread.
 */
final class LoopbackSessions extends XmppIoHandlerAdapter {
    // Newer than Vysper: the MINA that it was built against had no such event.
    @Override
    public void inputClosed(IoSession session) {
        session.closeNow();
    }

    @Override
    public void exceptionCaught(IoSession session, Throwable cause) throws Exception {
        if (cause instanceof IOException) {
            session.closeNow();
        } else {
            super.exceptionCaught(session, cause);
        }
    }
}
