package dev.tandem.xmpp.direct;

import com.google.common.net.InetAddresses;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URL;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jupnp.binding.xml.DescriptorBindingException;
import org.jupnp.binding.xml.UDA10DeviceDescriptorBinderImpl;
import org.jupnp.binding.xml.UDA10ServiceDescriptorBinderImpl;
import org.jupnp.model.UnsupportedDataException;
import org.jupnp.model.ValidationException;
import org.jupnp.model.action.ActionException;
import org.jupnp.model.action.ActionInvocation;
import org.jupnp.model.message.control.IncomingActionResponseMessage;
import org.jupnp.model.message.control.OutgoingActionRequestMessage;
import org.jupnp.model.meta.Action;
import org.jupnp.model.meta.ActionArgument;
import org.jupnp.model.meta.RemoteDevice;
import org.jupnp.model.meta.RemoteDeviceIdentity;
import org.jupnp.model.meta.RemoteService;
import org.jupnp.model.types.InvalidValueException;
import org.jupnp.model.types.ServiceType;
import org.jupnp.model.types.UDN;
import org.jupnp.transport.impl.SOAPActionProcessorImpl;

/**
 * One gateway that described itself: jUPnP reads its descriptions and writes and reads its messages; its network
 * services are not used, because they talk to everything on the network that speaks UPnP. Blocks.
 */
final class UpnpGateway {
    private static final List<ServiceType> CONNECTIONS = List.of(
            new ServiceType("schemas-upnp-org", "WANIPConnection", 1),
            new ServiceType("schemas-upnp-org", "WANIPConnection", 2),
            new ServiceType("schemas-upnp-org", "WANPPPConnection", 1));

    /** "The external port is somebody else's" (WANIPConnection:1, section 2.4.16). */
    private static final int CONFLICT = 718;

    /** "Only permanent leases": such a mapping stays until it is deleted. */
    private static final int ONLY_PERMANENT = 725;

    private static final int PORTS_TO_TRY = 4;
    private static final int MAX_PORT = 65_535;

    private final RemoteService connection;
    private final URL control;
    private final InetAddress me;
    private final UpnpHttp http;

    private UpnpGateway(RemoteService connection, URL control, InetAddress me, UpnpHttp http) {
        this.connection = connection;
        this.control = control;
        this.me = me;
        this.http = http;
    }

    private record Granted(UpnpGateway by, InetSocketAddress external, Duration lease)
            implements GatewayProtocol.Mapping {
        @Override
        public void release() throws IOException {
            by.invoke("DeletePortMapping", by.name(external.getPort()));
        }
    }

    /** Why a gateway did not do what was asked. */
    private static final class Refused extends IOException {
        private static final long serialVersionUID = 1;

        private final int code;

        Refused(String action, ActionException why) {
            super("the gateway refused " + action + ": " + why.getErrorCode() + " " + why.getMessage(), why);
            code = why.getErrorCode();
        }
    }

    /**
     * Reads what a gateway says of itself.
     *
     * @param me this device's address as the gateway sees it
     */
    static UpnpGateway open(URI description, InetAddress me) throws IOException {
        UpnpHttp http = new UpnpHttp(description.getHost());
        try {
            URL url = description.toURL();
            RemoteDevice unknown = new RemoteDevice(new RemoteDeviceIdentity(new UDN("gateway"), 1, url, null, me));
            RemoteDevice device = new UDA10DeviceDescriptorBinderImpl().describe(unknown, http.get(url));
            for (ServiceType type : CONNECTIONS) {
                for (RemoteService service : device.findServices(type)) {
                    RemoteDevice home = service.getDevice();
                    String actions = http.get(home.normalizeURI(service.getDescriptorURI()));
                    return new UpnpGateway(
                            new UDA10ServiceDescriptorBinderImpl().describe(service, actions),
                            home.normalizeURI(service.getControlURI()),
                            me,
                            http);
                }
            }
        } catch (DescriptorBindingException | ValidationException | IllegalArgumentException malformed) {
            throw new IOException("the UPnP device at " + description.getHost() + " is not understood", malformed);
        }
        throw new IOException("the UPnP device at " + description.getHost() + " is no gateway");
    }

    GatewayProtocol.Mapping map(int port, Duration lease) throws IOException {
        String address = value(invoke("GetExternalIPAddress", Map.of()), "NewExternalIPAddress");
        if (!InetAddresses.isInetAddress(address)) {
            throw new IOException("the gateway has no external address");
        }
        int external = port;
        long seconds = lease.toSeconds();
        for (int tries = 1; true; tries++) {
            try {
                add(port, external, seconds);
                return new Granted(this, new InetSocketAddress(InetAddresses.forString(address), external), lease);
            } catch (Refused refused) {
                if (tries == PORTS_TO_TRY) {
                    throw refused;
                } else if (refused.code == CONFLICT && external < MAX_PORT) {
                    external++;
                } else if (refused.code == ONLY_PERMANENT && seconds > 0) {
                    seconds = 0;
                } else {
                    throw refused;
                }
            }
        }
    }

    private Map<String, String> name(int external) {
        return Map.of("NewRemoteHost", "", "NewExternalPort", Integer.toString(external), "NewProtocol", "TCP");
    }

    private void add(int port, int external, long seconds) throws IOException {
        invoke(
                "AddPortMapping",
                Map.of(
                        "NewRemoteHost",
                        "",
                        "NewExternalPort",
                        Integer.toString(external),
                        "NewProtocol",
                        "TCP",
                        "NewInternalPort",
                        Integer.toString(port),
                        "NewInternalClient",
                        me.getHostAddress(),
                        "NewEnabled",
                        "1",
                        "NewPortMappingDescription",
                        "Tandem",
                        "NewLeaseDuration",
                        Long.toString(seconds)));
    }

    private static String value(ActionInvocation<RemoteService> answered, String name) {
        return String.valueOf(answered.getOutput(name));
    }

    private ActionInvocation<RemoteService> invoke(String name, Map<String, String> inputs) throws IOException {
        Action<RemoteService> action = connection.getAction(name);
        if (action == null) {
            throw new IOException("the gateway cannot " + name);
        }
        ActionInvocation<RemoteService> invocation = new ActionInvocation<>(action);
        try {
            for (ActionArgument<RemoteService> argument : action.getInputArguments()) {
                // gateways differ in their number types, so each is asked for its own
                invocation.setInput(
                        argument.getName(),
                        argument.getDatatype().valueOf(inputs.getOrDefault(argument.getName(), "")));
            }
            OutgoingActionRequestMessage question = new OutgoingActionRequestMessage(invocation, control);
            SOAPActionProcessorImpl soap = new SOAPActionProcessorImpl();
            soap.writeBody(question, invocation);
            soap.readBody(new IncomingActionResponseMessage(http.post(control, question)), invocation);
        } catch (UnsupportedDataException | InvalidValueException | IllegalArgumentException malformed) {
            throw new IOException("the gateway's " + name + " is not understood", malformed);
        }
        if (invocation.getFailure() != null) {
            throw new Refused(name, invocation.getFailure());
        }
        return invocation;
    }
}
