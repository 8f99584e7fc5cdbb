package dev.tandem.assistant.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The git remotes of a folder")
class RemotesTest {
    private static final Tips OURS = Steps.tips(1);
    private static final RemoteAddress DRIVE = new RemoteAddress("drive", "/mnt/drive", true);
    private static final RemoteAddress SERVER = new RemoteAddress("server", "ssh://server/x", false);
    private static final RemoteReport AWAY = new RemoteReport(RemoteReport.Kind.AWAY, "/mnt/drive is not there");
    private static final RemoteReport REFUSED = new RemoteReport(RemoteReport.Kind.REFUSED, "permission denied");
    private static final RemoteReport OVERTAKEN = new RemoteReport(RemoteReport.Kind.OVERTAKEN, "others were faster");
    private static final UUID ANNEX = new UUID(7, 7);

    private final Steps steps = Steps.startedWith(OURS);

    private List<Effect.FetchRemote> seen(RemoteAddress... remotes) {
        return steps.then(new Event.RemotesSeen(List.of(remotes)), Effect.FetchRemote.class);
    }

    private static Event fetched(String name, boolean news, Tips held) {
        return new Event.RemoteFetched(name, RemoteReport.DONE, news, held, null);
    }

    private static Event failed(String name, RemoteReport report) {
        return new Event.RemoteFetched(name, report, false, Tips.NONE, null);
    }

    private static Event pushed(String name, RemoteReport report, Tips held) {
        return new Event.RemotePushed(name, report, false, held);
    }

    /** The timer that was set last. */
    private Effect.Later timer() {
        return steps.all(Effect.Later.class).stream()
                .filter(later -> later.event() instanceof Event.RemoteDue)
                .reduce((older, newer) -> newer)
                .orElseThrow();
    }

    /** It rings, at the right time or not. */
    private List<Effect.FetchRemote> ring() {
        return steps.then(timer().event(), Effect.FetchRemote.class);
    }

    private FolderSnapshot.RemoteSnapshot remote() {
        return steps.core.snapshot().remotes().get(0);
    }

    /** A remote that holds what we hold. */
    private void inSync(RemoteAddress address) {
        seen(address);
        steps.then(fetched(address.name(), false, OURS));
    }

    private Tips moveOn(int head) {
        Tips moved = Steps.tips(head);
        steps.then(new Event.GitMoved());
        steps.then(new Event.RepositorySeen(moved, null, false));
        return moved;
    }

    @Test
    @DisplayName("REMOTE-2: one that is new is fetched from, and pushed to unless it holds the same")
    void first() {
        assertThat(seen(DRIVE)).containsExactly(new Effect.FetchRemote("drive"));
        assertThat(remote().state()).isEqualTo("unknown");
        assertThat(seen(DRIVE)).isEmpty();

        assertThat(steps.then(fetched("drive", false, Tips.NONE), Effect.PushRemote.class))
                .containsExactly(new Effect.PushRemote("drive", false));
        assertThat(steps.then(pushed("drive", RemoteReport.DONE, OURS))).noneMatch(Effect.PushRemote.class::isInstance);
        assertThat(remote().state()).isEqualTo("ok");
    }

    @Test
    @DisplayName("what it had is merged before anything is pushed to it, by the one queue of the folder")
    void news() {
        seen(DRIVE);

        List<Effect> effects = steps.then(fetched("drive", true, Steps.tips(2)));
        assertThat(effects).hasAtLeastOneElementOfType(Effect.Integrate.class);
        assertThat(effects).noneMatch(Effect.PushRemote.class::isInstance);

        Event merged = Steps.integrated(Steps.tips(3), new Client(Steps.device(1), Steps.SELF));
        assertThat(steps.then(merged, Effect.PushRemote.class)).hasSize(1);
    }

    @Test
    @DisplayName("REMOTE-1: what moves while a round is under way gets a round of its own, after it")
    void oneAtATime() {
        seen(DRIVE);
        Tips moved = moveOn(2);
        assertThat(steps.all(Effect.FetchRemote.class)).hasSize(1);

        steps.then(fetched("drive", false, Tips.NONE));
        assertThat(steps.then(pushed("drive", RemoteReport.DONE, moved), Effect.FetchRemote.class))
                .isEmpty();
        moveOn(3);
        assertThat(steps.all(Effect.FetchRemote.class)).hasSize(2);
    }

