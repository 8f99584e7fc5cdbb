package dev.tandem.xmpp.account;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.MissingResourceException;
import java.util.Optional;
import org.jivesoftware.smack.packet.StanzaBuilder;
import org.jivesoftware.smack.packet.XmlEnvironment;
import org.jivesoftware.smack.parsing.SmackParsingException;
import org.jivesoftware.smack.util.PacketParserUtils;
import org.jivesoftware.smack.xml.XmlPullParser;
import org.jivesoftware.smack.xml.XmlPullParserException;
import org.jxmpp.JxmppContext;

/** Reads our elements as a connection does: Smack's parser, then our provider. */
public final class Elements {
    private static final PayloadElement.Provider PROVIDER = new PayloadElement.Provider();

    private Elements() {}

    /** The payload in an element's text; whatever is wrong with it is an {@link IOException}. */
    public static Payload payload(byte[] xml) throws IOException {
        return element(xml).payload();
    }

    /** An element as text, as it is sent. */
    public static byte[] xml(Payload payload) {
        return new PayloadElement(payload).toXML().toString().getBytes(StandardCharsets.UTF_8);
    }

    static PayloadElement element(byte[] xml) throws IOException {
        try {
            XmlPullParser parser = PacketParserUtils.getParserFor(new String(xml, StandardCharsets.UTF_8));
            return PROVIDER.parse(parser, parser.getDepth(), XmlEnvironment.EMPTY, JxmppContext.getDefaultContext());
        } catch (XmlPullParserException | SmackParsingException malformed) {
            throw new IOException(malformed);
        } catch (MissingResourceException wordless) {
            // the JDK's parser has no words for a broken DTD; to Smack it is an error of the connection like any other
            throw new IOException(wordless);
        }
    }

    /** The device that a presence with this element claims to be. */
    static Optional<DeviceId> device(byte[] xml) throws IOException {
        return DevicePresence.in(
                StanzaBuilder.buildPresence().addExtension(element(xml)).build());
    }
}
