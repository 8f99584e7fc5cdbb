package dev.tandem.assistant.core;

import static dev.tandem.assistant.core.Steps.client;
import static dev.tandem.assistant.core.Steps.committed;
import static dev.tandem.assistant.core.Steps.integrated;
import static dev.tandem.assistant.core.Steps.says;
import static dev.tandem.assistant.core.Steps.tips;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayName("A folder's core")
class FolderCoreTest {
    private static final Client PHONE = client(1);
    private static final Client DESK = client(2);

    @Nested
    @DisplayName("of several devices behind one account, and several repositories on one device")
    class ManyBehindOneAccount {
        private final Client second = client(1, 11);
        private final Steps steps =
                Steps.startedWith(tips(1)).knows(PHONE).knows(second).knows(DESK);

        @Test
        @DisplayName("PUSH-14: takes a push from each, and each clears its own entry in the desynced set only")
        void eachRepositoryCounts() {
            steps.comes(PHONE).comes(DESK);

            for (Client pusher : List.of(DESK, second, PHONE)) {
                assertThat(steps.snapshot(pusher).desynced()).isTrue();
                long stream = steps.number();
                assertThat(steps.then(new Event.PushOffered(pusher, stream), Effect.ReceivePush.class))
                        .containsExactly(new Effect.ReceivePush(pusher, stream));
                steps.then(new Event.Received(pusher, null));
                assertThat(steps.snapshot(pusher).desynced()).isFalse();
            }
        }

        @Test
        @DisplayName("PUSH-16: looks for content after the push of each that had diverged, once")
        void eachDivergedPushIsScannedFor() {
            steps.comes(PHONE).comes(DESK);
            int scans = steps.all(Effect.ScanContent.class).size();
            int head = 10;
            for (Client pusher : List.of(second, DESK, PHONE)) {
                steps.then(new Event.PushOffered(pusher, steps.number()));
                steps.then(new Event.Received(pusher, null));
                assertThat(steps.then(integrated(tips(++head), pusher), Effect.ScanContent.class))
                        .hasSize(1);
                // the next push of the same, without an absence between, is no reason to look again
                steps.then(new Event.PushOffered(pusher, steps.number()));
                steps.then(new Event.Received(pusher, null));
                assertThat(steps.then(integrated(tips(++head), pusher), Effect.ScanContent.class))
                        .isEmpty();
            }
            assertThat(steps.all(Effect.ScanContent.class)).hasSize(scans + 3);
        }

        @Test
        @DisplayName("tells each repository behind a link that comes up, and each only once")
        void eachIsTold() {
            assertThat(steps.then(
                            new Event.LinkUp(PHONE.device(), "phone", "alice@example.org", "in-band"),
                            Effect.Tell.class))
                    .extracting(Effect.Tell::client)
                    .containsExactlyInAnyOrder(PHONE, second);
        }
    }

    @Nested
    @DisplayName("keeps a desynced set:")
    class Desynced {
        private final Steps steps = Steps.startedWith(tips(1)).knows(PHONE);

        @Test
        @DisplayName("PUSH-16: joined on every link-up")
        void joinedOnLinkUp() {
            steps.meets(PHONE, tips(1));
            assertThat(steps.snapshot(PHONE).desynced()).isFalse();

            steps.goes(PHONE).comes(PHONE);

            assertThat(steps.snapshot(PHONE).desynced()).isTrue();
        }

        @Test
        @DisplayName("PUSH-16: joined at every start, whatever was stored: what happened meanwhile is in no journal")
        void joinedAtStart() {
            Steps restarted = Steps.startedWith(tips(1));

            restarted.then(new Event.PeerAdded(
                    PHONE, "phone", "alice@example.org", tips(1).head(), java.time.Instant.EPOCH, Set.of()));

            assertThat(restarted.snapshot(PHONE).desynced()).isTrue();
        }

        @Test
        @DisplayName("PUSH-16: left without a scan when both hold the same")
        void leftAsEqual() {
            int scans = steps.all(Effect.ScanContent.class).size();

            steps.meets(PHONE, tips(1));

            assertThat(steps.snapshot(PHONE).desynced()).isFalse();
            assertThat(steps.all(Effect.ScanContent.class)).hasSize(scans);
        }

        @Test
        @DisplayName("PUSH-16: left without a scan by a push that brings nothing new")
        void leftByAPushOfNothing() {
            int scans = steps.all(Effect.ScanContent.class).size();
            steps.comes(PHONE);
            steps.then(new Event.PushOffered(PHONE, 1));
            steps.then(new Event.Received(PHONE, null));

            steps.then(integrated(tips(1), PHONE));

            assertThat(steps.snapshot(PHONE).desynced()).isFalse();
            assertThat(steps.all(Effect.ScanContent.class)).hasSize(scans);
        }
    }

