package dev.tandem.xmpp.pairing;

import dev.tandem.xmpp.account.DeviceAddress;
import dev.tandem.xmpp.account.DeviceId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The offering side: open codes, and the exchanges with those who try them. Steps of one exchange are answered in
 * order, and a repeated one is answered as before. Callers hold this object's lock.
 */
final class Offering {
    private static final Logger LOG = LoggerFactory.getLogger(Offering.class);

    /** Said of a step of an exchange that is not known, or not any more. */
    static final String NO_EXCHANGE = "no pairing is under way";

    /** More exchanges at once than people pair: the oldest gives way. */
    private static final int MAX_EXCHANGES = 16;

    private static final int PARTS = 4000;

    /** One exchange with one device. */
    private static final class Exchange {
        final Pairing.Offer offer;
        final @Nullable KeyExchange keys;

        @Nullable
        SealingKey key;

        PairingMessage.Step answered = PairingMessage.Step.HELLO;

        @Nullable
        PairingMessage last;

        Exchange(Pairing.Offer offer, KeyExchange keys) {
            this.offer = offer;
            this.keys = keys;
        }

        /** One that was proven before a restart. */
        Exchange(Pairing.Offer offer, SealingKey key) {
            this.offer = offer;
            keys = null;
            this.key = key;
            answered = PairingMessage.Step.ROUND_2;
        }
    }

    private final DeviceId me;
    private final SecureRandom random;
    private final PairingListener listener;
    private final List<Pairing.Offer> offers = new ArrayList<>();
    private final Map<String, Exchange> exchanges = new LinkedHashMap<>();

    /** By device and exchange: those that were proven before a restart. Their full JID may have changed with it. */
    private final Map<String, Exchange> kept = new LinkedHashMap<>();

    Offering(DeviceId me, SecureRandom random, PairingListener listener) {
        this.me = me;
        this.random = random;
        this.listener = listener;
    }

    void add(Pairing.Offer offer) {
        offers.add(0, offer);
    }

    /** An exchange that lacks nothing but the other device's answer, or perhaps our last word. */
    void add(Pairing.Offer offer, Proof proof) {
        kept.put(
                proof.device().hex() + " " + proof.exchange(),
                new Exchange(offer, new SealingKey(proof.key(), random)));
        if (kept.size() > MAX_EXCHANGES) {
            kept.remove(kept.keySet().iterator().next());
        }
    }

    void remove(Pairing.Offer offer) {
        offers.remove(offer);
    }

    boolean isOpen() {
        return !offers.isEmpty();
    }

    /** The answer to one message; empty for what deserves none. */
    Optional<PairingMessage> answer(DeviceAddress from, PairingMessage message) {
        if (message.step() == PairingMessage.Step.HELLO) {
            return Optional.of(reply(message, PairingMessage.Step.OFFERS, new byte[] {(byte) offers.size()}));
        }
        String key = from.fullJid() + " " + message.exchange();
        Exchange exchange = exchanges.get(key);
        if (exchange == null) {
            exchange = kept.get(from.device().hex() + " " + message.exchange());
        }
        if (exchange != null && exchange.answered == message.step() && exchange.last != null) {
            return Optional.of(exchange.last);
        }
        try {
            PairingMessage answer = step(from, message, key, exchange);
            Exchange now = exchange == null ? exchanges.get(key) : exchange;
            if (now != null) {
                now.answered = message.step();
                now.last = answer;
            }
            return Optional.of(answer);
        } catch (IOException refused) {
            return Optional.of(refusal(message, String.valueOf(refused.getMessage())));
        } catch (UncheckedIOException notKept) {
            LOG.warn("a pairing could not be recorded, so it is not answered", notKept);
            if (message.step() != PairingMessage.Step.ANSWER) {
                exchanges.remove(key); // its numbers are used up
            }
            return Optional.empty();
        }
    }

