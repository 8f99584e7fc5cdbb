package dev.tandem.gitsync.remotes;

import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.eclipse.jgit.transport.sshd.agent.AbstractConnector;
import org.jspecify.annotations.Nullable;

/**
 * A connection to an ssh agent over its Unix socket (draft-miller-ssh-agent): a message is its length in four bytes,
 * its type, and what belongs to it. Belongs to one thread.
 */
final class SshAgent extends AbstractConnector {
    private final @Nullable Path socket;
    private @Nullable SocketChannel channel;

    SshAgent(@Nullable Path socket) {
        this.socket = socket;
    }

    @Override
    public boolean connect() throws IOException {
        if (channel == null && socket != null && Files.exists(socket)) {
            SocketChannel opened = SocketChannel.open(StandardProtocolFamily.UNIX);
            try {
                opened.connect(UnixDomainSocketAddress.of(socket));
                channel = opened;
            } catch (IOException nobody) {
                opened.close(); // an agent that has ended: there are keys in files too
            }
        }
        return channel != null;
    }

    @Override
    public byte[] rpc(byte command, byte[] message) throws IOException {
        SocketChannel agent = channel;
        if (agent == null) {
            throw new IOException("there is no connection to the ssh agent");
        }
        prepareMessage(command, message);
        ByteBuffer request = ByteBuffer.wrap(message);
        while (request.hasRemaining()) {
            agent.write(request);
        }
        ByteBuffer length = ByteBuffer.allocate(Integer.BYTES);
        fill(agent, length);
        ByteBuffer reply = ByteBuffer.allocate(toLength(command, length.array()));
        fill(agent, reply);
        return reply.array();
    }

    private static void fill(SocketChannel agent, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            if (agent.read(buffer) < 0) {
                throw new EOFException("the ssh agent ended its answer too early");
            }
        }
    }

    @Override
    public void close() throws IOException {
        SocketChannel agent = channel;
        channel = null;
        if (agent != null) {
            agent.close();
        }
    }
}
