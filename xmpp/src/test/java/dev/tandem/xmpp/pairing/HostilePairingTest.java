package dev.tandem.xmpp.pairing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.xmpp.account.DeviceAddress;
import dev.tandem.xmpp.account.DeviceId;
import dev.tandem.xmpp.account.Payload;
import dev.tandem.xmpp.link.DeviceIdentity;
import dev.tandem.xmpp.testing.MiddleServer;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.bouncycastle.crypto.agreement.jpake.JPAKEPrimeOrderGroups;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("Pairing through an enemy's server, and with strangers")
@Timeout(60)
@SuppressWarnings("NullAway") // fields that JUnit sets
class HostilePairingTest {
    private static final BigInteger P = JPAKEPrimeOrderGroups.NIST_3072.getP();
    private static final BigInteger Q = JPAKEPrimeOrderGroups.NIST_3072.getQ();
    private static final DeviceId ME = new DeviceId("a".repeat(64));
    private static final DeviceAddress STRANGER =
            new DeviceAddress(new DeviceId("b".repeat(64)), "me@example.org", "you@example.net/x");

    private static final Duration LONG = Duration.ofMinutes(5);

    /** Runs ten times as fast: what waits, waits for seconds. */
    private static final InstantSource QUICK = () -> Instant.EPOCH.plusNanos(System.nanoTime() * 10);

    private final MiddleServer server = new MiddleServer();
    private final SecureRandom random = new SecureRandom();
    private final ScheduledThreadPoolExecutor timers = new ScheduledThreadPoolExecutor(1);
    private final ExecutorService workers = Executors.newCachedThreadPool();
    private final List<Integer> wrongCodes = new CopyOnWriteArrayList<>();
    private DeviceIdentity laptopId;
    private DeviceIdentity phoneId;
    private DeviceIdentity malloryId;
    private Pairing laptop;
    private Pairing phone;
    private MiddleServer.Client laptopAccount;
    private MiddleServer.Client phoneAccount;

