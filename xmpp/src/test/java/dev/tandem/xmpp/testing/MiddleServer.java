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
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * A server that belongs to the enemy: it delivers what, to whom and in whose name it likes, and shows each client
 * whatever devices it likes.
 */
public final class MiddleServer {
    /** A message as it is delivered. */
    public record Message(String from, String to, Payload payload) {
        public Message from(String other) {
            return new Message(other, to, payload);
        }

        public Message to(String other) {
            return new Message(from, other, payload);
        }

        public Message with(byte[] content) {
            return new Message(
                    from, to, new Payload(payload.namespace(), payload.element(), payload.attributes(), content));
        }
    }

    private final Map<String, Client> clients = new ConcurrentHashMap<>();
    private final Map<String, DeviceId> shown = new ConcurrentHashMap<>();
    private volatile Function<Message, List<Message>> route = List::of;

    /** What becomes of each message from now on. */
    public void route(Function<Message, List<Message>> each) {
        route = each;
    }

    /** Signs a client in; others see it as that device. */
    public Client signIn(String bareJid, DeviceId device) {
        Client client = new Client(bareJid, bareJid + "/tandem-" + device.brief());
        clients.put(client.fullJid, client);
        shown.put(client.fullJid, device);
        return client;
    }

    /** Shows a client as another device than it says that it is. */
    public void show(Client client, DeviceId device) {
        shown.put(client.fullJid, device);
    }

    /** Shows a client to nobody. */
    public void hide(Client client) {
        shown.remove(client.fullJid);
    }

    /** Delivers what was never sent. */
    public void deliver(Message message) {
        Client to = clients.get(message.to);
        PayloadListener listener =
                to == null ? null : to.listeners.get(message.payload().namespace());
        if (listener != null) {
            listener.received(message.from, message.payload);
        }
    }

    /** One device's end. */
    public final class Client implements Messenger {
        private final String bareJid;
        private final String fullJid;
        private final Map<String, PayloadListener> listeners = new ConcurrentHashMap<>();
        private final List<DeviceListener> watchers = new CopyOnWriteArrayList<>();

        private Client(String bareJid, String fullJid) {
            this.bareJid = bareJid;
            this.fullJid = fullJid;
        }

        public String fullJid() {
            return fullJid;
        }

        /** As that client sees it. */
        public DeviceAddress seenBy(Client other, DeviceId as) {
            return new DeviceAddress(as, other.bareJid, fullJid);
        }

        /** Tells the watchers of this client that a device is there. */
        public void sees(DeviceAddress address) {
            watchers.forEach(watcher -> watcher.available(address));
        }

        @Override
        public String bareJid() {
            return bareJid;
        }

        @Override
        public void send(String to, Payload payload) {
            route.apply(new Message(fullJid, to, payload)).forEach(MiddleServer.this::deliver);
        }

        @Override
        public void listen(String namespace, PayloadListener listener) {
            listeners.put(namespace, listener);
        }

        @Override
        public Set<DeviceAddress> devices() {
            return shown.entrySet().stream()
                    .filter(other -> !other.getKey().equals(fullJid))
                    .map(other -> new DeviceAddress(other.getValue(), bareJid, other.getKey()))
                    .collect(Collectors.toUnmodifiableSet());
        }

        @Override
        public void watchDevices(DeviceListener listener) {
            watchers.add(listener);
            devices().forEach(listener::available);
        }

        @Override
        public void subscribe(String other) {}

        @Override
        public void acceptSubscriptions(Predicate<String> predicate) {}
    }
}