    @Nested
    @DisplayName("owes an absent client")
    class Owed {
        private final Steps steps = Steps.startedWith(tips(1)).knows(PHONE).knows(DESK);

        @Test
        @DisplayName("PUSH-17: one notice of a kind, however many months of changes there were")
        void oneNotice() {
            for (int change = 2; change < 1000; change++) {
                steps.then(new Event.Settled(Set.of("f")));
                steps.then(committed(tips(change)));
                steps.pass(Duration.ofHours(8));
            }
            steps.then(new Event.SyncRequested(1));
            steps.then(new Event.SyncRequested(2));

            assertThat(steps.all(Effect.Owe.class))
                    .containsExactlyInAnyOrder(
                            new Effect.Owe(PHONE, Notice.CAN_PUSH),
                            new Effect.Owe(DESK, Notice.CAN_PUSH),
                            new Effect.Owe(PHONE, Notice.PUSH_REQUEST),
                            new Effect.Owe(DESK, Notice.PUSH_REQUEST));
        }

        @Test
        @DisplayName("PUSH-17: and says it once when it comes back, with what holds then")
        void saidOnReturn() {
            for (int change = 2; change < 100; change++) {
                steps.then(new Event.Settled(Set.of("f")));
                steps.then(committed(tips(change)));
            }
            steps.then(new Event.SyncRequested(1));
            int before = steps.all(Effect.Tell.class).size();

            steps.comes(PHONE);

            assertThat(steps.all(Effect.Tell.class).subList(before, before + 1))
                    .extracting(Effect.Tell::client, tell -> tell.ours().tips())
                    .containsExactly(org.assertj.core.groups.Tuple.tuple(PHONE, tips(99)));
            assertThat(steps.all(Effect.Tell.class)).hasSize(before + 1);
            assertThat(steps.all(Effect.AskForPush.class)).containsExactly(new Effect.AskForPush(PHONE));
        }

        @Test
        @DisplayName("PUSH-17: nothing more once it has answered; what the store held before a restart counts")
        void settled() {
            Steps restarted = Steps.startedWith(tips(5));
            restarted.then(new Event.PeerAdded(
                    PHONE, "phone", "alice@example.org", null, null, Set.of(Notice.CAN_PUSH, Notice.PUSH_REQUEST)));
            restarted.then(new Event.LinkUp(PHONE.device(), "phone", "alice@example.org", "in-band"));
            assertThat(restarted.all(Effect.AskForPush.class)).hasSize(1);

            restarted.holds(PHONE, tips(5));
            restarted.then(new Event.PushAsked(PHONE, null));

            assertThat(restarted.all(Effect.Settle.class))
                    .containsExactlyInAnyOrder(
                            new Effect.Settle(PHONE, Notice.CAN_PUSH), new Effect.Settle(PHONE, Notice.PUSH_REQUEST));
        }
    }

    @Nested
    @DisplayName("lets in")
    class Gate {
        private final Steps steps = Steps.startedWith(tips(1)).knows(PHONE);
        private final Client stranger = new Client(PHONE.device(), new UUID(77, 7));

        @Test
        @DisplayName("PUSH-13: no repository that was not paired: refused each time, journalled once")
        void strangersAreRefused() {
            steps.comes(PHONE);
            for (int i = 0; i < 5; i++) {
                assertThat(steps.then(new Event.CanPush(stranger, says(tips(9)), i), Effect.Refuse.class))
                        .hasSize(1);
                assertThat(steps.then(new Event.PushOffered(stranger, i), Effect.RefusePush.class))
                        .hasSize(1);
                assertThat(steps.then(new Event.PushRequested(stranger, i), Effect.Refuse.class))
                        .hasSize(1);
            }

            assertThat(steps.all(Effect.Note.class))
                    .filteredOn(note -> note.type().equals("refused"))
                    .hasSize(1)
                    .first()
                    .extracting(note -> note.fields().get("reason"))
                    .asString()
                    .contains(stranger.uuid().toString());
            assertThat(steps.all(Effect.ReceivePush.class)).isEmpty();
        }

        @Test
        @DisplayName("PUSH-13: nobody while it is paused, and says so")
        void paused() {
            steps.comes(PHONE);
            steps.then(new Event.PauseSet(true));

            assertThat(steps.then(new Event.PushOffered(PHONE, 1), Effect.RefusePush.class))
                    .containsExactly(new Effect.RefusePush(1, "the folder is paused on laptop"));
        }
    }

    @Nested
    @DisplayName("runs pushes:")
    class PushesOfIt {
        private final Tuning one = new Tuning(
                1,
                Tuning.DEFAULT.parallelFetches(),
                Tuning.DEFAULT.directPeers(),
                Tuning.DEFAULT.mergeWait(),
                Tuning.DEFAULT.relayPatience(),
                Tuning.DEFAULT.promise());
        private final Steps steps = Steps.startedWith(tips(5), one).knows(PHONE).knows(DESK);

