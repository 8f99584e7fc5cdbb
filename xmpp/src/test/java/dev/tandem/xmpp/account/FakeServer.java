package dev.tandem.xmpp.account;

import dev.tandem.xmpp.link.DeviceIdentity;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * An XMPP server for one client at a time that takes any password and misbehaves on demand, where real ones do so only
 * when they are overloaded.
 */
final class FakeServer implements Closeable {
    /** What it does when a client wants to go on where it was. */
    enum WhenResumed {
        RESUME,
        FAIL,
        SAY_NOTHING,
        CLOSE,
        RESUME_AND_SAY_NOTHING_MORE
    }

    private static final Pattern NAME = Pattern.compile("<([\\w:]+)");
    private static final Pattern ID = Pattern.compile("\\bid='([^']*)'|\\bid=\"([^\"]*)\"");
    private static final Pattern RESOURCE = Pattern.compile("<resource>([^<]*)</resource>");

    private final ServerSocket listening = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    private final SSLContext tls;
    private final String certificate;
    private final AtomicInteger connections = new AtomicInteger();
    private final List<Session> sessions = new CopyOnWriteArrayList<>();
    final List<String> bound = new CopyOnWriteArrayList<>();
    final List<String> resumed = new CopyOnWriteArrayList<>();
    volatile WhenResumed whenResumed = WhenResumed.RESUME;

    /** Accepts, and says nothing at all. */
    volatile boolean mute;

    /** Answers to passwords that it cannot tell now. */
    volatile boolean undecided;

    /** A resource that somebody else has. */
    volatile String taken = "";

