package dev.tandem.assistant.demo;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jivesoftware.smack.ConnectionConfiguration.SecurityMode;
import org.jivesoftware.smack.filter.StanzaTypeFilter;
import org.jivesoftware.smack.packet.Message;
import org.jivesoftware.smack.packet.Presence;
import org.jivesoftware.smack.packet.StandardExtensionElement;
import org.jivesoftware.smack.packet.Stanza;
import org.jivesoftware.smack.roster.Roster;
import org.jivesoftware.smack.tcp.XMPPTCPConnection;
import org.jivesoftware.smack.tcp.XMPPTCPConnectionConfiguration;
import org.jxmpp.jid.impl.JidCreate;

/** A plain Smack client that keeps what it is sent, in order. */
final class DemoClient implements AutoCloseable {
    static final String NAMESPACE = "urn:tandem:test:1";

    final BlockingQueue<Message> messages = new LinkedBlockingQueue<>();
    final BlockingQueue<Presence> presences = new LinkedBlockingQueue<>();
    private final XMPPTCPConnection connection;

    DemoClient(DemoServer server, String user, String password, Path trusted) throws Exception {
        connection = new XMPPTCPConnection(XMPPTCPConnectionConfiguration.builder()
                .setXmppDomain(DemoServer.DOMAIN)
                .setHost("127.0.0.1")
                .setPort(server.port())
                .setUsernameAndPassword(user, password)
                .setResource("tandem-chosen")
                .setSecurityMode(SecurityMode.required)
                .setCustomX509TrustManager(trusting(trusted))
                .setSendPresence(false)
                .build());
        Roster.getInstanceFor(connection).setSubscriptionMode(Roster.SubscriptionMode.accept_all);
        connection.addSyncStanzaListener(s -> messages.add((Message) s), StanzaTypeFilter.MESSAGE);
        connection.addSyncStanzaListener(s -> presences.add((Presence) s), StanzaTypeFilter.PRESENCE);
    }

    /** Connects and signs in, and says so with a presence that carries the mark. */
    DemoClient signIn(String mark) throws Exception {
        signInSilently();
        connection.sendStanza(connection
                .getStanzaFactory()
                .buildPresenceStanza()
                .addExtension(mark(mark))
                .build());
        return this;
    }

    DemoClient signInSilently() throws Exception {
        connection.connect().login();
        return this;
    }

    String fullJid() {
        return connection.getUser().toString();
    }

    boolean secure() {
        return connection.isSecureConnection();
    }

    void send(String to, String mark) throws Exception {
        connection.sendStanza(connection
                .getStanzaFactory()
                .buildMessageStanza()
                .to(JidCreate.from(to))
                .ofType(Message.Type.headline)
                .addExtension(mark(mark))
                .build());
    }

    void send(Presence.Type type, String to) throws Exception {
        connection.sendStanza(connection
                .getStanzaFactory()
                .buildPresenceStanza()
                .ofType(type)
                .to(JidCreate.from(to))
                .build());
    }

    List<Presence> availablePresences() {
        return presences.stream().filter(Presence::isAvailable).toList();
    }

    static String markOf(Stanza stanza) {
        return stanza.getExtension(NAMESPACE) instanceof StandardExtensionElement mark ? mark.getText() : "none";
    }

    void drop() {
        connection.instantShutdown();
    }

    @Override
    public void close() {
        connection.disconnect();
    }

    private static StandardExtensionElement mark(String text) {
        return StandardExtensionElement.builder("mark", NAMESPACE)
                .addAttribute("n", "1")
                .setText(text)
                .build();
    }

    private static X509TrustManager trusting(Path pem) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        try (InputStream in = Files.newInputStream(pem)) {
            store.setCertificateEntry(
                    "it", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return Arrays.stream(factory.getTrustManagers())
                .filter(X509TrustManager.class::isInstance)
                .map(X509TrustManager.class::cast)
                .findFirst()
                .orElseThrow();
    }
}
