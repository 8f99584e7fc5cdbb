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
import java.util.function.Function;
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
        private final CompletableFuture<PairedDevice> paired = new CompletableFuture<>();
        private int wrongTries;

        private Offer(String code, Instant expires, byte[] facts) {
            this.code = code;
            this.expires = expires;
            this.facts = facts.clone();
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

        void complete(PairedDevice device) {
            // not on the caller's thread, which holds the lock of the offers
            workers.execute(() -> paired.complete(device));
        }

        /** Returns how many tries are left. */
        int wrongTry() {
            wrongTries++;
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

    /** Opens a code. {@code facts} are for whoever proves to know it. */
    public Offer offer(byte[] facts) {
        Offer offer = new Offer(CodeWords.newCode(random), clock.instant().plus(VALID), facts);
        synchronized (offering) {
            offering.add(offer);
        }
        var unused = timers.schedule(() -> expire(offer), VALID.toMillis(), TimeUnit.MILLISECONDS);
        return offer;
    }

    private void expire(Offer offer) {
        synchronized (offering) {
            offering.remove(offer);
        }
        offer.fail(PairingException.Kind.EXPIRED, "the code was not used within ten minutes; make a new one");
    }

    /**
     * Uses a code.
     *
     * @param bareJid the account whose device shows the code; may be our own
     * @param answer makes our facts from theirs, once the code has proven right; what it throws ends the pairing
     * @return fails with a {@link PairingException}
     */
    public CompletableFuture<PairedDevice> join(
            Messenger account, String bareJid, String code, Function<byte[], byte[]> answer, Duration timeout) {
        CompletableFuture<PairedDevice> paired = new CompletableFuture<>();
        Joining joining = new Joining(me.id(), account, bareJid, code, answer, random, clock);
        joinings.add(joining);
        workers.execute(() -> {
            try {
                paired.complete(joining.run(timeout));
            } catch (PairingException refused) {
                paired.completeExceptionally(refused);
            } catch (InterruptedException stopping) {
                Thread.currentThread().interrupt();
                paired.completeExceptionally(stopping);
            } catch (RuntimeException bug) {
                LOG.error("joining {} failed", bareJid, bug);
                paired.completeExceptionally(bug);
            } finally {
                joinings.remove(joining);
            }
        });
        return paired;
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

    /** Whether an account may see our presence: only while we wait for somebody, or for that one. */
    private boolean mayMeet(String bareJid) {
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
