package dev.tandem.assistant.demo;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import org.apache.mina.core.filterchain.DefaultIoFilterChainBuilder;
import org.apache.mina.filter.codec.ProtocolCodecFilter;
import org.apache.mina.transport.socket.nio.NioSocketAcceptor;
import org.apache.vysper.mina.XmppIoHandlerAdapter;
import org.apache.vysper.mina.codec.XMPPProtocolCodecFactory;
import org.apache.vysper.storage.inmemory.MemoryStorageProviderRegistry;
import org.apache.vysper.xmpp.addressing.EntityFormatException;
import org.apache.vysper.xmpp.addressing.EntityImpl;
import org.apache.vysper.xmpp.authorization.AccountCreationException;
import org.apache.vysper.xmpp.authorization.AccountManagement;
import org.apache.vysper.xmpp.authorization.Plain;
import org.apache.vysper.xmpp.server.Endpoint;
import org.apache.vysper.xmpp.server.ServerRuntimeContext;
import org.apache.vysper.xmpp.server.XMPPServer;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/** An XMPP server for {@code localhost} inside this process: Apache Vysper on a free port of the loopback interface. */
public final class DemoServer implements AutoCloseable {
    private static final String DOMAIN = "localhost";
    private static final char[] PASSWORD = "demo".toCharArray();
    private static final int KEY_BITS = 2048;

    private final XMPPServer server = new XMPPServer(DOMAIN);
    private final MemoryStorageProviderRegistry storage = new MemoryStorageProviderRegistry();
    private final LoopbackEndpoint endpoint = new LoopbackEndpoint();
    private final Path certificate;

    private DemoServer(Path directory) throws IOException, GeneralSecurityException, OperatorCreationException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(KEY_BITS);
        KeyPair pair = generator.generateKeyPair();
        X509Certificate own = selfSigned(pair);
        KeyStore keys = KeyStore.getInstance("JKS");
        keys.load(null, PASSWORD);
        keys.setKeyEntry(DOMAIN, pair.getPrivate(), PASSWORD, new Certificate[] {own});
        ByteArrayOutputStream store = new ByteArrayOutputStream();
        keys.store(store, PASSWORD);
        certificate = directory.resolve("server.pem");
        Files.writeString(
                certificate,
                "-----BEGIN CERTIFICATE-----\n" + Base64.getMimeEncoder().encodeToString(own.getEncoded())
                        + "\n-----END CERTIFICATE-----\n");
        server.setTLSCertificateInfo(new ByteArrayInputStream(store.toByteArray()), new String(PASSWORD));
        server.setStorageProviderRegistry(storage);
        server.setSASLMechanisms(List.of(new Plain()));
        server.addEndpoint(endpoint);
    }

    private static X509Certificate selfSigned(KeyPair pair)
            throws IOException, GeneralSecurityException, OperatorCreationException {
        X500Name name = new X500Name("CN=" + DOMAIN);
        Instant now = Instant.now();
        return new JcaX509CertificateConverter()
                .getCertificate(new JcaX509v3CertificateBuilder(
                                name,
                                new BigInteger(64, new SecureRandom()),
                                Date.from(now.minus(Duration.ofDays(1))),
                                Date.from(now.plus(Duration.ofDays(2))),
                                name,
                                pair.getPublic())
                        .addExtension(
                                Extension.subjectAlternativeName,
                                false,
                                new GeneralNames(new GeneralName(GeneralName.dNSName, DOMAIN)))
                        .build(new JcaContentSignerBuilder("SHA256withRSA").build(pair.getPrivate())));
    }

    /** Starts a server; its certificate goes to that directory. */
    public static DemoServer start(Path directory) throws IOException {
        try {
            DemoServer demo = new DemoServer(directory);
            demo.server.start();
            return demo;
        } catch (Exception failed) {
            // Vysper's start() throws just that
            throw new IOException("the demo's server did not start: " + failed.getMessage(), failed);
        }
    }

    /** Makes an account. */
    public void addUser(String jid, String password) throws IOException {
        try {
            AccountManagement accounts = (AccountManagement) storage.retrieve(AccountManagement.class);
            accounts.addUser(EntityImpl.parse(jid), password);
        } catch (AccountCreationException | EntityFormatException refused) {
            throw new IOException("the demo's server refused the account " + jid, refused);
        }
    }

    /** Where it listens, on 127.0.0.1. */
    public int port() {
        return endpoint.port();
    }

    /** The certificate to trust, PEM. */
    public Path certificate() {
        return certificate;
    }

    @Override
    public void close() {
        server.stop();
    }

    /** Vysper's own endpoint listens on every interface; this one only where nobody else can reach it. */
    private static final class LoopbackEndpoint implements Endpoint {
        private @Nullable ServerRuntimeContext context;
        private @Nullable NioSocketAcceptor acceptor;

        @Override
        public void setServerRuntimeContext(ServerRuntimeContext runtime) {
            context = runtime;
        }

        @Override
        public void start() throws IOException {
            NioSocketAcceptor listening = new NioSocketAcceptor();
            DefaultIoFilterChainBuilder filters = new DefaultIoFilterChainBuilder();
            filters.addLast("xmppCodec", new ProtocolCodecFilter(new XMPPProtocolCodecFactory()));
            listening.setFilterChainBuilder(filters);
            XmppIoHandlerAdapter adapter = new XmppIoHandlerAdapter();
            adapter.setServerRuntimeContext(context);
            listening.setHandler(adapter);
            listening.getSessionConfig().setTcpNoDelay(true);
            listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            acceptor = listening;
        }

        int port() {
            if (acceptor == null) {
                throw new IllegalStateException("not started");
            }
            return acceptor.getLocalAddress().getPort();
        }

        @Override
        public void stop() {
            if (acceptor != null) {
                acceptor.unbind();
                acceptor.dispose();
            }
        }
    }
}
