package dev.tandem.assistant.core;

import static dev.tandem.assistant.core.PushType.RECEIVE_PACK;
import static dev.tandem.assistant.core.PushType.SEND_PACK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.xmpp.account.DeviceId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The push scheduler")
class PushSchedulerTest {
    private final PushScheduler scheduler = new PushScheduler();
    private final Client alice = client(1);
    private final Client bob = client(2);

    @Test
    @DisplayName("PUSH-3: keeps a request made while that client is being served for one more turn, once")
    void requestWhileRunning() {
        scheduler.request(SEND_PACK, alice);
        assertThat(granted()).containsExactly(alice);

        scheduler.request(SEND_PACK, alice);
        scheduler.request(SEND_PACK, alice);
        assertThat(granted()).isEmpty();

        scheduler.finished(SEND_PACK, alice);
        assertThat(granted()).containsExactly(alice);
        scheduler.finished(SEND_PACK, alice);
        assertThat(granted()).isEmpty();
    }

    @Test
    @DisplayName("PUSH-4: sends to and receives from the same client at once")
    void bothTypesAtOnce() {
        scheduler.request(SEND_PACK, alice);
        scheduler.request(RECEIVE_PACK, alice);

        assertThat(scheduler.next())
                .containsExactlyInAnyOrder(
                        new PushScheduler.Grant(SEND_PACK, alice), new PushScheduler.Grant(RECEIVE_PACK, alice));
    }

    @Test
    @DisplayName("PUSH-5: serves the client that was served longest ago, whoever asked first")
    void longestUnservedFirst() {
        List<Client> crowd = IntStream.range(10, 10 + Tuning.DEFAULT.parallelPushes())
                .mapToObj(PushSchedulerTest::client)
                .toList();
        scheduler.request(SEND_PACK, alice);
        granted();
        scheduler.finished(SEND_PACK, alice);
        crowd.forEach(busy -> scheduler.request(SEND_PACK, busy));
        granted();

        scheduler.request(SEND_PACK, alice);
        scheduler.request(SEND_PACK, bob);
        scheduler.finished(SEND_PACK, crowd.get(0));

        assertThat(granted()).containsExactly(bob);
    }

    @Test
    @DisplayName("PUSH-11: refuses to clean up twice after one push")
    void endsOnce() {
        scheduler.request(SEND_PACK, alice);
        granted();
        scheduler.finished(SEND_PACK, alice);

        assertThatThrownBy(() -> scheduler.finished(SEND_PACK, alice)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    @DisplayName("forgets a request that is withdrawn before it starts")
    void withdrawn() {
        scheduler.request(RECEIVE_PACK, alice);

        assertThat(scheduler.withdraw(RECEIVE_PACK, alice)).isTrue();
        assertThat(scheduler.withdraw(RECEIVE_PACK, alice)).isFalse();
        assertThat(granted()).isEmpty();
        assertThat(scheduler.isIdle()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    @DisplayName("PUSH-3, PUSH-5: never doubles a push, and serves each of n waiting clients within n turns")
    void fairForAnyOrder(int seed) {
        Random random = new Random(seed);
        List<Client> clients =
                IntStream.range(0, 12).mapToObj(PushSchedulerTest::client).toList();
        Set<Client> running = new HashSet<>();
        Map<Client, Integer> waited = new HashMap<>();

        for (int step = 0; step < 2_000; step++) {
            Client asking = clients.get(random.nextInt(clients.size()));
            scheduler.request(SEND_PACK, asking);
            waited.putIfAbsent(asking, 0);
            if (!running.isEmpty() && random.nextBoolean()) {
                Client done = new ArrayList<>(running).get(random.nextInt(running.size()));
                running.remove(done);
                scheduler.finished(SEND_PACK, done);
            }
            for (Client next : granted()) {
                assertThat(running.add(next))
                        .as("push to %s is not doubled", next)
                        .isTrue();
                waited.remove(next);
                waited.replaceAll((client, turns) -> running.contains(client) ? 0 : turns + 1);
            }
            assertThat(waited.values()).allMatch(turns -> turns <= clients.size());
        }
    }

    private List<Client> granted() {
        return scheduler.next().stream().map(PushScheduler.Grant::client).toList();
    }

    private static Client client(int number) {
        return new Client(new DeviceId(String.format("%064x", number)), new UUID(0, number));
    }
}
