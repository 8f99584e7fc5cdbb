package dev.tandem.xmpp.pairing;

import dev.tandem.xmpp.account.DeviceAddress;
import dev.tandem.xmpp.account.Messenger;
import dev.tandem.xmpp.account.Payload;
import dev.tandem.xmpp.link.DeviceIdentity;
import java.io.Closeable;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pairs devices by a short code, over messages that the server can read and do nothing with.
 *
 * <p>Any thread; the cryptography runs on workers.
 */
public final class Pairing implements Closeable {
    /** How long a code may be used. */
    public static final Duration VALID = Duration.ofMinutes(10);

    private static final Logger LOG = LoggerFactory.getLogger(Pairing.class);
    private static final int MAX_TRIES = 3;

    /** Messages that wait for a worker: far more than people pair at once. */
    private static final int MAX_WAITING = 64;

    private final DeviceIdentity me;
    private final InstantSource clock;
    private final ScheduledExecutorService timers;
    private final Executor workers;
    private final SecureRandom random;
    private final Offering offering;
    private final List<Joining> joinings = new CopyOnWriteArrayList<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final Set<Messenger> accounts = ConcurrentHashMap.newKeySet();

    /** Nothing is open. */
    public Pairing(
            DeviceIdentity me,
            InstantSource clock,
            ScheduledExecutorService timers,
            Executor workers,
            SecureRandom random,
            PairingListener listener) {
        this.me = me;
        this.clock = clock;
        this.timers = timers;
        this.workers = workers;
        this.random = random;
        offering = new Offering(me.id(), random, listener);
    }

    /** A code that is open. */
    public final class Offer {
        private final String code;
        private final Instant expires;
        private final byte[] facts;
        private final OfferKeeper keeper;
        private final CompletableFuture<PairedDevice> paired = new CompletableFuture<>();
        private int wrongTries;
        private volatile boolean proven;

        private Offer(String code, Instant expires, int wrongTries, byte[] facts, OfferKeeper keeper) {
            this.code = code;
            this.expires = expires;
            this.wrongTries = wrongTries;
            this.facts = facts.clone();
            this.keeper = keeper;
        }

        /** Three words with hyphens. */
        public String code() {
            return code;
        }

        /** When it ends by itself. */
        public Instant expires() {
            return expires;
        }

        /** Completes with the device that used the code; fails with a {@link PairingException}. */
        public CompletableFuture<PairedDevice> paired() {
            return paired;
        }

        byte[] facts() {
            return facts;
        }

        void proven(Proof proof) {
            keeper.proven(proof);
            proven = true;
        }

        void answered(PairedDevice device) throws IOException {
            keeper.answered(device);
            // not on the caller's thread, which holds the lock of the offers
            workers.execute(() -> paired.complete(device));
        }

        /** Returns how many tries are left. */
        int wrongTry() {
            wrongTries++;
            keeper.tried(wrongTries); // before the other side learns anything: a restart gives no tries back
            if (wrongTries == MAX_TRIES) {
                fail(
                        PairingException.Kind.BURNT,
                        "the code was tried wrongly three times and is void; nothing was changed; make a new one");
            }
            return MAX_TRIES - wrongTries;
        }

        private void fail(PairingException.Kind kind, String line) {
            workers.execute(() -> paired.completeExceptionally(new PairingException(kind, line)));
        }
    }

    /** Opens a new code. {@code facts} are for whoever proves to know it. */
    public Offer offer(byte[] facts) {
        return offer(facts, OfferKeeper.NONE);
    }

    /** The same, for an offer that is to survive a restart. */
    public Offer offer(byte[] facts, OfferKeeper keeper) {
        return open(new Offer(CodeWords.newCode(random), clock.instant().plus(VALID), 0, facts, keeper));
    }

    /**
     * What was kept of an offer.
     *
     * @param code three words with hyphens
     * @param expires when it ends by itself
     * @param wrongTries how many there were: a restart gives none back
     * @param proof the newest exchange in which the code has proven right
     */
    public record Kept(String code, Instant expires, int wrongTries, Optional<Proof> proof) {
        /** What is left of an offer that was used: its last word can be repeated, and nothing else. */
        public static Kept used(Proof proof) {
            return new Kept("", Instant.EPOCH, MAX_TRIES, Optional.of(proof));
        }
    }

    /** A code for {@link #reopen}, so that it can be kept before it is opened. */
    public Kept newCode() {
        return new Kept(CodeWords.newCode(random), clock.instant().plus(VALID), 0, Optional.empty());
    }

    /**
     * Opens a code again after a restart, as far as it is still good; one who had proven to know it may end that
     * exchange, also when the code is not good any more.
     */
    public Offer reopen(Kept kept, byte[] facts, OfferKeeper keeper) {
        Offer offer = new Offer(kept.code, kept.expires, kept.wrongTries, facts, keeper);
        kept.proof.ifPresent(proof -> {
            offer.proven = true;
            synchronized (offering) {
                offering.add(offer, proof);
            }
        });
        return kept.wrongTries < MAX_TRIES ? open(offer) : offer;
    }

