package dev.tandem.xmpp.link;

import dev.tandem.xmpp.account.DeviceId;
import dev.tandem.xmpp.carrier.Carrier;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.function.Predicate;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * TLS 1.3 over a carrier, both ends pinned: the other end must prove that it has the one key that is expected of it.
 *
 * <p>One thread reads; writers may be many, and what one call writes goes out in one go.
 */
final class SecureChannel {
    private static final String PROTOCOL = "tandem/1";
    /**
     * What TLS 1.3 adds to a record: a header of 5, a type, a tag of 16, and the 16 of padding that the JDK always
     * adds.
     */
    static final int TLS_BYTES = 38;

    private static final char[] NO_PASSWORD = {};

    /** TLS takes no more into one record. */
    private static final int LARGEST_RECORD = 16 * 1024;

    /** What a socket is given in one go, so that a call into the system, and waking up beyond, are for several. */
    private static final int RECORDS_AT_ONCE = 8;

    /** The most that {@link #writeBytes} ever is. */
    static final int MAX_WRITE_BYTES = RECORDS_AT_ONCE * LARGEST_RECORD;

    private final Carrier carrier;
    private final SSLEngine engine;
    /** Of the reading thread only. */
    private Runnable beforeWaiting = () -> {};

    private final Object writing = new Object();
    /** Guarded by {@link #writing}. */
    private final ByteBuffer records;

    private final ByteBuffer arrived;
    private final ByteBuffer plain;

    private final Pins pins;

