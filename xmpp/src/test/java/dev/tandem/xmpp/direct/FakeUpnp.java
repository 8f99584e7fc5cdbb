package dev.tandem.xmpp.direct;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A gateway that speaks UPnP, on loopback: SSDP over UDP, descriptions and SOAP over HTTP. */
final class FakeUpnp implements AutoCloseable {
    private static final Pattern ACTION = Pattern.compile("<u:(\\w+) ");
    private static final Pattern ARGUMENT = Pattern.compile("<(New\\w+)>([^<]*)</");
    private static final String SERVICE = "urn:schemas-upnp-org:service:WANIPConnection:1";

    final List<String> asked = new CopyOnWriteArrayList<>();
    volatile String prologue = "<?xml version=\"1.0\"?>";
    volatile String controlUrl = "/control";
    volatile String externalAddress = "203.0.113.9";
    /** UPnP error codes to answer the next questions for a mapping with. */
    final List<Integer> errors = new CopyOnWriteArrayList<>();

    private final DatagramSocket socket;
    private final HttpServer http;

    FakeUpnp() throws IOException {
        socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        http.createContext("/gateway.xml", exchange -> answer(exchange, 200, description()));
        http.createContext("/wan.xml", exchange -> answer(exchange, 200, service()));
        http.createContext("/control", this::control);
        http.start();
        Thread thread = new Thread(this::serve, "tandem-test-ssdp");
        thread.setDaemon(true);
        thread.start();
    }

    /** Where it listens for searches. */
    InetSocketAddress address() {
        return (InetSocketAddress) socket.getLocalSocketAddress();
    }

    private void serve() {
        try {
            while (true) {
                DatagramPacket packet = new DatagramPacket(new byte[2000], 2000);
                socket.receive(packet);
                String question = new String(packet.getData(), 0, packet.getLength(), StandardCharsets.US_ASCII);
                if (question.startsWith("M-SEARCH") && question.contains("InternetGatewayDevice:1")) {
                    byte[] answer =
                            ("HTTP/1.1 200 OK\r\nCACHE-CONTROL: max-age=120\r\nST: x\r\nLocation: http://127.0.0.1:"
                                            + http.getAddress().getPort() + "/gateway.xml\r\n\r\n")
                                    .getBytes(StandardCharsets.US_ASCII);
                    socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
                }
            }
        } catch (SocketException closed) {
            asked.add("closed");
        } catch (IOException broken) {
            throw new IllegalStateException(broken);
        }
    }

    private String description() {
        return prologue + """
                <root xmlns="urn:schemas-upnp-org:device-1-0"><specVersion><major>1</major><minor>0</minor></specVersion>
                <device><deviceType>urn:schemas-upnp-org:device:InternetGatewayDevice:1</deviceType>
                 <friendlyName>box</friendlyName><manufacturer>nobody</manufacturer><modelName>m</modelName>
                 <UDN>uuid:00000000-0000-0000-0000-000000000001</UDN>
                 <deviceList><device><deviceType>urn:schemas-upnp-org:device:WANDevice:1</deviceType>
                  <friendlyName>wan</friendlyName><manufacturer>nobody</manufacturer><modelName>m</modelName>
                  <UDN>uuid:00000000-0000-0000-0000-000000000002</UDN>
                  <deviceList><device><deviceType>urn:schemas-upnp-org:device:WANConnectionDevice:1</deviceType>
                   <friendlyName>conn</friendlyName><manufacturer>nobody</manufacturer><modelName>m</modelName>
                   <UDN>uuid:00000000-0000-0000-0000-000000000003</UDN>
                   <serviceList><service><serviceType>SERVICE</serviceType>
                    <serviceId>urn:upnp-org:serviceId:WANIPConn1</serviceId>
                    <SCPDURL>/wan.xml</SCPDURL><controlURL>CONTROL</controlURL><eventSubURL>/events</eventSubURL>
                   </service></serviceList></device></deviceList></device></deviceList></device></root>
                """.replace("SERVICE", SERVICE).replace("CONTROL", controlUrl);
    }

    private static String service() {
        StringBuilder actions = new StringBuilder();
        action(actions, "GetExternalIPAddress", "out NewExternalIPAddress A");
        action(actions, "DeletePortMapping", "in NewRemoteHost A", "in NewExternalPort P", "in NewProtocol A");
        action(
                actions,
                "AddPortMapping",
                "in NewRemoteHost A",
                "in NewExternalPort P",
                "in NewProtocol A",
                "in NewInternalPort P",
                "in NewInternalClient A",
                "in NewEnabled B",
                "in NewPortMappingDescription A",
                "in NewLeaseDuration L");
        return """
                <?xml version="1.0"?>
                <scpd xmlns="urn:schemas-upnp-org:service-1-0"><specVersion><major>1</major><minor>0</minor></specVersion>
                <actionList>ACTIONS</actionList><serviceStateTable>
                <stateVariable sendEvents="no"><name>A</name><dataType>string</dataType></stateVariable>
                <stateVariable sendEvents="no"><name>P</name><dataType>ui2</dataType></stateVariable>
                <stateVariable sendEvents="no"><name>L</name><dataType>ui4</dataType></stateVariable>
                <stateVariable sendEvents="no"><name>B</name><dataType>boolean</dataType></stateVariable>
                </serviceStateTable></scpd>
                """.replace("ACTIONS", actions);
    }

    private static void action(StringBuilder into, String name, String... arguments) {
        into.append("<action><name>").append(name).append("</name><argumentList>");
        for (String argument : arguments) {
            String[] parts = argument.split(" ", -1);
            into.append("<argument><name>")
                    .append(parts[1])
                    .append("</name><direction>")
                    .append(parts[0]);
            into.append("</direction><relatedStateVariable>")
                    .append(parts[2])
                    .append("</relatedStateVariable></argument>");
        }
        into.append("</argumentList></action>");
    }

    private void control(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        Matcher action = ACTION.matcher(body);
        String name = action.find() ? action.group(1) : "nothing";
        StringBuilder said = new StringBuilder(name);
        Matcher argument = ARGUMENT.matcher(body);
        while (argument.find()) {
            said.append(' ').append(argument.group(1).substring(3)).append('=').append(argument.group(2));
        }
        asked.add(said.toString());
        if (name.equals("AddPortMapping") && !errors.isEmpty()) {
            answer(
                    exchange,
                    500,
                    envelope("<s:Fault><faultcode>s:Client</faultcode><faultstring>UPnPError</faultstring>"
                            + "<detail><UPnPError xmlns=\"urn:schemas-upnp-org:control-1-0\"><errorCode>"
                            + errors.remove(0)
                            + "</errorCode><errorDescription>no</errorDescription></UPnPError></detail></s:Fault>"));
            return;
        }
        String result = name.equals("GetExternalIPAddress")
                ? "<NewExternalIPAddress>" + externalAddress + "</NewExternalIPAddress>"
                : "";
        answer(
                exchange,
                200,
                envelope(
                        "<u:" + name + "Response xmlns:u=\"" + SERVICE + "\">" + result + "</u:" + name + "Response>"));
    }

    private String envelope(String body) {
        return prologue + "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>" + body
                + "</s:Body></s:Envelope>";
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "text/xml; charset=\"utf-8\"");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Override
    public void close() {
        socket.close();
        http.stop(0);
    }
}