    private Offer open(Offer offer) {
        Duration left = Duration.between(clock.instant(), offer.expires);
        // a clock that was set back must not make a code last longer
        Duration atMost = left.compareTo(VALID) > 0 ? VALID : left;
        if (!atMost.isNegative()) {
            synchronized (offering) {
                offering.add(offer);
            }
        }
        var unused = timers.schedule(() -> expire(offer), Math.max(0, atMost.toMillis()), TimeUnit.MILLISECONDS);
        return offer;
    }

    private void expire(Offer offer) {
        synchronized (offering) {
            offering.remove(offer);
        }
        if (!offer.proven) { // else it has been used, and the other device may still say its last word
            offer.fail(PairingException.Kind.EXPIRED, "the code was not used within ten minutes; make a new one");
        }
    }

    /**
     * Uses a code, up to the other device's facts. Nothing has happened there yet, other than that it knows of us.
     *
     * @param bareJid the account whose device shows the code; may be our own
     * @return fails with a {@link PairingException}
     */
    public CompletableFuture<Proven> prove(Messenger account, String bareJid, String code, Duration timeout) {
        return run(joining(account, bareJid, code), joining -> joining.run(timeout));
    }

    /**
     * Ends an exchange: when this has succeeded, the other device has us as paired. May be repeated, also after
     * restarts of both.
     *
     * @param facts what the other device is to know of us
     * @return fails with a {@link PairingException}; of kind NO_OFFER if the other device does not know the exchange
     *     any more, else it is not known what the other device has heard
     */
    public CompletableFuture<PairedDevice> confirm(Messenger account, Proven proven, byte[] facts, Duration timeout) {
        Proof proof = proven.proof();
        return run(joining(account, proof.jid(), ""), joining -> {
            joining.confirm(proof, facts, timeout);
            return new PairedDevice(proof.device(), proof.jid(), proven.facts());
        });
    }

    /** Both at once, for those who keep nothing; {@code answer} makes our facts from theirs. */
    public CompletableFuture<PairedDevice> join(
            Messenger account, String bareJid, String code, UnaryOperator<byte[]> answer, Duration timeout) {
        return prove(account, bareJid, code, timeout)
                .thenCompose(proven -> confirm(account, proven, answer.apply(proven.facts()), timeout));
    }

    private Joining joining(Messenger account, String bareJid, String code) {
        return new Joining(me.id(), account, bareJid, code, random, clock);
    }

    private interface Part<T> {
        T of(Joining joining) throws PairingException, InterruptedException;
    }

    private <T> CompletableFuture<T> run(Joining joining, Part<T> part) {
        CompletableFuture<T> end = new CompletableFuture<>();
        joinings.add(joining);
        workers.execute(() -> {
            try {
                end.complete(part.of(joining));
            } catch (PairingException refused) {
                end.completeExceptionally(refused);
            } catch (InterruptedException stopping) {
                Thread.currentThread().interrupt();
                end.completeExceptionally(stopping);
            } catch (RuntimeException bug) {
                LOG.error("joining {} failed", joining.bareJid(), bug);
                end.completeExceptionally(bug);
            } finally {
                joinings.remove(joining);
            }
        });
        return end;
    }

    /** Pairs over this account too. */
    public void attach(Messenger account) {
        accounts.add(account);
        account.acceptSubscriptions(this::mayMeet);
        account.listen(PairingMessage.NAMESPACE, (from, payload) -> {
            if (waiting.incrementAndGet() > MAX_WAITING) {
                waiting.decrementAndGet(); // whoever means it asks again
                return;
            }
            workers.execute(() -> {
                waiting.decrementAndGet();
                received(account, from, payload);
            });
        });
    }

    /** No longer. */
    public void detach(Messenger account) {
        accounts.remove(account);
    }

    /** Whether an account may see our presence for a pairing: only while we wait for somebody, or for that one. */
    public boolean mayMeet(String bareJid) {
        synchronized (offering) {
            if (offering.isOpen()) {
                return true;
            }
        }
        return joinings.stream().anyMatch(joining -> joining.bareJid().equals(bareJid));
    }

    private void received(Messenger account, String from, Payload payload) {
        Optional<PairingMessage> decoded = PairingMessage.decode(payload);
        if (decoded.isEmpty() || !accounts.contains(account)) {
            return;
        }
        PairingMessage message = decoded.get();
        if (message.step().isAnswer()) {
            joinings.forEach(joining -> joining.received(from, message));
            return;
        }
        Optional<DeviceAddress> device = account.devices().stream()
                .filter(candidate -> candidate.fullJid().equals(from))
                .findFirst();
        if (device.isEmpty()) {
            return; // it asks again once its presence has come
        }
        Optional<PairingMessage> answer;
        synchronized (offering) {
            answer = offering.answer(device.get(), message);
        }
        if (answer.isPresent()) {
            try {
                account.send(from, answer.get().encode());
            } catch (IOException offline) {
                LOG.debug("could not answer {}", from, offline);
            }
        }
    }

    @Override
    public void close() {
        accounts.clear();
    }
}