    @Test
    @DisplayName("REMOTE-2: a server gets a moment between two rounds, a path none")
    void pause() {
        inSync(SERVER);
        moveOn(2);
        assertThat(steps.all(Effect.FetchRemote.class)).hasSize(1);

        steps.pass(Remotes.PAUSE);
        assertThat(ring()).hasSize(1);
    }

    @Test
    @DisplayName("REMOTE-2: a path is looked at every five seconds, a server every five minutes")
    void looks() {
        inSync(DRIVE);
        assertThat(timer().delay()).isEqualTo(Remotes.LOOK_AT_PATH);
        Event first = timer().event();
        assertThat(ring()).hasSize(1); // the clock may have been set back meanwhile
        assertThat(steps.then(first, Effect.FetchRemote.class)).isEmpty();

        inSync(SERVER);
        assertThat(timer().delay()).isEqualTo(Remotes.ASK_SERVER);
    }

    @Test
    @DisplayName("REMOTE-3: an overtaken push begins anew with a fetch, five times, then goes under our own name")
    void overtaken() {
        seen(DRIVE);
        for (int i = 0; i < Remotes.PUSHES_MAX; i++) {
            assertThat(steps.then(fetched("drive", false, Steps.tips(100 + i)), Effect.PushRemote.class))
                    .containsExactly(new Effect.PushRemote("drive", false));
            assertThat(steps.then(pushed("drive", OVERTAKEN, Tips.NONE), Effect.FetchRemote.class))
                    .hasSize(1);
        }

        assertThat(steps.then(fetched("drive", false, Steps.tips(200)), Effect.PushRemote.class))
                .containsExactly(new Effect.PushRemote("drive", true));
        steps.then(pushed("drive", RemoteReport.DONE, OURS));
        assertThat(remote().state()).isEqualTo("ok");
    }

    @Test
    @DisplayName("REMOTE-4: one that is away is said once, without an alert, and once when it is back")
    void away() {
        seen(DRIVE);
        for (int i = 0; i < 3; i++) {
            steps.then(failed("drive", AWAY));
            assertThat(remote().state()).isEqualTo("failing");
            assertThat(remote().lastError()).isEqualTo("/mnt/drive is not there");
            steps.pass(Remotes.LOOK_AT_PATH);
            assertThat(ring()).hasSize(1);
        }
        steps.then(fetched("drive", false, OURS));

        assertThat(steps.all(Effect.Raise.class)).isEmpty();
        assertThat(steps.all(Effect.Note.class).stream().map(Effect.Note::type))
                .containsExactly("remote-away", "remote-back");
        assertThat(remote().lastError()).isNull();
    }

    @Test
    @DisplayName("REMOTE-4: one that refuses is an alert, until it no longer does")
    void refused() {
        seen(SERVER);
        steps.then(failed("server", REFUSED));
        assertThat(steps.all(Effect.Raise.class))
                .hasSize(1)
                .allMatch(raise -> raise.text().contains("permission denied"));

        steps.pass(Duration.ofSeconds(2));
        ring();
        assertThat(steps.then(fetched("server", false, OURS), Effect.Clear.class))
                .containsExactly(new Effect.Clear("remote server"));
    }

    @Test
    @DisplayName("REMOTE-5: a server that is away is asked after 2, 4, 8 … 256 seconds, at once when a user asks")
    void backOff() {
        seen(SERVER);
        for (long seconds : new long[] {2, 4, 8, 16, 32, 64, 128, 256, 256}) {
            steps.then(failed("server", AWAY));
            assertThat(timer().delay()).isEqualTo(Duration.ofSeconds(seconds));
            steps.pass(Duration.ofSeconds(seconds));
            assertThat(ring()).hasSize(1);
        }
        steps.then(failed("server", AWAY));

        assertThat(steps.then(new Event.SyncRequested(1), Effect.FetchRemote.class))
                .hasSize(1);
    }

    /** What a sync asks of the files and the repository. */
    private void nothingElseToDo(Tips tips) {
        steps.then(Steps.committed(tips));
        steps.then(new Event.RepositorySeen(tips, null, false));
        steps.then(new Event.RepositorySeen(tips, null, false));
    }

