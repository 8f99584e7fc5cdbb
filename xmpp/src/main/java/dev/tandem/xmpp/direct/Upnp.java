package dev.tandem.xmpp.direct;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds internet gateways by SSDP and asks them as UPnP devices (WANIPConnection, WANPPPConnection).
 *
 * <p>What answers is somebody on this network, not a friend: only the answer's own sender is asked on, at most
 * {@link #MAX_ANSWERS} of them.
 */
final class Upnp implements GatewayProtocol {
    /** Where SSDP is spoken (UPnP Device Architecture 1.0, section 1). */
    static final InetSocketAddress EVERYBODY = new InetSocketAddress("239.255.255.250", 1900);

    private static final List<String> TARGETS = List.of(
            "urn:schemas-upnp-org:device:InternetGatewayDevice:1",
            "urn:schemas-upnp-org:device:InternetGatewayDevice:2");
    private static final Pattern LOCATION = Pattern.compile("(?im)^location:\\s*(http://\\S{1,200})\\s*$");

    private static final int MAX_ANSWERS = 4;
    private static final int MAX_PACKET = 2048;

    /** MX is 1: who has not answered by then will not. */
    private static final int WAIT_MILLIS = 1500;

    private final InetSocketAddress search;

    /** Asks whoever listens at {@code search}. */
    Upnp(InetSocketAddress search) {
        this.search = search;
    }

    @Override
    public Mapping map(int port, Duration lease) throws IOException {
        IOException last = new IOException("no UPnP gateway answers");
        for (Map.Entry<URI, InetAddress> found : find().entrySet()) {
            try {
                return UpnpGateway.open(found.getKey(), found.getValue()).map(port, lease);
            } catch (IOException refused) {
                last = refused;
            }
        }
        throw last;
    }

    /** Where gateways describe themselves, and which of our addresses faces them. */
    private Map<URI, InetAddress> find() throws IOException {
        Map<URI, InetAddress> found = new LinkedHashMap<>();
        try (DatagramSocket socket = new DatagramSocket()) {
            for (byte[] question : questions()) {
                socket.send(new DatagramPacket(question, question.length, search));
            }
            socket.setSoTimeout(WAIT_MILLIS);
            while (found.size() < MAX_ANSWERS) {
                DatagramPacket packet = new DatagramPacket(new byte[MAX_PACKET], MAX_PACKET);
                socket.receive(packet);
                Optional<URI> location = location(packet);
                if (location.isPresent()) {
                    found.put(
                            location.get(),
                            facing(packet.getSocketAddress() instanceof InetSocketAddress from ? from : search));
                    socket.setSoTimeout(WAIT_MILLIS / 5); // where one has answered, others are quick
                }
            }
        } catch (SocketTimeoutException silence) {
            return found;
        }
        return found;
    }

    private List<byte[]> questions() {
        List<byte[]> questions = new ArrayList<>();
        for (String target : TARGETS) {
            questions.add(String.join(
                            "\r\n",
                            "M-SEARCH * HTTP/1.1",
                            "HOST: 239.255.255.250:1900",
                            "MAN: \"ssdp:discover\"",
                            "MX: 1",
                            "ST: " + target,
                            "",
                            "")
                    .getBytes(StandardCharsets.US_ASCII));
        }
        return questions;
    }

    /** Where the sender of an answer describes itself; nobody is believed about others. */
    private static Optional<URI> location(DatagramPacket packet) {
        String answer =
                new String(packet.getData(), packet.getOffset(), packet.getLength(), StandardCharsets.ISO_8859_1);
        Matcher location = LOCATION.matcher(answer);
        if (!answer.startsWith("HTTP/1.1 200") || !location.find()) {
            return Optional.empty();
        }
        try {
            URI uri = URI.create(location.group(1));
            return packet.getAddress().getHostAddress().equals(uri.getHost()) ? Optional.of(uri) : Optional.empty();
        } catch (IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }

    /** Which of our addresses packets to there leave from; nothing is sent. */
    private static InetAddress facing(InetSocketAddress gateway) throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.connect(gateway);
            return socket.getLocalAddress();
        }
    }
}
