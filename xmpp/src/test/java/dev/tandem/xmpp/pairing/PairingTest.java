package dev.tandem.xmpp.pairing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.xmpp.account.Payload;
import dev.tandem.xmpp.link.DeviceIdentity;
import dev.tandem.xmpp.testing.MemoryServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Pairing by a code")
@Timeout(60)
@SuppressWarnings("NullAway") // fields that JUnit sets
class PairingTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final MemoryServer server = new MemoryServer();
    private final SecureRandom random = new SecureRandom();
    private final ScheduledThreadPoolExecutor timers = new ScheduledThreadPoolExecutor(1);
    private final ExecutorService workers = Executors.newCachedThreadPool();
    private final List<Integer> wrongCodes = new CopyOnWriteArrayList<>();
    private DeviceIdentity laptopId;
    private DeviceIdentity phoneId;
    private Pairing laptop;
    private Pairing phone;
    private MemoryServer.Client laptopAccount;
    private MemoryServer.Client phoneAccount;

    @BeforeEach
    void twoAccounts(@TempDir Path directory) throws IOException {
        laptopId = identity(directory.resolve("laptop"));
        phoneId = identity(directory.resolve("phone"));
        laptop = pairing(laptopId);
        phone = pairing(phoneId);
        laptopAccount = server.signIn("ada@example.org", laptopId.id());
        phoneAccount = server.signIn("phone@example.net", phoneId.id());
        laptop.attach(laptopAccount);
        phone.attach(phoneAccount);
    }

    @AfterEach
    void end() {
        timers.shutdownNow();
        workers.shutdownNow();
    }

    @Test
    @DisplayName("tells each side the other's key and facts, over two accounts that did not know each other")
    void twoStrangers() throws Exception {
        Pairing.Offer offer = laptop.offer("the laptop's facts".getBytes(UTF_8));

        PairedDevice seenByPhone = join(offer.code()).get();
        PairedDevice seenByLaptop = offer.paired().get();

        assertThat(seenByPhone.device()).isEqualTo(laptopId.id());
        assertThat(seenByPhone.jid()).isEqualTo("ada@example.org");
        assertThat(seenByPhone.facts()).asString(UTF_8).isEqualTo("the laptop's facts");
        assertThat(seenByLaptop.device()).isEqualTo(phoneId.id());
        assertThat(seenByLaptop.facts()).asString(UTF_8).isEqualTo("answer to the laptop's facts");
    }

    @Test
    @DisplayName("works between two devices of one account")
    void sameAccount(@TempDir Path directory) throws Exception {
        DeviceIdentity tabletId = identity(directory.resolve("tablet"));
        Pairing tablet = pairing(tabletId);
        MemoryServer.Client tabletAccount = server.signIn("ada@example.org", tabletId.id());
        tablet.attach(tabletAccount);
        Pairing.Offer offer = laptop.offer(new byte[0]);

        PairedDevice paired = tablet.join(
                        tabletAccount, "ada@example.org", offer.code(), facts -> new byte[0], PATIENCE)
                .get();

        assertThat(paired.device()).isEqualTo(laptopId.id());
    }

    @Test
    @DisplayName("forgives case and spaces in a typed code")
    void typedCode() throws Exception {
        Pairing.Offer offer = laptop.offer(new byte[0]);

        assertThat(join(offer.code().toUpperCase(java.util.Locale.ROOT).replace('-', ' '))
                        .get()
                        .device())
                .isEqualTo(laptopId.id());
    }

    @Test
    @DisplayName("survives lost messages: each question is repeated, and answered alike")
    void lostMessages() throws Exception {
        Set<String> once = new HashSet<>();
        server.drop(payload -> once.add(String.valueOf(payload.attributes().get("t"))));
        Pairing.Offer offer = laptop.offer("x".getBytes(UTF_8));

        PairedDevice paired = phone.join(
                        phoneAccount, "ada@example.org", offer.code(), facts -> facts, Duration.ofSeconds(40))
                .get();

        assertThat(paired.device()).isEqualTo(laptopId.id());
        assertThat(offer.paired().get().device()).isEqualTo(phoneId.id());
        assertThat(once).hasSize(8);
    }

    @Test
    @DisplayName("a wrong code is said on both sides; the third one makes the code void")
    void wrongCode() throws Exception {
        Pairing.Offer offer = laptop.offer(new byte[0]);
        for (int i = 0; i < 3; i++) {
            assertThat(failure(join("sunhouse-moonhouse-starhouse")).kind())
                    .isEqualTo(PairingException.Kind.WRONG_CODE);
        }

        assertThat(wrongCodes).containsExactly(2, 1, 0);
        assertThat(failure(offer.paired()).kind()).isEqualTo(PairingException.Kind.BURNT);
        assertThat(failure(join(offer.code())).kind()).isIn(PairingException.Kind.NO_OFFER);
    }

    @Test
    @DisplayName("a used code is used up")
    void usedCode() throws Exception {
        Pairing.Offer offer = laptop.offer(new byte[0]);
        join(offer.code()).get();

        assertThat(failure(join(offer.code())).kind()).isEqualTo(PairingException.Kind.NO_OFFER);
    }

    @Test
    @DisplayName("nobody is shown our presence while no code is open")
    void noOfferNoPresence() throws Exception {
        assertThat(failure(phone.join(
                                phoneAccount,
                                "ada@example.org",
                                "sunhouse-moonhouse-starhouse",
                                facts -> facts,
                                Duration.ofSeconds(1)))
                        .kind())
                .isEqualTo(PairingException.Kind.UNREACHABLE);
        assertThat(phoneAccount.devices()).isEmpty();
    }

    @Test
    @DisplayName("a server that changes a message learns nothing and breaks the pairing")
    void tampering() throws Exception {
        server.tamper(payload -> {
            if (!"FACTS".equals(payload.attributes().get("t"))) {
                return payload;
            }
            byte[] changed = payload.content().clone();
            changed[changed.length - 1] ^= 1;
            return new Payload(payload.namespace(), payload.element(), payload.attributes(), changed);
        });
        Pairing.Offer offer = laptop.offer("secret facts".getBytes(UTF_8));

        assertThat(failure(join(offer.code())).kind()).isEqualTo(PairingException.Kind.FAILED);
        assertThat(offer.paired()).isNotDone();
        assertThat(server.seen).noneMatch(payload -> new String(payload.content(), UTF_8).contains("secret facts"));
    }

    @Test
    @DisplayName("PUSH-1: no message is larger than 4096 bytes")
    void sizes() throws Exception {
        join(laptop.offer(new byte[1000]).code()).get();

        assertThat(server.seen).allMatch(payload -> payload.content().length <= 4096);
    }

    @Test
    @DisplayName("codes are three of 2048 distinct words")
    void words() {
        Set<String> words =
                IntStream.range(0, CodeWords.size()).mapToObj(CodeWords::word).collect(Collectors.toSet());

        assertThat(words).hasSize(2048);
        assertThat(CodeWords.newCode(random).split("-")).hasSize(3).allMatch(words::contains);
    }

    @Test
    @DisplayName(
            "SMPLX-27: the last word is lost, both restart, it is said again with the same key: paired, told once more")
    void lostLastWord() throws Exception {
        Notes notes = new Notes();
        Pairing.Offer offer = laptop.offer("laptop".getBytes(UTF_8), notes);
        Proven proven = phone.prove(phoneAccount, "ada@example.org", offer.code(), PATIENCE)
                .get();
        server.drop(payload -> "DONE".equals(payload.attributes().get("t")));
        CompletableFuture<PairedDevice> unheard =
                phone.confirm(phoneAccount, proven, "phone".getBytes(UTF_8), Duration.ofSeconds(1));
        assertThat(failure(unheard).kind()).isEqualTo(PairingException.Kind.TIMED_OUT);
        server.drop(payload -> false);
        assertThat(notes.answers).hasSize(1);

        restart(Optional.of(notes.kept(offer, notes.proof)), notes);
        PairedDevice seen = phone.confirm(phoneAccount, proven, "phone".getBytes(UTF_8), PATIENCE)
                .get();

        assertThat(seen.device()).isEqualTo(laptopId.id());
        assertThat(notes.answers).hasSize(2).allSatisfy(device -> {
            assertThat(device.device()).isEqualTo(phoneId.id());
            assertThat(device.facts()).asString(UTF_8).isEqualTo("phone");
        });
    }

    @Test
    @DisplayName("an offer opened again after a restart takes its code, but gives no tries back")
    void reopened() throws Exception {
        Notes notes = new Notes();
        Pairing.Offer offer = laptop.offer(new byte[0], notes);
        failure(join("sunhouse-moonhouse-starhouse"));
        failure(join("sunhouse-moonhouse-starhouse"));
        assertThat(notes.wrongTries).isEqualTo(2);

        restart(Optional.of(notes.kept(offer, null)), notes);
        failure(join("sunhouse-moonhouse-starhouse"));

        assertThat(notes.wrongTries).isEqualTo(3);
        assertThat(failure(join(offer.code())).kind()).isEqualTo(PairingException.Kind.NO_OFFER);
    }

    @Test
    @DisplayName("what cannot be recorded has not happened: the other device hears nothing, and asks again")
    void diskFull() throws Exception {
        Notes notes = new Notes();
        notes.full = true;
        Pairing.Offer offer = laptop.offer(new byte[0], notes);
        Proven proven = phone.prove(phoneAccount, "ada@example.org", offer.code(), PATIENCE)
                .get();
        CompletableFuture<PairedDevice> end = phone.confirm(phoneAccount, proven, new byte[0], PATIENCE);
        var unused = timers.schedule(() -> notes.full = false, 1, TimeUnit.SECONDS);

        assertThat(end.get().device()).isEqualTo(laptopId.id());
        assertThat(notes.answers).hasSize(1);
    }

    /** Both daemons are new, and know nothing but what was kept. */
    private void restart(Optional<Pairing.Kept> kept, OfferKeeper keeper) {
        laptop.detach(laptopAccount);
        phone.detach(phoneAccount);
        laptop = pairing(laptopId);
        phone = pairing(phoneId);
        laptopAccount = server.signIn("ada@example.org", laptopId.id());
        phoneAccount = server.signIn("phone@example.net", phoneId.id());
        laptop.attach(laptopAccount);
        phone.attach(phoneAccount);
        kept.ifPresent(offer -> laptop.reopen(offer, new byte[0], keeper));
    }

    /** What a daemon writes down of its offer. */
    private static final class Notes implements OfferKeeper {
        final List<PairedDevice> answers = new CopyOnWriteArrayList<>();
        volatile int wrongTries;
        volatile Proof proof;
        volatile boolean full;

        Pairing.Kept kept(Pairing.Offer offer, Proof known) {
            return new Pairing.Kept(offer.code(), offer.expires(), wrongTries, Optional.ofNullable(known));
        }

        @Override
        public void tried(int tries) {
            wrongTries = tries;
        }

        @Override
        public void proven(Proof newest) {
            proof = newest;
        }

        @Override
        public void answered(PairedDevice device) {
            if (full) {
                throw new UncheckedIOException(new IOException("disk full"));
            }
            answers.add(device);
        }
    }

    private CompletableFuture<PairedDevice> join(String code) {
        return phone.join(
                phoneAccount,
                "ada@example.org",
                code,
                facts -> ("answer to " + new String(facts, UTF_8)).getBytes(UTF_8),
                PATIENCE);
    }

    private static PairingException failure(CompletableFuture<?> future) throws Exception {
        try {
            Object done = future.get(40, TimeUnit.SECONDS);
            throw new AssertionError("it worked: " + done);
        } catch (ExecutionException failed) {
            return (PairingException) failed.getCause();
        }
    }

    private Pairing pairing(DeviceIdentity identity) {
        return new Pairing(
                identity, InstantSource.system(), timers, workers, random, (from, left) -> wrongCodes.add(left));
    }

    private DeviceIdentity identity(Path home) throws IOException {
        return DeviceIdentity.loadOrCreate(Files.createDirectories(home), InstantSource.system(), random);
    }
}
