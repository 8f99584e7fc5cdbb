package dev.tandem.xmpp.carrier;

import dev.tandem.xmpp.account.Payload;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * One message of the in-band carrier: {@code <link xmlns='urn:tandem:link:1' s='SESSION' n='SEQ' a='ACK' w='WINDOW'
 * h='HELD' f='1'>BASE64</link>}.
 *
 * @param session chosen by the opener, never {@code 0}
 * @param sequence from 1; 0 where the message carries only an acknowledgement
 * @param acknowledged all up to this one have arrived
 * @param window how many more after {@code acknowledged} may be in flight
 * @param held what has arrived beyond a gap: bit {@code i} stands for {@code acknowledged + 1 + i}. As an attribute,
 *     the bits in hexadecimal bytes, the lowest first; left out where there is no gap, and by devices that do not know
 *     it
 * @param last whether no more follow in this direction
 * @param content at most {@link #MAX_CONTENT} bytes
 */
@SuppressWarnings("ArrayRecordComponent") // a value in transit, never compared
record Chunk(String session, long sequence, long acknowledged, int window, BitSet held, boolean last, byte[] content) {
    /** PUSH-1: with base64 and the hints the stanza stays below 8 KiB, which every server takes. */
    static final int MAX_CONTENT = 4096;

    static final String NAMESPACE = "urn:tandem:link:1";
    static final String ELEMENT = "link";

    /** The session that asks the other side to open one. */
    static final String ASK = "0";

    private static final int MAX_SESSION = 32;
    private static final int MAX_HELD_CHARACTERS = Receiver.ROOM / 8 * 2;

    /** A message from one who does not tell what it holds beyond a gap. */
    Chunk(String session, long sequence, long acknowledged, int window, boolean last, byte[] content) {
        this(session, sequence, acknowledged, window, new BitSet(), last, content);
    }

    static Payload ask() {
        return new Payload(NAMESPACE, ELEMENT, Map.of("s", ASK), new byte[0]);
    }

    /** Says that no such session is known here. */
    static Payload reset(String session) {
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put("s", session);
        attributes.put("r", "1");
        return new Payload(NAMESPACE, ELEMENT, attributes, new byte[0]);
    }

    static boolean isReset(Payload payload) {
        return payload.attributes().containsKey("r");
    }

    static Optional<String> session(Payload payload) {
        String session = payload.attributes().getOrDefault("s", "");
        return session.isEmpty() || session.length() > MAX_SESSION ? Optional.empty() : Optional.of(session);
    }

    Payload encode() {
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put("s", session);
        if (sequence > 0) {
            attributes.put("n", Long.toString(sequence));
        }
        attributes.put("a", Long.toString(acknowledged));
        attributes.put("w", Integer.toString(window));
        if (!held.isEmpty()) {
            attributes.put("h", HexFormat.of().formatHex(held.toByteArray()));
        }
        if (last) {
            attributes.put("f", "1");
        }
        return new Payload(NAMESPACE, ELEMENT, attributes, content);
    }

    /** The same number, for a session in which nobody reads any more. */
    Chunk withoutContent() {
        return new Chunk(session, sequence, acknowledged, window, held, last, new byte[0]);
    }

    /** Undoes {@link #encode}; empty for anything that no correct peer sends. */
    static Optional<Chunk> decode(Payload payload) {
        Optional<String> session = session(payload);
        try {
            long sequence = Long.parseLong(payload.attributes().getOrDefault("n", "0"));
            long acknowledged = Long.parseLong(payload.attributes().getOrDefault("a", "0"));
            int window = Integer.parseInt(payload.attributes().getOrDefault("w", "0"));
            String held = payload.attributes().getOrDefault("h", "");
            boolean sound = session.isPresent()
                    && sequence >= 0
                    && acknowledged >= 0
                    && window >= 0
                    && held.length() <= MAX_HELD_CHARACTERS
                    && payload.content().length <= MAX_CONTENT;
            return sound
                    ? Optional.of(new Chunk(
                            session.get(),
                            sequence,
                            acknowledged,
                            window,
                            BitSet.valueOf(HexFormat.of().parseHex(held)),
                            payload.attributes().containsKey("f"),
                            payload.content()))
                    : Optional.empty();
        } catch (IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }
}
