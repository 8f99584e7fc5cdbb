package dev.tandem.xmpp.direct;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * NAT-PMP (RFC 6886), which most gateways that speak PCP (RFC 6887) answer too: two small questions over UDP.
 *
 * <pre>
 *   external address?  u8 0 | u8 0                                               12 bytes come back
 *   map TCP            u8 0 | u8 2 | u16 0 | u16 internal | u16 external | u32 seconds   16 bytes come back
 *   an answer          u8 0 | u8 128 + question | u16 result | u32 epoch | …
 * </pre>
 */
final class NatPmp implements GatewayProtocol {
    static final int PORT = 5351;

    private static final int OP_EXTERNAL = 0;
    private static final int OP_MAP_TCP = 2;
    private static final int ANSWER = 128;
    private static final int EXTERNAL_BYTES = 12;
    private static final int MAPPED_BYTES = 16;

    /** The first wait for an answer; it doubles (section 3.1). The RFC's nine tries would take a minute. */
    private static final int FIRST_WAIT_MILLIS = 250;

    private static final int TRIES = 4;

    private final InetSocketAddress gateway;

    NatPmp(InetSocketAddress gateway) {
        this.gateway = gateway;
    }

    private record Granted(NatPmp by, int port, InetSocketAddress external, Duration lease) implements Mapping {
        @Override
        public void release() throws IOException {
            by.ask(mapping(port, 0, 0), MAPPED_BYTES, 1); // lifetime 0 ends it (section 3.4)
        }
    }

    @Override
    public Mapping map(int port, Duration lease) throws IOException {
        ByteBuffer address = ask(new byte[] {0, OP_EXTERNAL}, EXTERNAL_BYTES, TRIES);
        byte[] external = new byte[4];
        address.position(8).get(external);
        ByteBuffer mapped = ask(mapping(port, port, lease.toSeconds()), MAPPED_BYTES, TRIES);
        int externalPort = mapped.getShort(10) & 0xffff;
        Duration granted = Duration.ofSeconds(mapped.getInt(12) & 0xffffffffL);
        if ((mapped.getShort(8) & 0xffff) != port || externalPort == 0 || granted.isZero()) {
            throw new IOException("the gateway answered another question");
        }
        return new Granted(
                this, port, new InetSocketAddress(InetAddress.getByAddress(external), externalPort), granted);
    }

    private static byte[] mapping(int port, int external, long seconds) {
        return ByteBuffer.allocate(EXTERNAL_BYTES)
                .put((byte) 0)
                .put((byte) OP_MAP_TCP)
                .putShort((short) 0)
                .putShort((short) port)
                .putShort((short) external)
                .putInt((int) seconds)
                .array();
    }

    private ByteBuffer ask(byte[] question, int answerBytes, int tries) throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.connect(gateway); // so that only the gateway's packets are taken, and its refusal is heard
            int wait = FIRST_WAIT_MILLIS;
            for (int i = 0; i < tries; i++, wait *= 2) {
                socket.send(new DatagramPacket(question, question.length));
                socket.setSoTimeout(wait);
                try {
                    return answer(socket, question[1], answerBytes);
                } catch (SocketTimeoutException silence) {
                    if (i == tries - 1) {
                        throw new IOException("no NAT-PMP at " + gateway.getHostString(), silence);
                    }
                }
            }
            throw new IllegalStateException("no tries");
        }
    }

    private static ByteBuffer answer(DatagramSocket socket, int question, int bytes) throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[64], 64);
        socket.receive(packet);
        ByteBuffer answer = ByteBuffer.wrap(packet.getData(), 0, packet.getLength());
        if (packet.getLength() < 4 || answer.get(0) != 0 || (answer.get(1) & 0xff) != ANSWER + question) {
            throw new IOException("the gateway does not speak NAT-PMP");
        }
        int result = answer.getShort(2) & 0xffff;
        if (result != 0 || packet.getLength() < bytes) {
            throw new IOException("the gateway refused: NAT-PMP result " + result);
        }
        return answer;
    }
}