    private SecureChannel(Carrier carrier, SSLEngine engine, Pins pins) {
        this.carrier = carrier;
        this.engine = engine;
        this.pins = pins;
        int packet = engine.getSession().getPacketBufferSize();
        int atOnce = carrier.messageBytes() > LARGEST_RECORD ? RECORDS_AT_ONCE : 1;
        records = ByteBuffer.allocate(atOnce * packet);
        arrived = ByteBuffer.allocate(2 * atOnce * packet);
        plain = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize());
        arrived.flip();
        plain.flip();
    }

    /**
     * Makes a channel, blocking until both ends have proven themselves; close the carrier to give up.
     *
     * @param expected which devices the other end may be
     */
    static SecureChannel handshake(Carrier carrier, DeviceIdentity me, Predicate<DeviceId> expected, boolean client)
            throws IOException {
        Pins pins = new Pins(expected);
        SecureChannel channel = new SecureChannel(carrier, engine(me, pins, client), pins);
        channel.engine.beginHandshake();
        channel.shakeHands();
        if (!PROTOCOL.equals(channel.engine.getApplicationProtocol())) {
            throw new IOException("the other device speaks another protocol");
        }
        return channel;
    }

    /** Which device the other end has proven to be. */
    DeviceId peer() {
        return pins.proven();
    }

    private static SSLEngine engine(DeviceIdentity me, Pins pins, boolean client) throws IOException {
        try {
            KeyStore keys = KeyStore.getInstance("PKCS12");
            keys.load(null, NO_PASSWORD);
            keys.setKeyEntry("me", me.privateKey(), NO_PASSWORD, new Certificate[] {me.certificate()});
            KeyManagerFactory managers = KeyManagerFactory.getInstance("PKIX");
            managers.init(keys, NO_PASSWORD);
            SSLContext context = SSLContext.getInstance("TLSv1.3");
            context.init(managers.getKeyManagers(), new TrustManager[] {pins}, null);
            SSLEngine engine = context.createSSLEngine();
            engine.setUseClientMode(client);
            engine.setNeedClientAuth(true);
            SSLParameters parameters = engine.getSSLParameters();
            parameters.setProtocols(new String[] {"TLSv1.3"});
            parameters.setApplicationProtocols(new String[] {PROTOCOL});
            parameters.setNeedClientAuth(true);
            engine.setSSLParameters(parameters);
            return engine;
        } catch (GeneralSecurityException unavailable) {
            throw new IOException("TLS 1.3 cannot be set up", unavailable);
        }
    }

    private void shakeHands() throws IOException {
        while (true) {
            switch (engine.getHandshakeStatus()) {
                case NEED_WRAP -> write(new byte[0], 0, 0);
                case NEED_TASK -> runTasks();
                case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                    if (!unwrap()) {
                        throw new IOException("the other device ended the handshake");
                    }
                }
                default -> {
                    return;
                }
            }
        }
    }

    private void runTasks() {
        for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
            task.run();
        }
    }

    /** Sends bytes at once; at most {@link #writeBytes} are best. */
    void write(byte[] bytes, int offset, int length) throws IOException {
        synchronized (writing) {
            ByteBuffer source = ByteBuffer.wrap(bytes, offset, length);
            records.clear();
            do {
                int before = records.position();
                SSLEngineResult result = engine.wrap(source, records);
                if (result.getStatus() == SSLEngineResult.Status.BUFFER_OVERFLOW && before > 0) {
                    send();
                    continue;
                }
                if (result.getStatus() != SSLEngineResult.Status.OK && records.position() == before) {
                    throw new IOException("the channel is closed");
                }
                if (result.getHandshakeStatus() == HandshakeStatus.NEED_TASK) {
                    send();
                    runTasks();
                }
            } while (source.hasRemaining());
            send();
        }
    }

    private void send() throws IOException {
        if (records.position() > 0) {
            carrier.write(records.array(), 0, records.position());
            records.clear();
        }
    }

    /** The decrypted bytes, for one reading thread. */
    InputStream input() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                while (!plain.hasRemaining() && length > 0) {
                    if (!unwrap()) {
                        return -1;
                    }
                    afterUnwrap();
                }
                int read = Math.min(length, plain.remaining());
                plain.get(into, offset, read);
                return read;
            }
        };
    }

    /** A key update asks for an answer. */
    private void afterUnwrap() throws IOException {
        if (engine.getHandshakeStatus() == HandshakeStatus.NEED_TASK) {
            runTasks();
        }
        if (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP && !engine.isInboundDone()) {
            write(new byte[0], 0, 0);
        }
    }

    /** Decrypts one record, reading from the carrier as needed; false at the end. */
    private boolean unwrap() throws IOException {
        while (true) {
            plain.compact();
            SSLEngineResult result;
            try {
                result = engine.unwrap(arrived, plain);
            } finally {
                plain.flip();
            }
            switch (result.getStatus()) {
                case OK -> {
                    return true;
                }
                case CLOSED -> {
                    return false;
                }
                case BUFFER_UNDERFLOW -> {
                    if (!fill()) {
                        return false;
                    }
                }
                case BUFFER_OVERFLOW -> throw new IOException("a record larger than TLS allows");
            }
        }
    }

    /** Runs on the reading thread whenever it is about to wait for the other end. */
    void beforeWaiting(Runnable task) {
        beforeWaiting = task;
    }

    private boolean fill() throws IOException {
        beforeWaiting.run();
        arrived.compact();
        try {
            int read = carrier.read(arrived.array(), arrived.position(), arrived.remaining());
            if (read < 0) {
                return false;
            }
            arrived.position(arrived.position() + read);
            return true;
        } finally {
            arrived.flip();
        }
    }

    /**
     * How much is best written in one call now: it leaves as one message of the carrier, or as one write to a socket.
     */
    int writeBytes() {
        return carrier.messageBytes() > LARGEST_RECORD ? MAX_WRITE_BYTES : carrier.messageBytes() - TLS_BYTES;
    }

    String carrierKind() {
        return carrier.kind();
    }

    void close(String reason) {
        carrier.close(reason);
    }

    /** Believes the keys of certain devices and no other, whoever signed what. */
    private static final class Pins extends X509ExtendedTrustManager {
        private final Predicate<DeviceId> expected;
        private volatile @Nullable DeviceId proven;

        Pins(Predicate<DeviceId> expected) {
            this.expected = expected;
        }

        /** The handshake is over, and so its owner has shown that it has the key. */
        DeviceId proven() {
            DeviceId device = proven;
            if (device == null) {
                throw new IllegalStateException("nobody has proven anything yet");
            }
            return device;
        }

        private void check(X509Certificate[] chain) throws CertificateException {
            if (chain.length == 0) {
                throw new CertificateException("the other end has no key");
            }
            DeviceId device = DeviceIdentity.idOf(chain[0]);
            if (!expected.test(device)) {
                throw new CertificateException(
                        "the other end is not the device that it should be, but " + device.brief());
            }
            proven = device;
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            check(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            check(chain);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
                throws CertificateException {
            check(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
                throws CertificateException {
            check(chain);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
                throws CertificateException {
            check(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
                throws CertificateException {
            check(chain);
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
