package dev.tandem.xmpp.direct;

import com.google.common.base.Ticker;
import dev.tandem.xmpp.account.DeviceId;
import dev.tandem.xmpp.carrier.Carrier;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.MulticastSocket;
import java.net.NetworkInterface;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicLong;

/** What runs on a machine of {@link DirectPathIT}: a line for everything that happens. */
final class DirectPeer {
    private static final ScheduledExecutorService TIMERS = Executors.newScheduledThreadPool(1, DirectPeer::daemon);
    private static final ExecutorService WORKERS = Executors.newCachedThreadPool(DirectPeer::daemon);

    private DirectPeer() {}

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "tandem-test-peer");
        thread.setDaemon(true);
        return thread;
    }

    public static void main(String[] arguments) throws Exception {
        switch (arguments[0]) {
            case "listen" -> listen();
            case "dial" -> dial(arguments);
            case "near" -> near(new DeviceId(arguments[1]), Integer.parseInt(arguments[2]));
            case "sniff" -> sniff(arguments[1], arguments);
            case "noise" -> noise(arguments[1], Integer.parseInt(arguments[2]));
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }

    private static void say(String line) {
        System.out.println(line);
    }

    /** Takes connections and whatever comes over them until the input ends. */
    private static void listen() throws IOException {
        DirectPort[] self = new DirectPort[1];
        try (DirectPort port = DirectPort.open(
                0,
                (carrier, from) -> WORKERS.execute(() -> {
                    self[0].adopted(carrier);
                    take(carrier);
                }),
                TIMERS,
                DirectPeer::daemon,
                Ticker.systemTicker())) {
            self[0] = port;
            String candidates = String.join(
                    " ",
                    Addresses.own(port.port(), false, Optional.empty()).stream()
                            .map(Candidate::toString)
                            .toList());
            say("listening " + candidates);
            untilInputEnds();
        }
    }

    private static void untilInputEnds() throws IOException {
        while (System.in.read() >= 0) {
            // whatever it is
        }
    }

    private static void take(Carrier carrier) {
        long bytes = 0;
        try {
            byte[] buffer = new byte[65_536];
            int read = carrier.read(buffer, 0, 1);
            carrier.write(buffer, 0, 1);
            while (read >= 0) {
                bytes += read;
                read = carrier.read(buffer, 0, buffer.length);
            }
            say("took " + bytes);
        } catch (IOException broken) {
            say("took " + bytes + " until " + broken.getMessage());
        }
    }

    /** dial BYTES CANDIDATE…: a race, then so many bytes. */
    private static void dial(String[] arguments) throws InterruptedException {
        long bytes = Long.parseLong(arguments[1]);
        List<Candidate> candidates = Addresses.of(Arrays.asList(arguments).subList(2, arguments.length), false);
        Dialer dialer = SocketCarrier.dialer(TIMERS, Ticker.systemTicker());
        try {
            Carrier carrier = Race.start(
                            candidates,
                            (address, timeout) -> {
                                Carrier made = dialer.connect(address, timeout);
                                say("at " + Candidate.of(address));
                                return made;
                            },
                            DirectPeer::greet,
                            WORKERS,
                            TIMERS,
                            Ticker.systemTicker())
                    .get();
            say("connected");
            send(carrier, bytes);
        } catch (ExecutionException lost) {
            say("lost: " + String.valueOf(lost.getCause()));
        }
    }

    private static Carrier greet(Carrier carrier) throws IOException {
        carrier.write(new byte[] {1}, 0, 1);
        if (carrier.read(new byte[1], 0, 1) < 0) {
            throw new IOException("it went away");
        }
        return carrier;
    }

    private static void send(Carrier carrier, long bytes) {
        byte[] piece = new byte[carrier.messageBytes()];
        AtomicLong sent = new AtomicLong();
        try {
            while (sent.get() < bytes) {
                int size = (int) Math.min(piece.length, bytes - sent.get());
                carrier.write(piece, 0, size);
                if (sent.getAndAdd(size) == 0) {
                    say("sending");
                }
            }
            carrier.close("done");
            say("sent " + sent);
        } catch (IOException broken) {
            say("sent " + sent + " until " + broken.getMessage());
        }
    }

    private static void near(DeviceId me, int port) throws IOException {
        Neighbours.Listener listener = new Neighbours.Listener() {
            @Override
            public void found(DeviceId device, List<Candidate> at) {
                say("found " + device.brief() + " " + at);
            }

            @Override
            public void lost(DeviceId device) {
                say("gone " + device.brief());
            }
        };
        try (Neighbours neighbours = Neighbours.start(me, port, listener, TIMERS, WORKERS)) {
            say("near");
            untilInputEnds();
            say("troubles " + neighbours.troubles());
        }
    }

    /** noise INTERFACE COUNT: so many packets, each a real one with some bytes changed. */
    private static void noise(String on, int count) throws IOException {
        InetSocketAddress group = new InetSocketAddress(InetAddress.getByName("224.0.0.251"), 5353);
        Random random = new Random(count);
        try (MulticastSocket socket = new MulticastSocket(group.getPort())) {
            socket.joinGroup(group, NetworkInterface.getByName(on));
            socket.setNetworkInterface(NetworkInterface.getByName(on));
            say("listening");
            List<byte[]> real = new ArrayList<>();
            while (real.size() < 6) {
                DatagramPacket packet = new DatagramPacket(new byte[9000], 9000);
                socket.receive(packet);
                real.add(Arrays.copyOf(packet.getData(), packet.getLength()));
            }
            for (int i = 0; i < count; i++) {
                byte[] changed = real.get(random.nextInt(real.size())).clone();
                for (int changes = random.nextInt(12); changes >= 0; changes--) {
                    changed[random.nextInt(changed.length)] = (byte) random.nextInt();
                }
                changed[2] = (byte) (random.nextBoolean() ? 0x84 : 0); // an answer as often as a question
                socket.send(new DatagramPacket(changed, changed.length, group));
            }
            say("noised");
        }
    }

    /** sniff INTERFACE WORD…: which of the words anybody says over mDNS. */
    private static void sniff(String on, String[] words) throws IOException {
        InetSocketAddress group = new InetSocketAddress(InetAddress.getByName("224.0.0.251"), 5353);
        try (MulticastSocket socket = new MulticastSocket(group.getPort())) {
            socket.joinGroup(group, NetworkInterface.getByName(on));
            say("sniffing");
            while (true) {
                DatagramPacket packet = new DatagramPacket(new byte[9000], 9000);
                socket.receive(packet);
                String said = new String(packet.getData(), 0, packet.getLength(), StandardCharsets.ISO_8859_1);
                say("heard " + said.replaceAll("[^ -~]+", "."));
                for (int i = 2; i < words.length; i++) {
                    if (said.contains(words[i])) {
                        say("word " + words[i]);
                    }
                }
            }
        }
    }
}
