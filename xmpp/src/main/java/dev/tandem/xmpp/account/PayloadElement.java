package dev.tandem.xmpp.account;

import java.io.IOException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jivesoftware.smack.packet.ExtensionElement;
import org.jivesoftware.smack.packet.XmlEnvironment;
import org.jivesoftware.smack.parsing.SmackParsingException;
import org.jivesoftware.smack.provider.ExtensionElementProvider;
import org.jivesoftware.smack.util.XmlStringBuilder;
import org.jivesoftware.smack.xml.XmlPullParser;
import org.jivesoftware.smack.xml.XmlPullParserException;
import org.jxmpp.JxmppContext;

/** A {@link Payload} as Smack wants it. */
final class PayloadElement implements ExtensionElement {
    /** More than any message of ours; what is longer is not read. */
    private static final int MAX_TEXT = 16 * 1024;

    private final Payload payload;

    PayloadElement(Payload payload) {
        this.payload = payload;
    }

    Payload payload() {
        return payload;
    }

    @Override
    public String getNamespace() {
        return payload.namespace();
    }

    @Override
    public String getElementName() {
        return payload.element();
    }

    @Override
    public XmlStringBuilder toXML(XmlEnvironment enclosing) {
        XmlStringBuilder xml = new XmlStringBuilder(this, enclosing);
        payload.attributes().forEach(xml::attribute);
        if (payload.content().length == 0) {
            return xml.closeEmptyElement();
        }
        xml.rightAngleBracket();
        xml.append(Base64.getEncoder().encodeToString(payload.content()));
        return xml.closeElement(this);
    }

    /** Reads elements of one name; one that is malformed fails alone, its stanza is dropped. */
    static final class Provider extends ExtensionElementProvider<PayloadElement> {
        @Override
        public PayloadElement parse(
                XmlPullParser parser, int initialDepth, XmlEnvironment environment, JxmppContext context)
                throws XmlPullParserException, IOException, SmackParsingException {
            Map<String, String> attributes = new LinkedHashMap<>();
            for (int i = 0; i < parser.getAttributeCount(); i++) {
                attributes.put(parser.getAttributeName(i), parser.getAttributeValue(i));
            }
            String namespace = parser.getNamespace();
            String name = parser.getName();
            String text = parser.nextText();
            if (text.length() > MAX_TEXT) {
                throw new SmackParsingException("a payload of " + text.length() + " characters");
            }
            try {
                byte[] content =
                        text.isEmpty() ? new byte[0] : Base64.getDecoder().decode(text);
                return new PayloadElement(new Payload(namespace, name, attributes, content));
            } catch (IllegalArgumentException malformed) {
                throw new SmackParsingException("a payload that is no base64", malformed);
            }
        }
    }
}
