package dev.tandem.xmpp.account;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import javax.net.SocketFactory;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sockets on which nothing waits for company: our own writes leave at once (TCP_NODELAY), and on Linux our
 * acknowledgements do too (TCP_QUICKACK), because servers do not switch off Nagle's algorithm and would hold back the
 * tail of every stanza for our delayed acknowledgement, some 40 ms each.
 */
final class PromptSockets extends SocketFactory {
    private static final Logger LOG = LoggerFactory.getLogger(PromptSockets.class);

    /** The one in use, or the one that was. */
    private volatile @Nullable Socket last;

    /**
     * Breaks the connection that was made last, at once. Closing what is around it would not do: TLS wants to say
     * goodbye, and waits for whoever is just writing to a server that does not read.
     */
    void abort() {
        Socket socket = last;
        if (socket == null || socket.isClosed()) {
            return;
        }
        try (socket) {
            socket.setSoLinger(true, 0);
        } catch (IOException closed) {
            LOG.debug("a connection was broken already", closed);
        }
    }

    @Override
    public Socket createSocket() throws IOException {
        Socket socket = new PromptSocket();
        last = socket;
        socket.setTcpNoDelay(true);
        socket.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
        return socket;
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        throw new IOException("not used: connected by the caller");
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
        throw new IOException("not used: connected by the caller");
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        throw new IOException("not used: connected by the caller");
    }

    @Override
    public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort)
            throws IOException {
        throw new IOException("not used: connected by the caller");
    }

    private static final class PromptSocket extends Socket {
        @Override
        public InputStream getInputStream() throws IOException {
            InputStream in = super.getInputStream();
            return supportedOptions().contains(ExtendedSocketOptions.TCP_QUICKACK)
                    ? new QuickAcknowledging(this, in)
                    : in;
        }
    }

    /** The kernel falls back to delaying on its own judgement, so the option is set again at every read. */
    private static final class QuickAcknowledging extends FilterInputStream {
        private final Socket socket;

        QuickAcknowledging(Socket socket, InputStream in) {
            super(in);
            this.socket = socket;
        }

        @Override
        public int read() throws IOException {
            socket.setOption(ExtendedSocketOptions.TCP_QUICKACK, true);
            return super.read();
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            socket.setOption(ExtendedSocketOptions.TCP_QUICKACK, true);
            return super.read(into, offset, length);
        }
    }
}