    private PairingMessage step(DeviceAddress from, PairingMessage message, String key, @Nullable Exchange exchange)
            throws IOException {
        switch (message.step()) {
            case ROUND_1 -> {
                return begin(from, message, key);
            }
            case ROUND_2 -> {
                if (exchange == null || exchange.keys == null || exchange.answered != PairingMessage.Step.ROUND_1) {
                    throw new IOException(NO_EXCHANGE);
                }
                return confirm(from, message, exchange, exchange.keys);
            }
            case ANSWER -> {
                if (exchange == null || exchange.answered != PairingMessage.Step.ROUND_2 || exchange.key == null) {
                    throw new IOException(NO_EXCHANGE);
                }
                byte[] facts = exchange.key.open("joiner", message.content());
                byte[] done = exchange.key.seal("done", new byte[0]);
                exchange.offer.answered(new PairedDevice(from.device(), from.bareJid(), facts));
                offers.remove(exchange.offer);
                return reply(message, PairingMessage.Step.DONE, done);
            }
            default -> throw new IOException("not a question");
        }
    }

    private PairingMessage begin(DeviceAddress from, PairingMessage message, String key) throws IOException {
        int which = message.content().length == 0 ? -1 : message.content()[0];
        if (which < 0 || which >= offers.size()) {
            throw new IOException("no pairing is open for this code");
        }
        Pairing.Offer offer = offers.get(which);
        KeyExchange keys = new KeyExchange(me, from.device(), offer.code(), random);
        try {
            keys.takeRound1(java.util.Arrays.copyOfRange(message.content(), 1, message.content().length));
        } catch (IOException forged) {
            wrongTry(from, offer);
            throw forged;
        }
        byte[] rounds = Joined.join(keys.round1(), keys.round2());
        exchanges.put(key, new Exchange(offer, keys));
        if (exchanges.size() > MAX_EXCHANGES) {
            exchanges.remove(exchanges.keySet().iterator().next());
        }
        return reply(message, PairingMessage.Step.ROUNDS_1_2, rounds);
    }

    private PairingMessage confirm(DeviceAddress from, PairingMessage message, Exchange exchange, KeyExchange keys)
            throws IOException {
        if (!offers.contains(exchange.offer)) {
            throw new IOException("no pairing is open for this code");
        }
        KeyExchange.Key key;
        byte[] confirmation;
        boolean confirmed;
        try {
            byte[][] parts = Joined.split(message.content());
            key = keys.takeRound2(parts[0]);
            confirmation = key.confirmation();
            confirmed = key.isConfirmedBy(parts[1]);
        } catch (IOException forged) {
            exchanges.values().remove(exchange); // no second try with the same numbers
            wrongTry(from, exchange.offer);
            throw forged;
        }
        if (!confirmed) {
            wrongTry(from, exchange.offer);
            return reply(message, PairingMessage.Step.FACTS, new byte[0]);
        }
        SealingKey sealing = key.sealing();
        byte[] facts = sealing.seal("offerer", exchange.offer.facts());
        if (facts.length > PARTS) {
            throw new IOException("facts that are too long");
        }
        exchange.offer.proven(new Proof(message.exchange(), from.device(), from.bareJid(), sealing.bytes()));
        exchange.key = sealing;
        return reply(message, PairingMessage.Step.FACTS, Joined.join(confirmation, facts));
    }

    /** A wrong code, or proofs that do not fit: the same to whoever waits for somebody else. */
    private void wrongTry(DeviceAddress from, Pairing.Offer offer) {
        int left = offer.wrongTry();
        if (left == 0) {
            offers.remove(offer);
        }
        listener.wrongCode(from, left);
    }

    private static PairingMessage reply(PairingMessage to, PairingMessage.Step step, byte[] content) {
        return new PairingMessage(to.exchange(), step, content);
    }

    private static PairingMessage refusal(PairingMessage to, String why) {
        return reply(to, PairingMessage.Step.REFUSED, why.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
}
