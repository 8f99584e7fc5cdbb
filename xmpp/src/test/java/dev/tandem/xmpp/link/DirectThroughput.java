package dev.tandem.xmpp.link;

import static org.awaitility.Awaitility.await;

import com.google.common.base.Ticker;
import com.sun.management.OperatingSystemMXBean;
import dev.tandem.xmpp.account.DeviceId;
import dev.tandem.xmpp.carrier.Carrier;
import dev.tandem.xmpp.direct.DirectPort;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * One stream over a direct connection on loopback, beside a bare pair of the JDK's TLS sockets in the same run; see
 * {@code docs/benchmarks/direct}. Usage: {@code DirectThroughput MIB ROUNDS [bare|channel|link …]}.
 */
@SuppressWarnings("NullAway") // queues that are polled
final class DirectThroughput {
    private static final int PIECE = 16 * 1024;
    private static final int WARM_UP_MIB = 256;
    private static final OperatingSystemMXBean SYSTEM =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    /** One way of moving bytes. */
    private record Way(String name, OutputStream out, InputStream in) {}

    /** What one run of one way took. */
    private record Taken(double megabytesASecond, double cpuSecondsAGibibyte) {}

    private final List<AutoCloseable> open = new ArrayList<>();
    private final Path place;

    private DirectThroughput(Path place) {
        this.place = place;
    }

    public static void main(String[] arguments) throws Exception {
        long bytes = Long.parseLong(arguments[0]) << 20;
        int rounds = Integer.parseInt(arguments[1]);
        List<String> wanted = arguments.length > 2
                ? Arrays.asList(arguments).subList(2, arguments.length)
                : List.of("bare", "channel", "link");
        DirectThroughput run = new DirectThroughput(Files.createTempDirectory("tandem-direct"));
        try {
            run.measure(wanted, bytes, rounds);
        } finally {
            for (AutoCloseable each : run.open) {
                each.close();
            }
        }
        System.exit(0);
    }

