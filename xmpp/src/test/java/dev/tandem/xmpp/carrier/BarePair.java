package dev.tandem.xmpp.carrier;

import dev.tandem.xmpp.testing.Prosody;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import javax.net.SocketFactory;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jivesoftware.smack.ConnectionConfiguration.SecurityMode;
import org.jivesoftware.smack.filter.StanzaTypeFilter;
import org.jivesoftware.smack.packet.Message;
import org.jivesoftware.smack.packet.StandardExtensionElement;
import org.jivesoftware.smack.packet.Stanza;
import org.jivesoftware.smack.packet.StanzaBuilder;
import org.jivesoftware.smack.tcp.XMPPTCPConnection;
import org.jivesoftware.smack.tcp.XMPPTCPConnectionConfiguration;
import org.jxmpp.jid.Jid;

/**
 * What to measure ourselves against: two Smack clients with nothing of ours, over TLS to the server. One sends messages
 * of a fixed size, the other answers every 8th; 256 are in flight.
 */
final class BarePair implements AutoCloseable {
    private static final int IN_FLIGHT = 256;
    private static final int EVERY = 8;
    private static final String NAMESPACE = "urn:bare";

    private final XMPPTCPConnection one;
    private final XMPPTCPConnection two;
    private final Semaphore window = new Semaphore(IN_FLIGHT);
    private final Semaphore answered = new Semaphore(0);
    private int received;

    BarePair(Prosody server, boolean noDelay) throws Exception {
        one = connect(server, "one", noDelay);
        two = connect(server, "two", noDelay);
        two.addSyncStanzaListener(this::arrived, StanzaTypeFilter.MESSAGE);
        one.addSyncStanzaListener(
                stanza -> {
                    if (stanza.hasExtension("answer", NAMESPACE)) {
                        window.release(EVERY);
                    } else {
                        answered.release();
                    }
                },
                StanzaTypeFilter.MESSAGE);
    }

    private void arrived(Stanza stanza) {
        if (stanza.hasExtension("ping", NAMESPACE)) {
            send(two, one.getUser(), "pong", "");
            return;
        }
        StandardExtensionElement element = (StandardExtensionElement) stanza.getExtension(NAMESPACE);
        if (Base64.getDecoder().decode(element.getText()).length > 0 && ++received % EVERY == 0) {
            send(two, one.getUser(), "answer", "");
        }
    }

    private static void send(XMPPTCPConnection from, Jid to, String name, String text) {
        try {
            from.sendStanza(StanzaBuilder.buildMessage()
                    .ofType(Message.Type.headline)
                    .to(to)
                    .addExtension(StandardExtensionElement.builder(name, NAMESPACE)
                            .setText(text)
                            .build())
                    .build());
        } catch (Exception broken) {
            throw new IllegalStateException(broken);
        }
    }

    /** Sends so many bytes in messages of that size; returns bytes a second. */
    double transfer(int bytes, int messageBytes) throws InterruptedException {
        byte[] content = TwoDevices.noise(1, messageBytes);
        long begin = System.nanoTime();
        int messages = bytes / messageBytes / EVERY * EVERY;
        for (int i = 0; i < messages; i++) {
            if (!window.tryAcquire(30, TimeUnit.SECONDS)) {
                throw new IllegalStateException("stalled at " + i);
            }
            send(one, two.getUser(), "data", Base64.getEncoder().encodeToString(content));
        }
        window.acquire(IN_FLIGHT);
        window.release(IN_FLIGHT);
        return (double) messages * messageBytes / ((System.nanoTime() - begin) / 1e9);
    }

    /** One small message and its answer, in nanoseconds. */
    long roundTrip() throws InterruptedException {
        long begin = System.nanoTime();
        send(one, two.getUser(), "ping", "");
        if (!answered.tryAcquire(30, TimeUnit.SECONDS)) {
            throw new IllegalStateException("no answer");
        }
        return System.nanoTime() - begin;
    }

    private static XMPPTCPConnection connect(Prosody server, String resource, boolean noDelay) throws Exception {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        keys.load(null, null);
        keys.setCertificateEntry(
                "server",
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(Files.newInputStream(server.certificate())));
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(keys);
        XMPPTCPConnectionConfiguration.Builder builder = XMPPTCPConnectionConfiguration.builder()
                .setXmppAddressAndPassword("ada@localhost", TwoDevices.PASSWORD)
                .setResource(resource)
                .setHost("127.0.0.1")
                .setPort(server.port())
                .setSecurityMode(SecurityMode.required)
                .setCustomX509TrustManager((X509TrustManager) trust.getTrustManagers()[0])
                .setCompressionEnabled(false)
                .setSendPresence(true);
        if (noDelay) {
            builder.setSocketFactory(new NoDelay());
        }
        XMPPTCPConnection connection = new XMPPTCPConnection(builder.build());
        connection.setUseStreamManagement(false);
        connection.connect().login();
        return connection;
    }

    @Override
    public void close() {
        one.instantShutdown();
        two.instantShutdown();
    }

    private static final class NoDelay extends SocketFactory {
        @Override
        public Socket createSocket() throws IOException {
            Socket socket = new Socket();
            socket.setTcpNoDelay(true);
            return socket;
        }

        @Override
        public Socket createSocket(String host, int port) throws IOException {
            throw new IOException("not used");
        }

        @Override
        public Socket createSocket(String host, int port, InetAddress local, int localPort) throws IOException {
            throw new IOException("not used");
        }

        @Override
        public Socket createSocket(InetAddress host, int port) throws IOException {
            throw new IOException("not used");
        }

        @Override
        public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) throws IOException {
            throw new IOException("not used");
        }
    }
}
