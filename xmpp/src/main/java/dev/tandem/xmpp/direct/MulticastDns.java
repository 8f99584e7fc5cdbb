package dev.tandem.xmpp.direct;

import dev.tandem.xmpp.account.DeviceId;
import java.io.Closeable;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import javax.jmdns.JmDNS;
import javax.jmdns.ServiceEvent;
import javax.jmdns.ServiceInfo;
import javax.jmdns.ServiceListener;

/** JmDNS, one instance for each interface; its threads are its own. */
final class MulticastDns implements Neighbours.Responders {
    private static final String TYPE = "_tandem._tcp.local.";
    private static final String ID = "id";
    private static final String VERSION = "v";

    /** Answers are heard of later anyway; JmDNS's thread is not to wait for each. */
    private static final long NO_WAIT_MILLIS = 1;

    @Override
    public Closeable open(InetAddress on, DeviceId me, int port, Neighbours.Ears ears) throws IOException {
        // a name of its own, or JmDNS would ask the name server for the machine's and announce that
        String name = "tandem-" + me.brief();
        JmDNS dns = JmDNS.create(named(name, on), name);
        dns.setDelegate((lost, infos) -> ears.deaf());
        try {
            dns.addServiceListener(TYPE, new Hearing(ears));
            dns.registerService(ServiceInfo.create(TYPE, name, port, 0, 0, Map.of(ID, me.hex(), VERSION, "1")));
        } catch (IOException failed) {
            dns.close();
            throw failed;
        }
        return dns;
    }

    private static InetAddress named(String name, InetAddress address) throws IOException {
        return address instanceof Inet6Address v6
                ? Inet6Address.getByAddress(name, v6.getAddress(), v6.getScopedInterface())
                : InetAddress.getByAddress(name, address.getAddress());
    }

    private static final class Hearing implements ServiceListener {
        private final Neighbours.Ears ears;

        Hearing(Neighbours.Ears ears) {
            this.ears = ears;
        }

        @Override
        public void serviceAdded(ServiceEvent event) {
            event.getDNS().requestServiceInfo(event.getType(), event.getName(), NO_WAIT_MILLIS);
        }

        @Override
        public void serviceRemoved(ServiceEvent event) {
            ears.withdrawn(event.getName());
        }

        @Override
        public void serviceResolved(ServiceEvent event) {
            ServiceInfo info = event.getInfo();
            ears.heard(new Neighbours.Announcement(
                    event.getName(),
                    String.valueOf(info.getPropertyString(ID)),
                    String.valueOf(info.getPropertyString(VERSION)),
                    info.getPort(),
                    List.of(info.getInetAddresses())));
        }
    }
}
