package dev.tandem.xmpp.direct;

import com.google.common.net.InetAddresses;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One place where a device may be dialled: {@code 192.0.2.1:4711} or {@code [2001:db8::1]:4711}.
 *
 * @param host a literal address, never a name; an IPv6 link-local one has a scope of this device ({@code fe80::1%eth0})
 * @param port 1 to 65535
 */
public record Candidate(String host, int port) {
    private static final int MAX_PORT = 65_535;
    private static final int MAX_TEXT = 64;
    private static final Pattern IPV4 = Pattern.compile("([0-9.]{7,15}):([1-9][0-9]{0,4})");
    private static final Pattern IPV6 = Pattern.compile("\\[([0-9a-fA-F:.]{2,45})]:([1-9][0-9]{0,4})");

    /**
     * Checks the port; that the host is a literal address is for {@link #parse} and {@link #of} to see to.
     *
     * @throws IllegalArgumentException if the port is not one
     */
    public Candidate {
        if (port < 1 || port > MAX_PORT) {
            throw new IllegalArgumentException("not a port: " + port);
        }
    }

    /** The candidate for a resolved address. */
    public static Candidate of(InetSocketAddress address) {
        return of(address.getAddress(), address.getPort());
    }

    static Candidate of(InetAddress address, int port) {
        String host = InetAddresses.toAddrString(address);
        int scope = host.indexOf('%'); // the JDK gives one to every address of an interface
        boolean scoped = scope >= 0 && address.isLinkLocalAddress();
        return new Candidate(scoped || scope < 0 ? host : host.substring(0, scope), port);
    }

    /**
     * Reads what another device wrote, without ever asking a name server. Empty for anything else than a literal
     * unicast address and a port; link-local IPv6 addresses mean nothing to others and are refused too, as are IPv4
     * addresses in the guise of IPv6 ones.
     */
    public static Optional<Candidate> parse(String text) {
        if (text.length() > MAX_TEXT) {
            return Optional.empty();
        }
        Matcher v4 = IPV4.matcher(text);
        if (v4.matches()) {
            return of(v4, Inet4Address.class);
        }
        Matcher v6 = IPV6.matcher(text);
        return v6.matches() ? of(v6, Inet6Address.class) : Optional.empty();
    }

    private static Optional<Candidate> of(Matcher parts, Class<? extends InetAddress> family) {
        int port = Integer.parseInt(parts.group(2));
        if (port > MAX_PORT || !InetAddresses.isInetAddress(parts.group(1))) {
            return Optional.empty();
        }
        InetAddress address = InetAddresses.forString(parts.group(1));
        boolean linkLocal = address instanceof Inet6Address && address.isLinkLocalAddress();
        return family.isInstance(address) && !linkLocal && isUnicast(address)
                ? Optional.of(of(address, port))
                : Optional.empty();
    }

    /** Whether one device can be meant by it; the wildcard and broadcast ones are many or nobody. */
    static boolean isUnicast(InetAddress address) {
        if (address.isAnyLocalAddress() || address.isMulticastAddress()) {
            return false;
        }
        int first = address.getAddress()[0] & 0xff;
        // "this network" (RFC 791) and the reserved ones up to the broadcast address (RFC 1112)
        return !(address instanceof Inet4Address) || (first != 0 && first < 240);
    }

    boolean isLoopback() {
        return literal().isLoopbackAddress();
    }

    private InetAddress literal() {
        return InetAddresses.forString(host);
    }

    /**
     * To be dialled; never asks a name server.
     *
     * @throws IllegalArgumentException if the host is not a literal address, or its scope is gone
     */
    public InetSocketAddress address() {
        return new InetSocketAddress(literal(), port);
    }

    /** As it travels. */
    @Override
    public String toString() {
        return host.indexOf(':') < 0 ? host + ":" + port : "[" + host + "]:" + port;
    }
}