        @Test
        @DisplayName("PUSH-7: answers a CanPush in the same step, whatever else runs and waits")
        void answersAtOnce() {
            steps.meets(PHONE, tips(1)).meets(DESK, tips(1));
            steps.then(new Event.PushOffered(PHONE, 1));
            assertThat(steps.all(Effect.SendPush.class)).hasSize(1);

            assertThat(steps.then(new Event.CanPush(DESK, says(tips(5)), 8), Effect.Answer.class))
                    .extracting(Effect.Answer::reply, Effect.Answer::said)
                    .containsExactly(org.assertj.core.groups.Tuple.tuple(8L, Reply.HAVE));
            assertThat(steps.then(new Event.CanPush(DESK, says(tips(6)), 9), Effect.Compare.class))
                    .hasSize(1);
        }

        @Test
        @DisplayName("PUSH-4: sends to and receives from the same peer at once, so two that push both finish")
        void bothAtOnce() {
            steps.meets(PHONE, tips(1));
            assertThat(steps.all(Effect.SendPush.class)).hasSize(1);

            assertThat(steps.then(new Event.PushOffered(PHONE, 1), Effect.ReceivePush.class))
                    .hasSize(1);
        }

        @Test
        @DisplayName("PUSH-11: a lost link takes back what waits, and refuses the stream that waits, once")
        void linkLoss() {
            steps.meets(PHONE, tips(1)).meets(DESK, tips(1));
            steps.then(new Event.PushOffered(PHONE, 1));
            steps.then(new Event.PushOffered(DESK, 2));
            assertThat(steps.why(DESK)).isEqualTo("waiting its turn behind peer-1");

            assertThat(steps.then(new Event.LinkDown(DESK.device(), "gone"), Effect.RefusePush.class))
                    .containsExactly(new Effect.RefusePush(2, "gone"));
            steps.then(new Event.Sent(PHONE, tips(5), null));
            steps.then(new Event.Received(PHONE, null));

            assertThat(steps.all(Effect.SendPush.class))
                    .extracting(Effect.SendPush::client)
                    .containsExactly(PHONE);
            assertThat(steps.all(Effect.ReceivePush.class))
                    .extracting(Effect.ReceivePush::client)
                    .containsExactly(PHONE);
            assertThat(steps.all(Effect.RefusePush.class)).hasSize(1);
        }

        @Test
        @DisplayName("a newer offer of the same peer takes the place of one that waits")
        void newerOffer() {
            steps.comes(PHONE).comes(DESK);
            steps.then(new Event.PushOffered(PHONE, 1));
            steps.then(new Event.PushOffered(DESK, 2));

            assertThat(steps.then(new Event.PushOffered(DESK, 3), Effect.RefusePush.class))
                    .extracting(Effect.RefusePush::stream)
                    .containsExactly(2L);
            assertThat(steps.then(new Event.Received(PHONE, null), Effect.ReceivePush.class))
                    .containsExactly(new Effect.ReceivePush(DESK, 3));
        }

        @Test
        @DisplayName("PUSH-16: pushes nothing to a peer that holds the same, nor again what it got and has not merged")
        void noPushWithoutNeed() {
            steps.meets(PHONE, tips(5));
            assertThat(steps.all(Effect.SendPush.class)).isEmpty();

            steps.meets(DESK, tips(1));
            steps.then(new Event.Sent(DESK, tips(5), null));
            steps.then(new Event.TellAgain(DESK));
            steps.holds(DESK, tips(1));

            assertThat(steps.all(Effect.SendPush.class)).hasSize(1);
            assertThat(steps.why(DESK)).isEqualTo("has what was pushed, and has not merged it yet");
        }
    }

    @Nested
    @DisplayName("on a manual sync")
    class ManualSync {
        private final Steps steps =
                Steps.startedWith(tips(1)).knows(PHONE).knows(DESK).knows(client(3), "old", "bob@example.org");

        @Test
        @DisplayName("asks every peer to push and tells every peer, also those that are known to hold the same")
        void asksAll() {
            steps.meets(PHONE, tips(1)).meets(DESK, tips(1));

            List<Effect> effects = steps.then(new Event.SyncRequested(1));

            assertThat(effects)
                    .filteredOn(Effect.AskForPush.class::isInstance)
                    .containsExactlyInAnyOrder(new Effect.AskForPush(PHONE), new Effect.AskForPush(DESK));
            assertThat(effects)
                    .filteredOn(Effect.Tell.class::isInstance)
                    .extracting(effect -> ((Effect.Tell) effect).client())
                    .containsExactlyInAnyOrder(PHONE, DESK);
        }

