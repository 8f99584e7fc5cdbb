package dev.tandem.assistant.demo;

import com.google.common.util.concurrent.MoreExecutors;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.apache.mina.core.service.SimpleIoProcessorPool;
import org.apache.mina.filter.codec.ProtocolCodecFilter;
import org.apache.mina.transport.socket.nio.NioProcessor;
import org.apache.mina.transport.socket.nio.NioSession;
import org.apache.mina.transport.socket.nio.NioSocketAcceptor;
import org.apache.vysper.mina.codec.XMPPProtocolCodecFactory;
import org.apache.vysper.storage.OpenStorageProviderRegistry;
import org.apache.vysper.xmpp.addressing.Entity;
import org.apache.vysper.xmpp.addressing.EntityFormatException;
import org.apache.vysper.xmpp.addressing.EntityImpl;
import org.apache.vysper.xmpp.authorization.AccountCreationException;
import org.apache.vysper.xmpp.authorization.Plain;
import org.apache.vysper.xmpp.authorization.SimpleUserAuthorization;
import org.apache.vysper.xmpp.modules.core.base.BaseStreamStanzaDictionary;
import org.apache.vysper.xmpp.modules.core.bind.BindResourceDictionary;
import org.apache.vysper.xmpp.modules.core.sasl.SASLStanzaDictionary;
import org.apache.vysper.xmpp.modules.core.session.SessionStanzaDictionary;
import org.apache.vysper.xmpp.modules.core.starttls.StartTLSStanzaDictionary;
import org.apache.vysper.xmpp.modules.extension.xep0119_xmppping.XmppPingModule;
import org.apache.vysper.xmpp.modules.roster.RosterModule;
import org.apache.vysper.xmpp.modules.roster.persistence.MemoryRosterManager;
import org.apache.vysper.xmpp.modules.servicediscovery.ServiceDiscoveryModule;
import org.apache.vysper.xmpp.server.ServerFeatures;
import org.apache.vysper.xmpp.state.resourcebinding.ResourceRegistry;

/**
 * An XMPP server for the tour: in memory, on the loopback interface and a free port, with accounts that are gone when
 * it is closed.
 *
 * <p>Apache Vysper, put together by hand rather than by its {@code XMPPServer}, which listens on every interface, hands
 * messages to a pool of threads that does not keep their order, and leaves threads behind. STARTTLS is required; PLAIN
 * is the only mechanism it has; it names resources itself. One thread does all of its work, so messages between two
 * clients keep their order. Its methods may be called from any thread.
 */
public final class DemoServer implements AutoCloseable {
    /** The domain of every account here; the certificate is made out to it. */
    public static final String DOMAIN = "localhost";

    /** The acceptor and one processor; more would give up the order of messages. */
    private static final int THREADS = 2;

    private static final long IDLE_THREAD_SECONDS = 5;

    private final SimpleUserAuthorization accounts = new SimpleUserAuthorization();
    private final DemoCertificate certificate;
    private final ExecutorService threads;
    private final SimpleIoProcessorPool<NioSession> processor;
    private final NioSocketAcceptor acceptor;
    private final InetSocketAddress address;

    /**
     * Starts listening.
     *
     * @param directory where the certificate is written; exists, and is the caller's to delete
     * @param threadFactory makes its two threads; daemon threads, or a process that forgets to close this never ends
     * @throws IOException if the certificate cannot be made or written, or no port can be had
     */
    public DemoServer(Path directory, ThreadFactory threadFactory, SecureRandom random) throws IOException {
        certificate = DemoCertificate.create(directory, DOMAIN, random);
        threads = new ThreadPoolExecutor(
                0, THREADS, IDLE_THREAD_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), threadFactory);
        processor = new SimpleIoProcessorPool<>(NioProcessor.class, threads, 1, null);
        acceptor = new NioSocketAcceptor(threads, processor);
        try {
            acceptor.getFilterChain().addLast("end", new StreamEnd());
            acceptor.getFilterChain().addLast("xmpp", new ProtocolCodecFilter(new XMPPProtocolCodecFactory()));
            LoopbackSessions handler = new LoopbackSessions();
            handler.setServerRuntimeContext(context(certificate.serverContext()));
            acceptor.setHandler(handler);
            acceptor.getSessionConfig().setTcpNoDelay(true);
            acceptor.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            address = acceptor.getLocalAddress();
        } catch (IOException | RuntimeException e) {
            close();
            throw new IOException("the demo's XMPP server cannot start: " + e.getMessage(), e);
        }
    }

    /**
     * Opens an account; one that exists gets the new password.
     *
     * @param jid a bare JID at {@link #DOMAIN}
     * @throws IllegalArgumentException if it is not one
     */
    public void addUser(String jid, String password) {
        try {
            Entity entity = EntityImpl.parse(jid);
            if (!entity.isNodeSet() || entity.isResourceSet() || !DOMAIN.equals(entity.getDomain())) {
                throw new IllegalArgumentException("not an account at " + DOMAIN + ": " + jid);
            }
            if (accounts.verifyAccountExists(entity)) {
                accounts.changePassword(entity, password);
            } else {
                accounts.addUser(entity, password);
            }
        } catch (EntityFormatException | AccountCreationException e) {
            throw new IllegalArgumentException("not an account at " + DOMAIN + ": " + jid, e);
        }
    }

    /** The TCP port on the loopback interface. */
    public int port() {
        return address.getPort();
    }

    /** A PEM file with the self-signed certificate, for a client to trust; it holds no key. */
    public Path certificate() {
        return certificate.pem();
    }

    /** Ends every connection without a farewell and gives the port back. */
    @Override
    public void close() {
        acceptor.unbind();
        acceptor.getManagedSessions().values().forEach(session -> session.closeNow());
        acceptor.dispose();
        processor.dispose();
        threads.shutdown();
    }

    private OrderedContext context(SSLContext tls) {
        OpenStorageProviderRegistry storage = new OpenStorageProviderRegistry();
        MemoryRosterManager rosters = new MemoryRosterManager();
        storage.add(accounts);
        storage.add(rosters);
        storage.add(new NoOfflineStorage());

        Entity server = new EntityImpl(null, DOMAIN, null);
        ServerFeatures features = new ServerFeatures();
        features.setAuthenticationMethods(List.of(new Plain()));
        features.setStartTLSRequired(true);
        features.setRelayingToFederationServers(false);
        ResourceRegistry resources = new ResourceRegistry();
        OrderedRelay relay =
                new OrderedRelay(server, resources, storage, rosters, MoreExecutors.newDirectExecutorService());

        OrderedContext context = new OrderedContext(
                server,
                relay,
                features,
                List.of(
                        new BaseStreamStanzaDictionary(),
                        new StartTLSStanzaDictionary(),
                        new SASLStanzaDictionary(),
                        new BindResourceDictionary(),
                        new SessionStanzaDictionary()),
                resources);
        context.setStorageProviderRegistry(storage);
        context.setTlsContextFactory(() -> tls);
        context.addModule(new ServiceDiscoveryModule());
        context.addModule(new RosterModule());
        context.addModule(new XmppPingModule());
        relay.setServerRuntimeContext(context);
        return context;
    }
}