    @Test
    @DisplayName("REMOTE-6: a manual sync ends once a round that began after it has ended")
    void sync() {
        seen(DRIVE);
        steps.then(new Event.SyncRequested(1));
        nothingElseToDo(OURS);
        steps.then(fetched("drive", false, OURS)); // of before
        assertThat(steps.all(Effect.SyncEnded.class)).isEmpty();

        steps.then(fetched("drive", false, Tips.NONE));
        assertThat(steps.all(Effect.SyncEnded.class)).isEmpty();
        assertThat(steps.then(pushed("drive", RemoteReport.DONE, OURS), Effect.SyncEnded.class))
                .hasSize(1)
                .allMatch(end -> end.unreachable().isEmpty());
    }

    @Test
    @DisplayName("REMOTE-6: a manual sync does not wait for one that fails, and names it")
    void syncWithout() {
        seen(DRIVE);
        steps.then(failed("drive", AWAY));
        steps.then(new Event.SyncRequested(1));
        nothingElseToDo(OURS);

        assertThat(steps.then(failed("drive", AWAY), Effect.SyncEnded.class))
                .hasSize(1)
                .allMatch(end -> end.unreachable().equals(List.of("drive")));
    }

    @Test
    @DisplayName("REMOTE-6: a manual sync that times out says which remote it waited for, and why")
    void syncTimedOut() {
        seen(DRIVE);
        steps.then(new Event.SyncRequested(1));

        assertThat(steps.then(new Event.SyncTimedOut(1), Effect.SyncEnded.class))
                .hasSize(1)
                .allMatch(end -> "being fetched from".equals(end.missing().get("drive")));
    }

    @Test
    @DisplayName("REMOTE-7: nothing begins while the folder is paused, everything is caught up with afterwards")
    void paused() {
        steps.then(new Event.PauseSet(true));
        assertThat(seen(DRIVE)).isEmpty();

        assertThat(steps.then(new Event.PauseSet(false), Effect.FetchRemote.class))
                .hasSize(1);
    }

    @Test
    @DisplayName("one with an annex is sent contents once it holds our tips, and not again before they move")
    void contents() {
        seen(DRIVE);
        Event annexed = new Event.RemoteFetched("drive", RemoteReport.DONE, false, OURS, ANNEX);
        assertThat(steps.then(annexed, Effect.SendToRemote.class))
                .containsExactly(new Effect.SendToRemote("drive", ANNEX, OURS));
        steps.then(new Event.ContentsSent("drive", RemoteReport.DONE, OURS));
        assertThat(remote().state()).isEqualTo("ok");

        steps.pass(Remotes.LOOK_AT_PATH);
        ring();
        assertThat(steps.then(annexed, Effect.SendToRemote.class)).isEmpty();
    }

    @Test
    @DisplayName("contents come from a remote like from a device; without it they are out of reach, and said to be")
    void fetching() {
        seen(DRIVE);
        steps.then(new Event.RemoteFetched("drive", RemoteReport.DONE, false, OURS, ANNEX));
        steps.then(new Event.ContentsSent("drive", RemoteReport.DONE, OURS));
        steps.then(new Event.ContentScanned(1));
        Want want = new Want("SHA256E-s1--x", "x", 1, false, java.util.Set.of(ANNEX));
        assertThat(steps.all(Effect.FindContent.class))
                .last()
                .matches(find -> find.reachable().contains(ANNEX));

        List<Effect.FetchFromRemote> fetches =
                steps.then(new Event.ContentFound(List.of(want), false, 1, 0, ""), Effect.FetchFromRemote.class);
        assertThat(fetches).hasSize(1).allMatch(fetch -> fetch.name().equals("drive"));
        steps.then(new Event.FetchEnded(fetches.get(0).fetch(), fetches.get(0).from(), "unmounted"));
        steps.pass(Remotes.LOOK_AT_PATH);
        ring();
        assertThat(steps.then(failed("drive", AWAY), Effect.FindContent.class))
                .hasSize(1)
                .noneMatch(find -> find.reachable().contains(ANNEX));
    }

    @Test
    @DisplayName("one that is no longer configured is forgotten, and what comes of it is not heeded")
    void forgotten() {
        seen(DRIVE);
        assertThat(seen()).isEmpty();

        assertThat(steps.then(fetched("drive", true, Tips.NONE))).isEmpty();
        assertThat(steps.then(new Event.RemoteDue("drive", 1))).isEmpty();
        assertThat(steps.core.snapshot().remotes()).isEmpty();
    }
}