    FakeServer(Path directory) throws IOException, GeneralSecurityException {
        DeviceIdentity.loadOrCreate(directory, InstantSource.system(), new SecureRandom());
        KeyStore store = KeyStore.getInstance("PKCS12");
        char[] password = "tandem".toCharArray();
        try (InputStream in = Files.newInputStream(directory.resolve("device.p12"))) {
            store.load(in, password);
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, password);
        tls = SSLContext.getInstance("TLS");
        tls.init(keys.getKeyManagers(), null, null);
        certificate = "-----BEGIN CERTIFICATE-----\n"
                + Base64.getMimeEncoder()
                        .encodeToString(store.getCertificate("device").getEncoded())
                + "\n-----END CERTIFICATE-----\n";
        daemon(this::accept).start();
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "tandem-test-server");
        thread.setDaemon(true);
        return thread;
    }

    int port() {
        return listening.getLocalPort();
    }

    String certificate() {
        return certificate;
    }

    /** How many connections were made. */
    int connections() {
        return connections.get();
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                Session session = new Session(listening.accept());
                connections.incrementAndGet();
                sessions.add(session);
                daemon(session::serve).start();
            } catch (IOException closed) {
                cut();
            }
        }
    }

    /** Breaks all connections. */
    void cut() {
        for (Session session : sessions) {
            session.end();
        }
        sessions.clear();
    }

    /** Stops reading from all that are connected now; new ones are served. */
    void hang() {
        sessions.forEach(session -> session.hanging = true);
    }

    /** Tells all that are connected that somebody else has taken their name. */
    void replaceAll() throws IOException {
        for (Session session : sessions) {
            session.say("<stream:error><conflict xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>"
                    + "</stream:stream>");
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
        cut();
    }

    private final class Session {
        private final Socket raw;
        private Socket socket;
        private final StringBuilder heard = new StringBuilder();
        private boolean encrypted;
        private boolean authenticated;
        private boolean silent;
        private volatile boolean hanging;

        Session(Socket socket) {
            raw = socket;
            this.socket = socket;
        }

        void serve() {
            byte[] buffer = new byte[8192];
            try {
                for (int count = 0;
                        count >= 0 && !hanging;
                        count = socket.getInputStream().read(buffer)) {
                    heard.append(new String(buffer, 0, count, StandardCharsets.UTF_8));
                    for (String element = next(); element != null && !hanging; element = next()) {
                        answer(element);
                    }
                }
            } catch (IOException broken) {
                sessions.remove(this); // as intended
            }
        }

        private @Nullable String next() {
            String text = heard.toString().replaceFirst("^\\s*(<\\?xml[^>]*>)?\\s*", "");
            Matcher name = NAME.matcher(text);
            int end = text.indexOf('>');
            if (end < 0) {
                return null;
            }
            boolean whole = text.startsWith("<stream:stream") || text.startsWith("</") || text.charAt(end - 1) == '/';
            if (!whole && name.lookingAt()) {
                String closing = "</" + name.group(1) + ">";
                int at = text.indexOf(closing);
                if (at < 0) {
                    return null;
                }
                end = at + closing.length() - 1;
            }
            heard.setLength(0);
            heard.append(text.substring(end + 1));
            return text.substring(0, end + 1);
        }

        private void answer(String element) throws IOException {
            if (mute || silent) {
                return;
            }
            if (element.startsWith("<stream:stream")) {
                say("<?xml version='1.0'?><stream:stream xmlns='jabber:client' from='localhost' id='1' version='1.0'"
                        + " xmlns:stream='http://etherx.jabber.org/streams'><stream:features>" + features()
                        + "</stream:features>");
            } else if (element.startsWith("<starttls")) {
                say("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
                SSLSocket secure = (SSLSocket) tls.getSocketFactory().createSocket(socket, "localhost", 0, true);
                secure.setUseClientMode(false);
                socket = secure;
                encrypted = true;
            } else if (element.startsWith("<auth")) {
                authenticated = !undecided;
                String sasl = " xmlns='urn:ietf:params:xml:ns:xmpp-sasl'";
                say(undecided ? "<failure" + sasl + "><temporary-auth-failure/></failure>" : "<success" + sasl + "/>");
            } else if (element.startsWith("<resume")) {
                resumed.add(element);
                resume();
            } else if (element.startsWith("<enable")) {
                say("<enabled xmlns='urn:xmpp:sm:3' id='stream-1' resume='true' max='600'/>");
            } else if (element.startsWith("<r ")) {
                say("<a xmlns='urn:xmpp:sm:3' h='0'/>");
            } else if (element.startsWith("<iq")) {
                request(element);
            } else if (element.startsWith("</")) {
                say("</stream:stream>");
                end();
            }
        }

        private String features() {
            if (!encrypted) {
                return "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>";
            }
            return authenticated
                    ? "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/><sm xmlns='urn:xmpp:sm:3'/>"
                    : "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism></mechanisms>";
        }

        private void resume() throws IOException {
            switch (whenResumed) {
                case RESUME -> say("<resumed xmlns='urn:xmpp:sm:3' previd='stream-1' h='0'/>");
                case FAIL ->
                    say("<failed xmlns='urn:xmpp:sm:3'><item-not-found"
                            + " xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></failed>");
                case SAY_NOTHING -> silent = true;
                case CLOSE -> end();
                case RESUME_AND_SAY_NOTHING_MORE -> {
                    say("<resumed xmlns='urn:xmpp:sm:3' previd='stream-1' h='0'/>");
                    silent = true;
                }
            }
        }

        private void request(String element) throws IOException {
            Matcher id = ID.matcher(element);
            String answering = id.find() ? (id.group(1) != null ? id.group(1) : id.group(2)) : "";
            Matcher resource = RESOURCE.matcher(element);
            if (!resource.find()) {
                say("<iq type='result' from='localhost' id='" + answering + "'/>");
            } else if (resource.group(1).equals(taken)) {
                say("<iq type='error' id='" + answering + "'><error type='modify'><conflict"
                        + " xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>");
            } else {
                bound.add(resource.group(1));
                say("<iq type='result' id='" + answering + "'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>"
                        + "ann@localhost/" + resource.group(1) + "</jid></bind></iq>");
            }
        }

        private void say(String words) throws IOException {
            OutputStream out = socket.getOutputStream();
            out.write(words.getBytes(StandardCharsets.UTF_8));
            out.flush();
        }

        /** A reset, so that the client sees no orderly end. */
        private void end() {
            try (raw) {
                if (!raw.isClosed()) {
                    raw.setSoLinger(true, 0);
                }
            } catch (IOException broken) {
                sessions.remove(this);
            }
        }
    }
}
