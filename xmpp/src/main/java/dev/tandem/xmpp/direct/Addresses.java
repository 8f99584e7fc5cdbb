package dev.tandem.xmpp.direct;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Where this device may be dialled, and what it takes from others about where they may be.
 *
 * <p>IPv6 link-local addresses are left out of both: their scope is known to their own device only, and a network that
 * has nothing else is one where {@link Neighbours} hears the other device and knows the scope.
 */
public final class Addresses {
    /** More would make the last ones wait for seconds until they are tried. */
    public static final int MAX = 16;

    /** Of one family and interface: IPv6 privacy addresses pile up. */
    private static final int MAX_PER_INTERFACE = 4;

    private Addresses() {}

    /** What matters of a network interface. */
    record Interface(boolean pointToPoint, List<InetAddress> addresses) {}

    /**
     * The candidates of this device, best first.
     *
     * @param port where it listens
     * @param loopback whether loopback addresses are wanted: only where both devices are on one machine
     * @param external what a gateway forwards to that port
     * @throws SocketException if the system does not tell its interfaces
     */
    public static List<Candidate> own(int port, boolean loopback, Optional<InetSocketAddress> external)
            throws SocketException {
        List<Interface> interfaces = new ArrayList<>();
        for (NetworkInterface each : NetworkInterface.networkInterfaces().toList()) {
            if (each.isUp()) {
                interfaces.add(new Interface(
                        each.isPointToPoint(), each.inetAddresses().toList()));
            }
        }
        return best(interfaces, port, loopback, external);
    }

    /**
     * Orders: families take turns, IPv6 first (RFC 8305, section 4), so that a broken one costs little; within a family
     * what reaches furthest first and tunnels last. The external one comes third: at home it is not needed, and nothing
     * else reaches this device from elsewhere.
     */
    static List<Candidate> best(
            List<Interface> interfaces, int port, boolean loopback, Optional<InetSocketAddress> external) {
        List<InetAddress> v6 = family(interfaces, Inet6Address.class, loopback);
        List<InetAddress> v4 = family(interfaces, Inet4Address.class, loopback);
        Set<Candidate> best = new LinkedHashSet<>();
        for (int i = 0; i < Math.max(v6.size(), v4.size()); i++) {
            if (i < v6.size()) {
                best.add(Candidate.of(v6.get(i), port));
            }
            if (i < v4.size()) {
                best.add(Candidate.of(v4.get(i), port));
            }
            if (i == 0) {
                external.map(Candidate::of).ifPresent(best::add);
            }
        }
        return best.stream().limit(MAX).toList();
    }

    private static List<InetAddress> family(
            List<Interface> interfaces, Class<? extends InetAddress> family, boolean loopback) {
        return interfaces.stream()
                .sorted(Comparator.comparing(Interface::pointToPoint))
                .flatMap(each -> each.addresses().stream()
                        .filter(family::isInstance)
                        .filter(address -> isUseful(address, loopback))
                        .limit(MAX_PER_INTERFACE))
                .sorted(Comparator.comparingInt(Addresses::rank))
                .toList();
    }

    private static boolean isUseful(InetAddress address, boolean loopback) {
        return Candidate.isUnicast(address)
                && (loopback || !address.isLoopbackAddress())
                && !(address instanceof Inet6Address && address.isLinkLocalAddress());
    }

    private static int rank(InetAddress address) {
        if (address.isLoopbackAddress()) {
            return 2;
        }
        return address.isLinkLocalAddress() ? 1 : 0; // 169.254/16: nobody gave it an address
    }

    /**
     * What is worth trying of what another device says about itself: at most {@link #MAX}, in its order.
     *
     * @param loopback whether it may send us to ourselves: only where both devices are on one machine
     */
    public static List<Candidate> of(List<String> texts, boolean loopback) {
        return texts.stream()
                .limit(MAX)
                .flatMap(text -> Candidate.parse(text).stream())
                .filter(candidate -> loopback || !candidate.isLoopback())
                .distinct()
                .toList();
    }
}
