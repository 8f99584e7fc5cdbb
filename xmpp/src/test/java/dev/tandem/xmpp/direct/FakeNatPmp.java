package dev.tandem.xmpp.direct;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A gateway that speaks NAT-PMP, on loopback. */
final class FakeNatPmp implements AutoCloseable {
    final List<String> asked = new CopyOnWriteArrayList<>();
    volatile int result;
    final AtomicInteger ignored = new AtomicInteger();
    volatile int lease = 3600;
    volatile int externalPort = 40_001;
    private final DatagramSocket socket;

    FakeNatPmp() throws IOException {
        socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        Thread thread = new Thread(this::serve, "tandem-test-gateway");
        thread.setDaemon(true);
        thread.start();
    }

    InetSocketAddress address() {
        return (InetSocketAddress) socket.getLocalSocketAddress();
    }

    private void serve() {
        try {
            while (true) {
                DatagramPacket packet = new DatagramPacket(new byte[100], 100);
                socket.receive(packet);
                ByteBuffer question = ByteBuffer.wrap(packet.getData(), 0, packet.getLength());
                int operation = question.get(1);
                asked.add(
                        operation == 0
                                ? "external"
                                : "map " + (question.getShort(4) & 0xffff) + " for " + question.getInt(8));
                if (ignored.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                    continue;
                }
                ByteBuffer answer = ByteBuffer.allocate(operation == 0 ? 12 : 16)
                        .put((byte) 0)
                        .put((byte) (128 + operation))
                        .putShort((short) result)
                        .putInt(77);
                if (operation == 0) {
                    answer.put(new byte[] {(byte) 203, 0, 113, 9});
                } else {
                    answer.putShort(question.getShort(4))
                            .putShort((short) externalPort)
                            .putInt(question.getInt(8) == 0 ? 0 : lease);
                }
                socket.send(new DatagramPacket(answer.array(), answer.capacity(), packet.getSocketAddress()));
            }
        } catch (SocketException closed) {
            asked.add("closed");
        } catch (IOException broken) {
            throw new IllegalStateException(broken);
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}