    private void measure(List<String> wanted, long bytes, int rounds) throws Exception {
        List<Way> ways = new ArrayList<>();
        for (String name : wanted) {
            ways.add(
                    switch (name) {
                        case "bare" -> bare();
                        case "channel" -> channel();
                        case "link" -> link();
                        default -> throw new IllegalArgumentException(name);
                    });
        }
        for (Way way : ways) {
            move(way, (long) WARM_UP_MIB << 20);
        }
        List<List<Taken>> taken = new ArrayList<>();
        ways.forEach(way -> taken.add(new ArrayList<>()));
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < ways.size(); i++) {
                taken.get(i).add(move(ways.get(i), bytes));
            }
        }
        System.out.printf(
                "| way | MB/s, median (least to most) | of bare, median | CPU s per GiB |%n|---|---|---|---|%n");
        for (int i = 0; i < ways.size(); i++) {
            report(ways.get(i).name(), taken.get(i), taken.get(0));
        }
    }

    private static void report(String name, List<Taken> taken, List<Taken> bare) {
        double[] speeds =
                taken.stream().mapToDouble(Taken::megabytesASecond).sorted().toArray();
        double[] ratios = new double[taken.size()];
        Arrays.setAll(ratios, i -> taken.get(i).megabytesASecond() / bare.get(i).megabytesASecond());
        Arrays.sort(ratios);
        double[] cpu =
                taken.stream().mapToDouble(Taken::cpuSecondsAGibibyte).sorted().toArray();
        System.out.printf(
                Locale.ROOT,
                "| %s | %.0f (%.0f to %.0f) | %.0f %% | %.2f |%n",
                name,
                speeds[speeds.length / 2],
                speeds[0],
                speeds[speeds.length - 1],
                100 * ratios[ratios.length / 2],
                cpu[cpu.length / 2]);
    }

    /** From the first byte written until the last is read. */
    private static Taken move(Way way, long bytes) throws Exception {
        long cpu = SYSTEM.getProcessCpuTime();
        long begin = System.nanoTime();
        CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> {
            byte[] piece = new byte[PIECE];
            try {
                for (long sent = 0; sent < bytes; sent += PIECE) {
                    way.out().write(piece, 0, PIECE);
                }
                way.out().flush();
            } catch (IOException broken) {
                throw new IllegalStateException(way.name(), broken);
            }
        });
        byte[] buffer = new byte[4 * PIECE];
        long read = 0;
        while (read < bytes) {
            int count = way.in().read(buffer, 0, (int) Math.min(buffer.length, bytes - read));
            if (count < 0) {
                throw new IOException(way.name() + " ended after " + read);
            }
            read += count;
        }
        writing.get(10, TimeUnit.SECONDS);
        double seconds = (System.nanoTime() - begin) / 1e9;
        double cpuSeconds = (SYSTEM.getProcessCpuTime() - cpu) / 1e9;
        return new Taken(bytes / 1e6 / seconds, cpuSeconds * (1 << 30) / bytes);
    }

    // ---- the JDK's own

    private Way bare() throws Exception {
        DeviceIdentity me = identity("bare");
        SSLContext context = context(me);
        SSLServerSocket server = (SSLServerSocket)
                context.getServerSocketFactory().createServerSocket(0, 1, InetAddress.getLoopbackAddress());
        server.setEnabledProtocols(new String[] {"TLSv1.3"});
        server.setNeedClientAuth(true);
        open.add(server);
        CompletableFuture<Socket> accepted = CompletableFuture.supplyAsync(() -> {
            try {
                SSLSocket socket = (SSLSocket) server.accept();
                socket.startHandshake();
                return socket;
            } catch (IOException broken) {
                throw new IllegalStateException(broken);
            }
        });
        SSLSocket client =
                (SSLSocket) context.getSocketFactory().createSocket(server.getInetAddress(), server.getLocalPort());
        client.startHandshake();
        Socket other = accepted.get(10, TimeUnit.SECONDS);
        open.add(client);
        open.add(other);
        System.out.println("bare: " + client.getSession().getProtocol() + " "
                + client.getSession().getCipherSuite());
        return new Way("bare TLS sockets of the JDK", client.getOutputStream(), other.getInputStream());
    }

    private static SSLContext context(DeviceIdentity me) throws GeneralSecurityException, IOException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        keys.load(null, new char[0]);
        keys.setKeyEntry("me", me.privateKey(), new char[0], new Certificate[] {me.certificate()});
        KeyManagerFactory managers = KeyManagerFactory.getInstance("PKIX");
        managers.init(keys, new char[0]);
        SSLContext context = SSLContext.getInstance("TLSv1.3");
        context.init(managers.getKeyManagers(), new TrustManager[] {new Anybody()}, null);
        return context;
    }

    // ---- ours

    /** The secure channel over a direct carrier, without frames and streams. */
    private Way channel() throws Exception {
        DeviceIdentity one = identity("channel-one");
        DeviceIdentity two = identity("channel-two");
        TwoEnds threads = new TwoEnds(place.resolve("channel"));
        open.add(threads);
        BlockingQueue<Carrier> accepted = new LinkedBlockingQueue<>();
        DirectPort port = DirectPort.open(
                0, (carrier, from) -> accepted.add(carrier), threads.timers, threads.threads, Ticker.systemTicker());
        open.add(port);
        Carrier dialled = port.connect(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port.port()), Duration.ofSeconds(5));
        Carrier taken = accepted.poll(10, TimeUnit.SECONDS);
        port.adopted(taken);
        CompletableFuture<SecureChannel> other =
                CompletableFuture.supplyAsync(() -> shake(taken, two, one.id(), false));
        SecureChannel mine = shake(dialled, one, two.id(), true);
        OutputStream out = new OutputStream() {
            @Override
            public void write(int one) {
                throw new UnsupportedOperationException();
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                mine.write(bytes, offset, length);
            }
        };
        return new Way(
                "SecureChannel over SocketCarrier",
                out,
                other.get(10, TimeUnit.SECONDS).input());
    }

    private static SecureChannel shake(Carrier carrier, DeviceIdentity me, DeviceId peer, boolean client) {
        try {
            return SecureChannel.handshake(carrier, me, peer::equals, client);
        } catch (IOException failed) {
            throw new IllegalStateException(failed);
        }
    }

    /** A stream of a link between two devices, as a push uses it. */
    private Way link() throws Exception {
        BlockingQueue<LinkStream> opened = new LinkedBlockingQueue<>();
        TwoEnds ends = new TwoEnds(place.resolve("link"));
        open.add(ends);
        for (TwoEnds.End end : List.of(ends.one, ends.two)) {
            end.links.registerStream("bytes", (from, body, stream) -> opened.add(stream));
        }
        ends.meet();
        ends.one.next();
        ends.two.next();
        ends.one.links.openDirect(0, Reach.MACHINE);
        ends.two.links.openDirect(0, Reach.MACHINE);
        DeviceId other = ends.two.identity.id();
        await().until(() -> ends.one.links.states(other).stream()
                .anyMatch(state -> state.carrierKind().equals("direct")));
        LinkStream stream = ends.one.links.open(other, "bytes", new byte[0], Duration.ofSeconds(10));
        return new Way(
                "a link's stream",
                stream.output(),
                opened.poll(10, TimeUnit.SECONDS).input());
    }

    private DeviceIdentity identity(String name) throws IOException {
        return DeviceIdentity.loadOrCreate(
                Files.createDirectories(place.resolve(name)), InstantSource.system(), new SecureRandom());
    }

    /** For a measurement, everybody will do. */
    private static final class Anybody extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
