package dev.tandem.assistant.core;

import static dev.tandem.assistant.core.Steps.client;
import static dev.tandem.assistant.core.Steps.committed;
import static dev.tandem.assistant.core.Steps.tips;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("News of a head")
class GossipTest {
    /** The lowest UUID, so whoever relays for all the others. */
    private static final Client RELAY = client(1);

    private static final int ABOVE_SELF = 0x9000;

    private static List<Client> peers(int count, int from) {
        return IntStream.range(from, from + count).mapToObj(Steps::client).toList();
    }

    /** All are there and hold the same. */
    private static Steps among(List<Client> peers) {
        Steps steps = Steps.startedWith(tips(1));
        peers.forEach(steps::knows);
        peers.forEach(steps::comes);
        steps.then(new Event.ViewDue());
        for (int told = 0; told < tells(steps).size(); told++) {
            confirms(steps, tells(steps).get(told));
        }
        return steps;
    }

    private static List<Effect.Tell> tells(Steps steps) {
        return steps.all(Effect.Tell.class);
    }

    private static void confirms(Steps steps, Effect.Tell told) {
        Tips what = told.ours().tips();
        steps.then(new Event.TipsAnswered(
                told.client(),
                what,
                Reply.HAVE,
                new Announcement(what, told.ours().view(), false, 0)));
    }

    private static List<Effect.Tell> edit(Steps steps, int head) {
        steps.then(new Event.Settled(Set.of("f")));
        return steps.then(committed(tips(head)), Effect.Tell.class);
    }

    @Test
    @DisplayName("goes to everybody among few")
    void direct() {
        List<Client> peers = peers(8, 1);

        assertThat(edit(among(peers), 2)).extracting(Effect.Tell::client).containsExactlyInAnyOrderElementsOf(peers);
    }

    @Test
    @DisplayName("goes to one among many, who has the lowest UUID")
    void relayed() {
        Steps steps = among(peers(50, 1));

        assertThat(edit(steps, 2)).extracting(Effect.Tell::client).containsExactly(RELAY);
    }

    @Test
    @DisplayName("goes to everybody from who has the lowest UUID; and when all hold it, all are told so once")
    void asRelay() {
        List<Client> peers = peers(50, ABOVE_SELF);
        Steps steps = among(peers);

        List<Effect.Tell> told = edit(steps, 2);
        assertThat(told).extracting(Effect.Tell::client).containsExactlyInAnyOrderElementsOf(peers);
        told.subList(1, 50).forEach(each -> confirms(steps, each));
        int before = tells(steps).size();
        confirms(steps, told.get(0));

        List<Effect.Tell> last = tells(steps).subList(before, tells(steps).size());
        assertThat(last).hasSize(50).allMatch(tell -> tell.ours().settled());
        last.forEach(each -> confirms(steps, each));
        assertThat(tells(steps)).hasSize(before + 50);
    }

    @Test
    @DisplayName("is known to have reached everybody when the relay says so, and reaches the same")
    void settled() {
        Steps steps = among(peers(50, 1));
        Effect.Tell told = edit(steps, 2).get(0);
        confirms(steps, told);
        assertThat(steps.core.snapshot().state()).isEqualTo("syncing");

        steps.then(new Event.CanPush(RELAY, new Announcement(tips(2), 42, true, 0), 1));
        assertThat(steps.core.snapshot().state()).isEqualTo("syncing");

        steps.then(
                new Event.CanPush(RELAY, new Announcement(tips(2), told.ours().view(), true, 0), 1));
        assertThat(steps.core.snapshot().state()).isEqualTo("synced");
        assertThat(steps.core.snapshot().peers()).allMatch(peer -> peer.reason() == null);
    }

    @Test
    @DisplayName("goes to everybody if the relay does not confirm it in time")
    void slowRelay() {
        Steps steps = among(peers(50, 1));
        edit(steps, 2);

        assertThat(steps.then(new Event.RelayDue(tips(2)), Effect.Tell.class))
                .extracting(Effect.Tell::client)
                .containsExactly(client(2)); // the next relay, which may do better

        steps.then(new Event.LinkDown(client(2).device(), "gone"));
        assertThat(steps.then(new Event.ViewDue(), Effect.Tell.class))
                .extracting(Effect.Tell::client)
                .containsExactly(client(3));
    }

    @Test
    @DisplayName("goes to everybody if the relay does not reach whom we reach")
    void blindRelay() {
        Steps steps = among(peers(50, 1));
        edit(steps, 2);

        List<Effect.Tell> told = steps.then(
                new Event.TipsAnswered(RELAY, tips(2), Reply.HAVE, new Announcement(tips(2), 42, false, 0)),
                Effect.Tell.class);

        assertThat(told).extracting(Effect.Tell::client).containsExactlyInAnyOrderElementsOf(peers(49, 2));
    }

    @Test
    @DisplayName("does not wait for a relay that has gone")
    void lostRelay() {
        Steps steps = among(peers(50, 1));
        edit(steps, 2);
        steps.goes(RELAY);

        assertThat(steps.then(new Event.ViewDue(), Effect.Tell.class))
                .extracting(Effect.Tell::client)
                .containsExactly(client(2));
    }

    @Test
    @DisplayName("is said to the relay again when somebody came whom it may not reach")
    void newcomer() {
        Steps steps = among(peers(50, 1)).knows(client(60));
        confirms(steps, edit(steps, 2).get(0));
        steps.meets(client(60), tips(2));

        assertThat(steps.then(new Event.ViewDue(), Effect.Tell.class))
                .extracting(Effect.Tell::client)
                .containsExactly(RELAY);
    }

    @Test
    @DisplayName("is told to a peer one at a time, the newest last: edits on end are no queue")
    void oneAtATime() {
        Steps steps = among(peers(1, 1));
        assertThat(edit(steps, 2)).hasSize(1);
        for (int head = 3; head < 100; head++) {
            assertThat(edit(steps, head)).isEmpty();
        }

        assertThat(steps.then(
                        new Event.TipsAnswered(RELAY, tips(2), Reply.WANTED, Steps.says(tips(1))), Effect.Tell.class))
                .extracting(tell -> tell.ours().tips())
                .containsExactly(tips(99));
    }

    @Test
    @DisplayName("is taken from one peer when several offer it, and from another if that one breaks its word")
    void fromOne() {
        Steps steps = among(peers(3, 1));
        Announcement news = Steps.says(tips(2));

        steps.then(new Event.CanPush(client(2), news, 1));
        assertThat(steps.then(new Event.CanPush(client(3), news, 2), Effect.Answer.class))
                .extracting(Effect.Answer::said)
                .containsExactly(Reply.COMING);

        assertThat(steps.then(new Event.LinkDown(client(2).device(), "gone"), Effect.AskForPush.class))
                .containsExactly(new Effect.AskForPush(client(3)));
    }
}
