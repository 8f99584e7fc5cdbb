package dev.tandem.xmpp.direct;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.xmpp.carrier.Carrier;
import dev.tandem.xmpp.testing.VirtualTime;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The race of candidates")
class RaceTest {
    private static final Candidate A = new Candidate("192.0.2.1", 1);
    private static final Candidate B = new Candidate("192.0.2.2", 1);
    private static final Candidate C = new Candidate("192.0.2.3", 1);

    /** Where one candidate leads; a task that is not run yet is a connection that is not there yet. */
    private static final class FakeCarrier implements Carrier {
        String closed = "";

        @Override
        public int messageBytes() {
            return 16_384;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {}

        @Override
        public int read(byte[] into, int offset, int length) {
            return -1;
        }

        @Override
        public void close(String reason) {
            closed = closed.isEmpty() ? reason : closed;
        }

        @Override
        public String kind() {
            return "direct";
        }
    }

    private final VirtualTime time = new VirtualTime(new Random(1));
    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private final List<String> dialled = new ArrayList<>();
    private final Map<String, FakeCarrier> carriers = new HashMap<>();
    private final Map<String, IOException> unreachable = new HashMap<>();
    private final List<String> strangers = new ArrayList<>();

    /** Why the connection to a host was closed; empty if it was not. */
    private String closed(String host) {
        return Objects.requireNonNull(carriers.get(host)).closed;
    }

    private CompletableFuture<String> race(Candidate... candidates) {
        return Race.start(
                List.of(candidates),
                (address, timeout) -> {
                    String host = address.getHostString();
                    dialled.add(host);
                    if (unreachable.containsKey(host)) {
                        throw unreachable.get(host);
                    }
                    return carriers.computeIfAbsent(host, any -> new FakeCarrier());
                },
                carrier -> {
                    String host = carriers.entrySet().stream()
                            .filter(each -> each.getValue() == carrier)
                            .findFirst()
                            .orElseThrow()
                            .getKey();
                    if (strangers.contains(host)) {
                        throw new IOException("the other end is not the device");
                    }
                    return "met at " + host;
                },
                tasks::add,
                time,
                time.ticker());
    }

    @Test
    @DisplayName("goes to the first that proves itself; no other is tried after that")
    void first() {
        CompletableFuture<String> result = race(A, B, C);

        tasks.remove().run();
        time.pass(60_000);

        assertThat(result).isCompletedWithValue("met at 192.0.2.1");
        assertThat(tasks).isEmpty();
        assertThat(closed("192.0.2.1")).isEmpty();
    }

    @Test
    @DisplayName("does not wait for a silent one: the next is tried after 250 ms")
    void stagger() {
        CompletableFuture<String> result = race(A, B, C);
        assertThat(tasks).hasSize(1);

        time.pass(249);
        assertThat(tasks).hasSize(1);
        time.pass(1);
        assertThat(tasks).hasSize(2);
        time.pass(250);
        assertThat(tasks).hasSize(3);

        tasks.removeLast().run();
        assertThat(result).isCompletedWithValue("met at 192.0.2.3");
    }

    @Test
    @DisplayName("tries the next at once when the one before has failed")
    void failedAtOnce() {
        unreachable.put("192.0.2.1", new IOException("Connection refused"));
        strangers.add("192.0.2.2");
        CompletableFuture<String> result = race(A, B, C);

        tasks.remove().run();
        tasks.remove().run();
        tasks.remove().run();

        assertThat(dialled).containsExactly("192.0.2.1", "192.0.2.2", "192.0.2.3");
        assertThat(closed("192.0.2.2")).isNotEmpty();
        assertThat(result).isCompletedWithValue("met at 192.0.2.3");
        assertThat(time.nanos()).isZero();
    }

    @Test
    @DisplayName("closes the connection that comes after it was won")
    void late() {
        CompletableFuture<String> result = race(A, B);
        time.pass(250);
        tasks.removeLast().run();

        tasks.remove().run();

        assertThat(result).isCompletedWithValue("met at 192.0.2.2");
        assertThat(closed("192.0.2.1")).isEqualTo("another connection was first");
        assertThat(closed("192.0.2.2")).isEmpty();
    }

    @Test
    @DisplayName("fails with the last reason when none is the device")
    void allFail() {
        unreachable.put("192.0.2.1", new IOException("Connection refused"));
        strangers.add("192.0.2.2");
        CompletableFuture<String> result = race(A, B);
        tasks.remove().run();
        tasks.remove().run();

        assertThatThrownBy(result::get)
                .hasRootCauseInstanceOf(IOException.class)
                .hasRootCauseMessage("the other end is not the device");
        time.pass(60_000);
        assertThat(tasks).isEmpty();
    }

    @Test
    @DisplayName("is over after 10 s, and a connection that comes later is closed")
    void tooLate() {
        CompletableFuture<String> result = race(A, B);
        time.pass(9_999);
        assertThat(result).isNotDone();

        time.pass(1);
        tasks.remove().run();

        assertThatThrownBy(result::get).hasRootCauseMessage("no connection within 10 s");
        assertThat(closed("192.0.2.1")).isNotEmpty();
    }

    @Test
    @DisplayName("cancelled, tries no more and closes everything")
    void cancelled() {
        CompletableFuture<String> result = race(A, B, C);
        time.pass(250);

        result.cancel(false);
        time.pass(60_000);

        assertThat(tasks).hasSize(2);
        tasks.forEach(Runnable::run);
        assertThat(carriers.values())
                .hasSize(2)
                .allSatisfy(carrier -> assertThat(carrier.closed).isNotEmpty());
    }

    @Test
    @DisplayName("without candidates is lost at once")
    void none() {
        assertThatThrownBy(race()::get).hasRootCauseMessage("there is no address to try");
    }
}
