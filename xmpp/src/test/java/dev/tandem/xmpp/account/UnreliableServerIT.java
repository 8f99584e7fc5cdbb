package dev.tandem.xmpp.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tandem.xmpp.account.FakeServer.WhenResumed;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("An account never stays dead, whatever its server does")
@Timeout(120)
@Execution(ExecutionMode.CONCURRENT)
@SuppressWarnings("NullAway") // fields that JUnit sets
class UnreliableServerIT {
    private static final DeviceId ME = new DeviceId("0123456789abcdef".repeat(4));
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final Duration SOON = Duration.ofSeconds(45);

    private final ScheduledThreadPoolExecutor timers = new ScheduledThreadPoolExecutor(1);
    private final List<AccountState> states = new CopyOnWriteArrayList<>();
    private FakeServer server;
    private Account account;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        server = new FakeServer(directory);
        account = account(PATIENCE);
    }

    private Account account(Duration patience) {
        AccountSettings settings = new AccountSettings(
                "ann@localhost",
                "secret",
                Optional.of("127.0.0.1:" + server.port()),
                Optional.of(server.certificate()));
        return new Account(
                settings,
                ME,
                (which, state) -> states.add(state),
                timers,
                UnreliableServerIT::daemon,
                InstantSource.system(),
                new Random(1),
                patience);
    }

    @AfterEach
    void stop() throws IOException {
        account.close();
        timers.shutdownNow();
        server.close();
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "tandem-test");
        thread.setDaemon(true);
        return thread;
    }

    private void soon(Callable<Boolean> condition) {
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(condition.call())
                        .as(
                                "%s connections, bound %s, resumed %s: %s",
                                server.connections(), server.bound, server.resumed, states)
                        .isTrue());
    }

    private boolean isOnline() {
        return account.state() instanceof AccountState.Online;
    }

    private void signIn() {
        account.start();
        soon(this::isOnline);
    }

    private void breakAndComeBack() {
        int before = states.size();
        server.cut();
        soon(() -> states.size() > before && isOnline());
    }

    @Test
    @DisplayName("a broken stream is resumed where the server can do that")
    void resumes() {
        signIn();

        breakAndComeBack();

        assertThat(server.resumed).hasSize(1);
        assertThat(server.bound).hasSize(1);
    }

    @ParameterizedTest(name = "when a client wants to resume: {0}")
    @EnumSource(names = {"FAIL", "SAY_NOTHING", "CLOSE", "RESUME_AND_SAY_NOTHING_MORE"})
    @DisplayName("a resumption that comes to nothing is tried once; then a new connection signs in from the start")
    void resumptionFails(WhenResumed what) {
        server.whenResumed = what;
        signIn();
        int before = server.connections();
        int bound = server.bound.size();

        server.cut();

        soon(() -> server.connections() >= before + 2 && server.bound.size() > bound && isOnline());
        assertThat(server.resumed).hasSize(1);
    }

    @Test
    @DisplayName("goes on trying at a server that accepts connections and says nothing")
    void mute() {
        server.mute = true;
        account.start();
        soon(() -> server.connections() >= 3);

        server.mute = false;

        soon(this::isOnline);
    }

    @Test
    @DisplayName("SOJU-6: that the password cannot be checked now is not that it is wrong")
    void undecided() {
        server.undecided = true;
        account.start();
        soon(() -> server.connections() >= 2);
        assertThat(states).noneMatch(AccountState.Refused.class::isInstance);

        server.undecided = false;

        soon(this::isOnline);
    }

    @Test
    @DisplayName("a server that stops reading while much is to be sent is given up, and senders do not wait for ever")
    void hangs() {
        signIn();
        server.hang();
        String text = "x".repeat(8192);
        Thread sender = daemon(() -> {
            Payload payload = new Payload(Account.FEATURE, "link", Map.of("s", "1", "t", text), new byte[0]);
            try {
                for (int i = 0; i < 10_000; i++) {
                    account.send("ann@localhost/other", payload);
                }
            } catch (IOException offline) {
                states.add(new AccountState.Refused("the sender was told"));
            }
        });
        sender.start();

        soon(() -> server.connections() >= 2 && isOnline());
        soon(() -> !sender.isAlive());
        assertThat(states).contains(new AccountState.Refused("the sender was told"));
    }

    @Test
    @DisplayName("a name that somebody else has is left to them, for a longer one")
    void nameTaken() {
        server.taken = "tandem-01234567";

        signIn();

        assertThat(server.bound).containsExactly("tandem-0123456789abcdef");
    }

    @Test
    @DisplayName("so is one that somebody else takes over")
    void nameTakenOver() throws IOException {
        signIn();
        server.replaceAll();

        soon(() -> server.bound.size() == 2 && isOnline());
        assertThat(server.bound).containsExactly("tandem-01234567", "tandem-0123456789abcdef");
        assertThat(server.resumed).isEmpty();
    }

    @Test
    @DisplayName("SOJU-4: closing in the middle of signing in takes no time, and nothing is told afterwards")
    void closedWhileSigningIn() {
        server.mute = true;
        account = account(ServerConnection.PATIENCE);
        account.start();
        soon(() -> server.connections() >= 1);
        int before = states.size();
        long from = System.nanoTime();

        account.close();

        assertThat(Duration.ofNanos(System.nanoTime() - from)).isLessThan(Duration.ofSeconds(5)); // of 20
        assertThat(states).hasSize(before);
    }
}
