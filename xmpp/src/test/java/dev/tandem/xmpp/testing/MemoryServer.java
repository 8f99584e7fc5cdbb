package dev.tandem.xmpp.testing;

import dev.tandem.xmpp.account.DeviceAddress;
import dev.tandem.xmpp.account.DeviceId;
import dev.tandem.xmpp.account.Messenger;
import dev.tandem.xmpp.account.Payload;
import dev.tandem.xmpp.account.PayloadListener;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** A server in memory: delivers at once, drops what a test wants dropped, and shows presence as subscriptions allow. */
public final class MemoryServer {
    private final Map<String, Client> clients = new ConcurrentHashMap<>();
    private final Set<String> subscriptions = ConcurrentHashMap.newKeySet();
    private volatile Predicate<Payload> drops = payload -> false;
    private volatile java.util.function.UnaryOperator<Payload> tampers = payload -> payload;
    public final List<Payload> seen = new CopyOnWriteArrayList<>();

    /** Decides, message by message, what is lost. */
    public void drop(Predicate<Payload> lost) {
        drops = lost;
    }

    /** Changes messages on their way. */
    public void tamper(java.util.function.UnaryOperator<Payload> change) {
        tampers = change;
    }

    /** Signs a device in. */
    public Client signIn(String bareJid, DeviceId device) {
        Client client = new Client(bareJid, device);
        clients.put(client.fullJid, client);
        return client;
    }

    /** One device's end. */
    public final class Client implements Messenger {
        private final String bareJid;
        private final DeviceId device;
        private final String fullJid;
        private final Map<String, PayloadListener> listeners = new ConcurrentHashMap<>();
        private volatile Predicate<String> accepts = jid -> false;

        private Client(String bareJid, DeviceId device) {
            this.bareJid = bareJid;
            this.device = device;
            fullJid = bareJid + "/tandem-" + device.brief();
        }

        @Override
        public String bareJid() {
            return bareJid;
        }

        @Override
        public void send(String toFullJid, Payload payload) {
            seen.add(payload);
            Client to = clients.get(toFullJid);
            if (to == null || drops.test(payload)) {
                return;
            }
            PayloadListener listener = to.listeners.get(payload.namespace());
            if (listener != null) {
                listener.received(fullJid, tampers.apply(payload));
            }
        }

        @Override
        public void listen(String namespace, PayloadListener listener) {
            listeners.put(namespace, listener);
        }

        @Override
        public Set<DeviceAddress> devices() {
            return clients.values().stream()
                    .filter(other -> other != this)
                    .filter(other ->
                            other.bareJid.equals(bareJid) || subscriptions.contains(bareJid + ">" + other.bareJid))
                    .map(other -> new DeviceAddress(other.device, bareJid, other.fullJid))
                    .collect(Collectors.toUnmodifiableSet());
        }

        @Override
        public void watchDevices(DeviceListener listener) {
            devices().forEach(listener::available);
        }

        @Override
        public void subscribe(String other) {
            for (Client client : clients.values()) {
                if (client.bareJid.equals(other) && client.accepts.test(bareJid)) {
                    subscriptions.add(bareJid + ">" + other);
                    subscriptions.add(other + ">" + bareJid);
                }
            }
        }

        @Override
        public void acceptSubscriptions(Predicate<String> predicate) {
            accepts = predicate;
        }
    }
}
