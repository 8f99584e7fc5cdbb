package dev.tandem.xmpp.pairing;

import dev.tandem.xmpp.account.DeviceAddress;
import dev.tandem.xmpp.account.DeviceId;
import dev.tandem.xmpp.account.Messenger;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The joining side of one pairing, on one worker thread: finds the devices of an account, and tries the code on those
 * that have one open. Messages may be lost, so each question is repeated until it is answered.
 */
final class Joining {
    private static final Logger LOG = LoggerFactory.getLogger(Joining.class);
    private static final Duration REPEAT = Duration.ofSeconds(2);
    private static final int TRIES = 5;
    private static final int MAX_REASON_BYTES = 200;

    /** Codes tried on one device, the newest first; each costs seconds at worst. */
    private static final int MAX_OFFERS = 8;

    /** How long to go on looking for devices after the first has said no. */
    private static final Duration LOOK_FURTHER = Duration.ofSeconds(3);

    private static final Duration LOOK_AGAIN = Duration.ofMillis(100);

    private final DeviceId me;
    private final Messenger account;
    private final String bareJid;
    private final String code;
    private final SecureRandom random;
    private final InstantSource clock;
    private final BlockingQueue<PairingMessage> answers = new LinkedBlockingQueue<>(64);
    private volatile String exchange = "";
    private volatile String asked = "";

    Joining(DeviceId me, Messenger account, String bareJid, String code, SecureRandom random, InstantSource clock) {
        this.me = me;
        this.account = account;
        this.bareJid = bareJid;
        this.code = code;
        this.random = random;
        this.clock = clock;
    }

    String bareJid() {
        return bareJid;
    }

    /** An answer to this joining's question arrived, or something that looks like one. */
    void received(String from, PairingMessage message) {
        if (from.equals(asked) && message.exchange().equals(exchange)) {
            answers.offer(message);
        }
    }

    Proven run(Duration timeout) throws PairingException, InterruptedException {
        try {
            if (!bareJid.equals(account.bareJid())) {
                account.subscribe(bareJid);
            }
            return search(clock.instant().plus(timeout));
        } catch (UncheckedIOException | IOException failed) {
            throw new PairingException(
                    PairingException.Kind.FAILED, "pairing failed: " + failed.getMessage() + "; ask for a new code");
        }
    }

    private Proven search(Instant deadline) throws IOException, PairingException, InterruptedException {
        Set<String> tried = new HashSet<>();
        PairingException best = new PairingException(
                PairingException.Kind.UNREACHABLE,
                "no device of " + bareJid + " is online, or it does not have a code open; nothing was changed");
        Instant end = deadline;
        while (clock.instant().isBefore(end)) {
            Optional<DeviceAddress> next = account.devices().stream()
                    .filter(device -> device.bareJid().equals(bareJid) && !tried.contains(device.fullJid()))
                    .findFirst();
            if (next.isEmpty()) {
                answers.poll(LOOK_AGAIN.toMillis(), TimeUnit.MILLISECONDS);
                continue;
            }
            tried.add(next.get().fullJid());
            try {
                return tryOffersOf(next.get());
            } catch (PairingException refused) {
                if (best.kind() != PairingException.Kind.WRONG_CODE) {
                    best = refused;
                }
                Instant soon = clock.instant().plus(LOOK_FURTHER);
                end = soon.isBefore(end) ? soon : end;
            }
        }
        throw best;
    }

    private Proven tryOffersOf(DeviceAddress device) throws IOException, PairingException, InterruptedException {
        PairingMessage offers = ask(device, PairingMessage.Step.HELLO, new byte[0], PairingMessage.Step.OFFERS);
        int open = offers.content().length == 0 ? 0 : Math.min(offers.content()[0], MAX_OFFERS);
        for (int which = 0; which < open; which++) {
            Proven paired = tryOffer(device, which);
            if (paired != null) {
                return paired;
            }
        }
        throw open == 0
                ? new PairingException(
                        PairingException.Kind.NO_OFFER,
                        "no code is open on " + bareJid + " (used, expired, or tried too often); nothing was changed;"
                                + " ask for a new one")
                : new PairingException(
                        PairingException.Kind.WRONG_CODE,
                        "wrong code; nothing was changed; check it and try again, three tries are all");
    }

    /** One exchange; null if the code is another one. */
    private @Nullable Proven tryOffer(DeviceAddress device, int which)
            throws IOException, PairingException, InterruptedException {
        exchange = Long.toString(random.nextLong() >>> 1, 36);
        KeyExchange keys = new KeyExchange(me, device.device(), code, random);
        byte[] round1 = keys.round1();
        byte[] first = new byte[round1.length + 1];
        first[0] = (byte) which;
        System.arraycopy(round1, 0, first, 1, round1.length);
        PairingMessage rounds = ask(device, PairingMessage.Step.ROUND_1, first, PairingMessage.Step.ROUNDS_1_2);
        byte[][] theirs = Joined.split(rounds.content());
        keys.takeRound1(theirs[0]);
        byte[] round2 = keys.round2();
        KeyExchange.Key key = keys.takeRound2(theirs[1]);
        PairingMessage facts = ask(
                device,
                PairingMessage.Step.ROUND_2,
                Joined.join(round2, key.confirmation()),
                PairingMessage.Step.FACTS);
        if (facts.content().length == 0) {
            return null;
        }
        byte[][] proof = Joined.split(facts.content());
        if (!key.isConfirmedBy(proof[0])) {
            return null;
        }
        SealingKey sealing = key.sealing();
        byte[] theirFacts = sealing.open("offerer", proof[1]);
        return new Proven(new Proof(exchange, device.device(), device.bareJid(), sealing.bytes()), theirFacts);
    }