    @BeforeEach
    void twoAccounts(@TempDir Path directory) throws IOException {
        laptopId = identity(directory.resolve("laptop"));
        phoneId = identity(directory.resolve("phone"));
        malloryId = identity(directory.resolve("mallory"));
        laptop = pairing(laptopId, wrongCodes);
        phone = pairing(phoneId, new ArrayList<>());
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
    @DisplayName(
            "GRID-3: a server that relays all and shows its own key to both sides: an error here, a burnt try there, no pair")
    void relayWithOwnKey() throws Exception {
        server.show(laptopAccount, malloryId.id());
        server.show(phoneAccount, malloryId.id());
        Pairing.Offer offer = laptop.offer("secret".getBytes(UTF_8));

        PairingException seenByPhone = failure(join(offer.code()));

        assertThat(seenByPhone.kind()).isIn(PairingException.Kind.NO_OFFER, PairingException.Kind.FAILED);
        assertThat(wrongCodes).containsExactly(2);
        assertThat(offer.paired()).isNotDone();
    }

    @Test
    @DisplayName("GRID-3: a server that pairs with each side by a guess is a wrong code to both")
    void guess(@TempDir Path directory) throws Exception {
        MiddleServer.Client toLaptop = server.signIn("phone@example.net/evil", malloryId.id());
        Pairing asPhone = pairing(malloryId, new ArrayList<>());
        asPhone.attach(toLaptop);
        MiddleServer.Client toPhone = server.signIn("ada@example.org/evil", malloryId.id());
        Pairing asLaptop = pairing(malloryId, new ArrayList<>());
        asLaptop.attach(toPhone);
        Pairing.Offer offer = laptop.offer("secret".getBytes(UTF_8));
        Pairing.Offer forPhone = asLaptop.offer("lies".getBytes(UTF_8));

        server.hide(toPhone);
        PairingException seenByMallory = failure(
                asPhone.join(toLaptop, "ada@example.org", "sunhouse-moonhouse-starhouse", facts -> facts, LONG));
        server.hide(laptopAccount);
        server.show(toPhone, malloryId.id());
        PairingException seenByPhone = failure(join(offer.code()));

        assertThat(seenByMallory.kind()).isEqualTo(PairingException.Kind.WRONG_CODE);
        assertThat(seenByPhone.kind()).isEqualTo(PairingException.Kind.WRONG_CODE);
        assertThat(wrongCodes).containsExactly(2);
        assertThat(offer.paired()).isNotDone();
        assertThat(forPhone.paired()).isNotDone();
    }

    static Stream<BigInteger> numbers() {
        return Stream.of(
                BigInteger.ZERO,
                BigInteger.ONE,
                BigInteger.ONE.negate(),
                BigInteger.TWO,
                Q,
                P.subtract(BigInteger.ONE),
                P,
                P.add(BigInteger.ONE),
                P.shiftLeft(100),
                BigInteger.ONE.shiftLeft(3190),
                BigInteger.ONE.shiftLeft(3190).negate());
    }

    @ParameterizedTest(name = "{index}")
    @MethodSource("numbers")
    @DisplayName("GRID-9: a number that is no element of the group is refused wherever it stands")
    void numbersOutsideTheGroup(BigInteger number) throws IOException {
        byte[] sound = new KeyExchange(STRANGER.device(), ME, "x", random).round1();
        KeyExchange ours = new KeyExchange(ME, STRANGER.device(), "x", random);
        for (int which = 0; which < 6; which++) {
            byte[] forged = replace(sound, which, number.toByteArray());

            assertThatThrownBy(() -> ours.takeRound1(forged)).isInstanceOf(IOException.class);
        }
    }

    @Test
    @DisplayName("GRID-9: numbers that are empty, too long or cut off are refused")
    void lengths() throws IOException {
        byte[] sound = new KeyExchange(STRANGER.device(), ME, "x", random).round1();
        List<byte[]> forged = List.of(
                replace(sound, 0, new byte[0]),
                replace(sound, 5, new byte[0]),
                replace(sound, 2, new byte[401]),
                replace(sound, 2, new byte[65_535]),
                Arrays.copyOf(sound, sound.length - 1),
                Arrays.copyOf(sound, 1),
                new byte[0]);

        assertThat(forged)
                .allSatisfy(message -> assertThatThrownBy(
                                () -> new KeyExchange(ME, STRANGER.device(), "x", random).takeRound1(message))
                        .isInstanceOf(IOException.class));
    }

    @Test
    @DisplayName(
            "GRID-20: rounds that are repeated with other content, out of order or broken are refused, nothing more")
    void roundsOutOfOrder() throws IOException {
        List<Integer> tries = new ArrayList<>();
        Offering offering = new Offering(ME, random, (from, left) -> tries.add(left));
        offering.add(laptop.offer(new byte[0]));
        KeyExchange theirs = new KeyExchange(STRANGER.device(), ME, "sunhouse-moonhouse-starhouse", random);
        byte[] first = new byte[1];
        byte[] round1 = theirs.round1();
        first = Arrays.copyOf(first, 1 + round1.length);
        System.arraycopy(round1, 0, first, 1, round1.length);

        PairingMessage rounds = answer(offering, PairingMessage.Step.ROUND_1, first);
        assertThat(rounds.step()).isEqualTo(PairingMessage.Step.ROUNDS_1_2);
        theirs.takeRound1(Joined.split(rounds.content())[0]);
        byte[] round2 = theirs.round2();
        assertThat(answer(offering, PairingMessage.Step.ANSWER, new byte[50]).step())
                .isEqualTo(PairingMessage.Step.REFUSED);
        assertThat(answer(offering, PairingMessage.Step.ROUND_2, new byte[] {0, 0})
                        .step())
                .isEqualTo(PairingMessage.Step.REFUSED);
        for (int i = 0; i < 3; i++) {
            assertThat(answer(offering, PairingMessage.Step.ROUND_2, Joined.join(round2, new byte[i]))
                            .step())
                    .isEqualTo(PairingMessage.Step.REFUSED);
        }
        assertThat(answer(offering, PairingMessage.Step.ANSWER, new byte[50]).step())
                .isEqualTo(PairingMessage.Step.REFUSED);
        assertThat(tries).isNotEmpty();
    }

    @Test
    @DisplayName("GRID-4: of a device's codes eight are tried, however many it says that it has open")
    void manyOffers() throws Exception {
        AtomicInteger tried = new AtomicInteger();
        for (int i = 0; i < 10; i++) {
            laptop.offer(new byte[0]);
        }
        server.route(message -> {
            tried.addAndGet("ROUND_1".equals(message.payload().attributes().get("t")) ? 1 : 0);
            return List.of(message);
        });

        assertThat(failure(join("sunhouse-moonhouse-starhouse")).kind()).isEqualTo(PairingException.Kind.WRONG_CODE);
        assertThat(tried).hasValue(8);
    }

    @Test
    @DisplayName("GRID-3: the reason of a refusal is cut short, and cannot steer a terminal")
    void reasons() throws Exception {
        laptopAccount.listen(PairingMessage.NAMESPACE, (from, payload) -> {
            PairingMessage question = PairingMessage.decode(payload).orElseThrow();
            byte[] reason = ("\u001b[2J\u202e\u009b no" + "x".repeat(4000)).getBytes(UTF_8);
            server.deliver(new MiddleServer.Message(
                    laptopAccount.fullJid(),
                    phoneAccount.fullJid(),
                    new PairingMessage(question.exchange(), PairingMessage.Step.REFUSED, reason).encode()));
        });

        assertThat(failure(join("sunhouse-moonhouse-starhouse")))
                .message()
                .contains("no")
                .hasSizeLessThan(500)
                .matches(text -> text.chars()
                        .noneMatch(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT));
    }

    @Test
    @DisplayName("GRID-24: a flood of pairing messages is dropped while four are at work")
    void flood() {
        List<Runnable> waiting = new ArrayList<>();
        Pairing flooded =
                new Pairing(laptopId, InstantSource.system(), timers, waiting::add, random, (from, left) -> {});
        flooded.attach(laptopAccount);
        flooded.offer(new byte[0]);
        for (int i = 0; i < 10_000; i++) {
            server.deliver(new MiddleServer.Message(
                    phoneAccount.fullJid(),
                    laptopAccount.fullJid(),
                    new Payload(
                            PairingMessage.NAMESPACE,
                            PairingMessage.ELEMENT,
                            Map.of("i", "x" + i, "t", "ROUND_1"),
                            new byte[12_000])));
        }

        assertThat(waiting).hasSizeLessThanOrEqualTo(64);
        List<Runnable> first = List.copyOf(waiting);
        waiting.clear();
        first.forEach(Runnable::run);
        waiting.clear();
        server.deliver(new MiddleServer.Message(
                phoneAccount.fullJid(),
                laptopAccount.fullJid(),
                new PairingMessage("again", PairingMessage.Step.HELLO, new byte[0]).encode()));
        assertThat(waiting).isNotEmpty();
    }

    private static PairingMessage answer(Offering offering, PairingMessage.Step step, byte[] content) {
        return offering.answer(STRANGER, new PairingMessage("exchange", step, content))
                .orElseThrow();
    }

    /** Round 1 with one of its six numbers replaced. */
    private static byte[] replace(byte[] round, int which, byte[] number) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        int at = 0;
        for (int i = 0; i < 6; i++) {
            int length = (round[at] & 0xff) << 8 | (round[at + 1] & 0xff);
            byte[] part = i == which ? number : Arrays.copyOfRange(round, at + 2, at + 2 + length);
            out.writeShort(part.length);
            out.write(part);
            at += 2 + length;
        }
        return bytes.toByteArray();
    }

    private CompletableFuture<PairedDevice> join(String code) {
        return phone.join(phoneAccount, "ada@example.org", code, facts -> facts, LONG);
    }

    private static PairingException failure(CompletableFuture<?> future) throws Exception {
        try {
            Object done = future.get(40, TimeUnit.SECONDS);
            throw new AssertionError("it worked: " + done);
        } catch (ExecutionException failed) {
            return (PairingException) failed.getCause();
        }
    }

    private Pairing pairing(DeviceIdentity identity, List<Integer> wrong) {
        return new Pairing(identity, QUICK, timers, workers, random, (from, left) -> wrong.add(left));
    }

    private DeviceIdentity identity(Path home) throws IOException {
        return DeviceIdentity.loadOrCreate(Files.createDirectories(home), InstantSource.system(), random);
    }
}