        @Test
        @DisplayName("waits until each has said anew that it holds the same; an old word does not count")
        void waitsForAll() {
            steps.meets(PHONE, tips(1)).meets(DESK, tips(1));
            steps.then(new Event.SyncRequested(1));
            assertThat(steps.then(committed(tips(1)), Effect.SyncEnded.class)).isEmpty();
            steps.then(integrated(tips(1), PHONE, DESK));
            steps.holds(PHONE, tips(1));
            assertThat(steps.all(Effect.SyncEnded.class)).isEmpty();

            steps.holds(DESK, tips(1));

            assertThat(steps.all(Effect.SyncEnded.class))
                    .containsExactly(new Effect.SyncEnded(
                            1, tips(1).head(), List.of("peer-1", "peer-2"), List.of("old"), Map.of(), null, 0));
        }

        @Test
        @DisplayName("names, when time is up, exactly those that did not answer, each with the reason")
        void timesOut() {
            steps.meets(PHONE, tips(1)).meets(DESK, tips(1));
            steps.then(new Event.SyncRequested(1));
            steps.then(committed(tips(2)));
            steps.holds(PHONE, tips(1)); // answers the question before, so it is told the newest
            steps.holds(PHONE, tips(2));

            steps.then(new Event.SyncTimedOut(1));

            assertThat(steps.all(Effect.SyncEnded.class)).singleElement().satisfies(end -> {
                assertThat(end.confirmed()).containsExactly("peer-1");
                assertThat(end.unreachable()).containsExactly("old");
                assertThat(end.missing()).containsExactly(Map.entry("peer-2", "being asked what it holds"));
            });
        }

        @Test
        @DisplayName("ends at once while the folder is paused, and says so")
        void paused() {
            steps.then(new Event.PauseSet(true));

            assertThat(steps.then(new Event.SyncRequested(1), Effect.SyncEnded.class))
                    .singleElement()
                    .extracting(Effect.SyncEnded::obstacle)
                    .isEqualTo("it is paused");
        }
    }

    @Test
    @DisplayName("looks again when a job ran while it looked, so that neither can set the tips back")
    void lookRacesJob() {
        Steps steps = Steps.startedWith(tips(1));
        assertThat(steps.then(new Event.GitMoved(), Effect.LookAtRepository.class))
                .hasSize(1);
        steps.then(new Event.Settled(Set.of("f")));
        steps.then(committed(tips(2)));

        assertThat(steps.then(new Event.RepositorySeen(tips(1), null, false), Effect.LookAtRepository.class))
                .hasSize(1);
        assertThat(steps.core.snapshot().tips()).isEqualTo(tips(2));

        steps.then(new Event.RepositorySeen(tips(3), null, false));
        assertThat(steps.core.snapshot().tips()).isEqualTo(tips(3));
    }

    @Test
    @DisplayName(
            "merges what others have pushed once more when the user's git has set the branch back, since no push does")
    void setBack() {
        Steps steps = Steps.startedWith(tips(2)).knows(PHONE);
        steps.comes(PHONE);
        steps.then(new Event.GitMoved());

        assertThat(steps.then(new Event.RepositorySeen(tips(1), null, false), Effect.Integrate.class))
                .containsExactly(new Effect.Integrate(Set.of(PHONE.uuid())));

        steps.then(new Event.GitMoved());
        assertThat(steps.then(new Event.RepositorySeen(tips(1), null, false), Effect.Integrate.class))
                .isEmpty();
    }

    @Test
    @DisplayName("PUSH-19: tries again what failed, later each time, and forgets the failure when both hold the same")
    void failures() {
        Steps steps = Steps.startedWith(tips(1)).knows(PHONE);
        steps.comes(PHONE);

        assertThat(steps.then(new Event.TellFailed(PHONE, "no answer in time"), Effect.Later.class))
                .contains(new Effect.Later(Duration.ofSeconds(2), new Event.TellAgain(PHONE)));
        assertThat(steps.why(PHONE)).isEqualTo("no answer in time");
        steps.then(new Event.TellAgain(PHONE));
        assertThat(steps.then(new Event.TellFailed(PHONE, "no answer in time"), Effect.Later.class))
                .contains(new Effect.Later(Duration.ofSeconds(4), new Event.TellAgain(PHONE)));
        assertThat(steps.why(PHONE)).isEqualTo("no answer in time (tried 2 times)");

        steps.then(new Event.CanPush(PHONE, says(tips(1)), 1));

        assertThat(steps.why(PHONE)).isNull();
        assertThat(steps.all(Effect.Note.class))
                .filteredOn(note -> note.type().equals("peer-failed"))
                .hasSize(1);
    }
}