    /** The end of an exchange: says who we are until the other side says that it knows. */
    void confirm(Proof proof, byte[] facts, Duration timeout) throws PairingException, InterruptedException {
        exchange = proof.exchange();
        try {
            if (!bareJid.equals(account.bareJid())) {
                account.subscribe(bareJid);
            }
            SealingKey key = new SealingKey(proof.key(), random);
            DeviceAddress device =
                    tellOneOf(proof.device(), key, facts, clock.instant().plus(timeout));
            LOG.debug("{} knows us now", device);
        } catch (UncheckedIOException | IOException failed) {
            throw new PairingException(
                    PairingException.Kind.TIMED_OUT,
                    "the other device's last word was not understood (" + failed.getMessage() + ")");
        }
    }

    /** A device that died a moment ago may still be there under its old address, and does not answer under that. */
    private DeviceAddress tellOneOf(DeviceId device, SealingKey key, byte[] facts, Instant deadline)
            throws IOException, PairingException, InterruptedException {
        Set<String> tried = new HashSet<>();
        PairingException best = new PairingException(
                PairingException.Kind.UNREACHABLE, "the other device is away; the pairing ends when it is back");
        while (clock.instant().isBefore(deadline)) {
            Optional<DeviceAddress> next = account.devices().stream()
                    .filter(candidate -> candidate.device().equals(device)
                            && candidate.bareJid().equals(bareJid)
                            && !tried.contains(candidate.fullJid()))
                    .findFirst();
            if (next.isEmpty()) {
                if (!tried.isEmpty()) {
                    break;
                }
                answers.poll(LOOK_AGAIN.toMillis(), TimeUnit.MILLISECONDS);
                continue;
            }
            tried.add(next.get().fullJid());
            try {
                byte[] answer = key.seal("joiner", facts);
                PairingMessage done = ask(next.get(), PairingMessage.Step.ANSWER, answer, PairingMessage.Step.DONE);
                key.open("done", done.content());
                return next.get();
            } catch (PairingException silent) {
                if (silent.kind() != PairingException.Kind.TIMED_OUT) {
                    throw silent;
                }
                best = silent;
            }
        }
        throw best;
    }

    /** For a terminal: short, and without what would steer it. */
    private static String said(byte[] reason) {
        String words = new String(reason, 0, Math.min(reason.length, MAX_REASON_BYTES), StandardCharsets.UTF_8);
        return words.replaceAll("[\\p{Cc}\\p{Cf}]+", " ").strip();
    }

    /** It has answered the first round and does not know of it any more. Its code may still be open. */
    private static boolean isRestarted(PairingMessage.Step asked, PairingMessage reply) {
        return asked == PairingMessage.Step.ROUND_2
                && reply.step() == PairingMessage.Step.REFUSED
                && new String(reply.content(), StandardCharsets.UTF_8).equals(Offering.NO_EXCHANGE);
    }

    private PairingMessage ask(
            DeviceAddress device, PairingMessage.Step step, byte[] content, PairingMessage.Step expected)
            throws IOException, PairingException, InterruptedException {
        if (exchange.isEmpty()) {
            exchange = Long.toString(random.nextLong() >>> 1, 36);
        }
        asked = device.fullJid();
        PairingMessage question = new PairingMessage(exchange, step, content);
        for (int i = 0; i < TRIES; i++) {
            account.send(device.fullJid(), question.encode());
            Instant until = clock.instant().plus(REPEAT);
            for (Duration left = REPEAT; left.compareTo(Duration.ZERO) > 0; ) {
                PairingMessage reply = answers.poll(left.toMillis(), TimeUnit.MILLISECONDS);
                if (reply != null && reply.step() == expected) {
                    return reply;
                }
                if (reply != null && isRestarted(step, reply)) {
                    throw new PairingException(
                            PairingException.Kind.TIMED_OUT,
                            "the other device was restarted in the middle; nothing was changed; try again");
                }
                if (reply != null && reply.step() == PairingMessage.Step.REFUSED) {
                    throw new PairingException(
                            PairingException.Kind.NO_OFFER,
                            "the other device refused: " + said(reply.content())
                                    + "; nothing was changed; ask for a new code");
                }
                left = Duration.between(clock.instant(), until);
            }
        }
        throw new PairingException(
                PairingException.Kind.TIMED_OUT,
                "the other device does not answer; nothing was changed; see that it is online and try again");
    }
}
