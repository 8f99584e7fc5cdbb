package dev.tandem.xmpp.pairing;

import dev.tandem.xmpp.account.Payload;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * One message of a pairing: {@code <pair xmlns='urn:tandem:pair:1' i='EXCHANGE' t='STEP'>BASE64</pair>}. The joining
 * side asks and repeats; the offering side answers each step, and the same step with the same answer.
 *
 * @param exchange chosen by the joining side
 * @param step what it is; see {@link Step}
 */
@SuppressWarnings("ArrayRecordComponent") // a value in transit, never compared
record PairingMessage(String exchange, Step step, byte[] content) {
    static final String NAMESPACE = "urn:tandem:pair:1";
    static final String ELEMENT = "pair";
    private static final int MAX_EXCHANGE = 40;

    /** In the order in which they are sent. */
    enum Step {
        /** Is a code open there? */
        HELLO,
        /** How many, as one byte. */
        OFFERS,
        /** One byte: which of them; then J-PAKE's first round. */
        ROUND_1,
        /** J-PAKE's first round, and the second. */
        ROUNDS_1_2,
        /** J-PAKE's second round, and the confirmation of the key. */
        ROUND_2,
        /** The confirmation, and sealed facts; empty for a wrong code. */
        FACTS,
        /** Sealed facts of the joining side. */
        ANSWER,
        /** Sealed: it is done. */
        DONE,
        /** It cannot go on; why. */
        REFUSED;

        /** Whether it comes from the offering side. */
        boolean isAnswer() {
            return switch (this) {
                case HELLO, ROUND_1, ROUND_2, ANSWER -> false;
                case OFFERS, ROUNDS_1_2, FACTS, DONE, REFUSED -> true;
            };
        }
    }

    Payload encode() {
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put("i", exchange);
        attributes.put("t", step.name());
        return new Payload(NAMESPACE, ELEMENT, attributes, content);
    }

    static Optional<PairingMessage> decode(Payload payload) {
        String exchange = payload.attributes().getOrDefault("i", "");
        String name = payload.attributes().getOrDefault("t", "");
        for (Step step : Step.values()) {
            if (step.name().equals(name) && !exchange.isEmpty() && exchange.length() <= MAX_EXCHANGE) {
                return Optional.of(new PairingMessage(exchange, step, payload.content()));
            }
        }
        return Optional.empty();
    }
}
