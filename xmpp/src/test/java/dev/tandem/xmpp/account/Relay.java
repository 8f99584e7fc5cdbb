package dev.tandem.xmpp.account;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** A TCP relay on loopback whose connections can be cut, or fall silent as behind a router that forgot them. */
public final class Relay implements Closeable {
    private final ServerSocket listening;
    private final int target;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final AtomicLong upwards = new AtomicLong();
    private volatile boolean silent;

    /**
     * Begins to relay.
     *
     * @param target a port on loopback
     */
    public Relay(int target) throws IOException {
        this.listening = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        this.target = target;
        daemon(this::accept).start();
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "tandem-test-relay");
        thread.setDaemon(true);
        return thread;
    }

    /** Where it listens. */
    public int port() {
        return listening.getLocalPort();
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                Socket client = listening.accept();
                Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
                sockets.add(client);
                sockets.add(server);
                daemon(() -> pump(client, server, upwards)).start();
                daemon(() -> pump(server, client, new AtomicLong())).start();
            } catch (IOException e) {
                cut(); // closed, or nobody at the target: the client notices
            }
        }
    }

    private void pump(Socket from, Socket to, AtomicLong bytes) {
        byte[] buffer = new byte[8192];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                if (!silent) {
                    out.write(buffer, 0, count);
                    bytes.addAndGet(count);
                }
            }
        } catch (IOException e) {
            sockets.remove(from); // cut, as intended
        }
    }

    /** How many bytes the clients have sent to the target. */
    public long sentUpwards() {
        return upwards.get();
    }

    /** Breaks all connections; new ones are accepted. */
    public void cut() {
        List<Socket> all = List.copyOf(sockets);
        sockets.clear();
        all.forEach(Relay::reset);
    }

    /** A reset, so that neither side sees an orderly end. */
    private static void reset(Socket socket) {
        try (socket) {
            if (!socket.isClosed()) {
                socket.setSoLinger(true, 0);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Swallows everything from now on, or not any more. */
    public void silence(boolean silent) {
        this.silent = silent;
    }

    @Override
    public void close() throws IOException {
        listening.close();
        cut();
    }
}
