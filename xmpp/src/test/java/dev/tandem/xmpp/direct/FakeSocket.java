package dev.tandem.xmpp.direct;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketOption;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** A connection whose other end takes nothing and says nothing, until it is closed. */
final class FakeSocket extends Socket {
    final CountDownLatch writing = new CountDownLatch(1);
    final CountDownLatch reading = new CountDownLatch(1);
    final AtomicInteger closings = new AtomicInteger();
    final AtomicInteger written = new AtomicInteger();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final int window;

    /** Takes that many bytes before the window closes. */
    FakeSocket(int window) {
        this.window = window;
    }

    private void stall(CountDownLatch begun) throws IOException {
        begun.countDown();
        try {
            closed.await();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
        throw new SocketException("Socket closed");
    }

    @Override
    public OutputStream getOutputStream() {
        return new OutputStream() {
            @Override
            public void write(int one) throws IOException {
                write(new byte[1], 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                if (written.addAndGet(length) > window) {
                    stall(writing);
                }
            }
        };
    }

    @Override
    public InputStream getInputStream() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                stall(reading);
                return -1;
            }

            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                return read();
            }
        };
    }

    @Override
    public synchronized void close() {
        closings.incrementAndGet();
        closed.countDown();
    }

    @Override
    public void setTcpNoDelay(boolean on) {}

    @Override
    public void setKeepAlive(boolean on) {}

    @Override
    public void setSoLinger(boolean on, int linger) {}

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return Set.of();
    }
}
