package dev.tandem.assistant.demo;

import java.nio.charset.StandardCharsets;
import org.apache.mina.core.buffer.IoBuffer;
import org.apache.mina.core.filterchain.IoFilterAdapter;
import org.apache.mina.core.session.IoSession;

/**
 * Answers the end of a client's stream with the end of the server's and closes (RFC 6120, 4.4): Vysper's decoder drops
 * it, and a client would wait some seconds for the answer.
 *
 * <p>Sits between TLS and the decoder. Where the tag comes in two pieces the client waits after all, no more.
 */
final class StreamEnd extends IoFilterAdapter {
    private static final byte[] TAG = "</stream:stream>".getBytes(StandardCharsets.US_ASCII);

    @Override
    public void messageReceived(NextFilter next, IoSession session, Object message) throws Exception {
        boolean last = message instanceof IoBuffer bytes && endsWithTag(bytes);
        next.messageReceived(session, message);
        if (last) {
            session.write(IoBuffer.wrap(TAG));
            session.closeOnFlush();
        }
    }

    private static boolean endsWithTag(IoBuffer bytes) {
        int start = bytes.limit() - TAG.length;
        if (start < bytes.position()) {
            return false;
        }
        for (int i = 0; i < TAG.length; i++) {
            if (bytes.get(start + i) != TAG[i]) {
                return false;
            }
        }
        return true;
    }
}
