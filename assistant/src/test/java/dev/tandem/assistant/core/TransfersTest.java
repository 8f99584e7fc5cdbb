package dev.tandem.assistant.core;

import static dev.tandem.assistant.core.Steps.client;
import static dev.tandem.assistant.core.Steps.tips;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The large files of a folder")
class TransfersTest {
    private static final Client PHONE = client(2);
    private static final Client SERVER = client(3);
    private static final String KEY = "SHA256E-s5--" + "a".repeat(64);

    private Steps steps;
    private Tips held = tips(1);

    @BeforeEach
    void linked() {
        steps = Steps.startedWith(tips(1)).knows(PHONE).knows(SERVER);
        steps.meets(PHONE, tips(1)).meets(SERVER, tips(1));
    }

    private List<Effect.FetchContent> found() {
        return found(PHONE, SERVER);
    }

    private List<Effect.FetchContent> found(Client... holders) {
        steps.then(new Event.Settled(Set.of("film.mkv")));
        steps.then(new Event.Committed(tips(1), List.of(), Set.of(), Set.of(), new ContentCount(1, true)));
        Want want = new Want(
                KEY,
                "film.mkv",
                5,
                false,
                Set.of(holders).stream().map(Client::uuid).collect(Collectors.toSet()));
        return steps.then(new Event.ContentFound(List.of(want), false, 1, 0, ""), Effect.FetchContent.class);
    }

    @Test
    @DisplayName("FETCH-2: come from the device that is connected directly, also if that came after the link")
    void direct() {
        steps.then(new Event.Rerouted(SERVER.device(), "direct"));

        assertThat(found())
                .singleElement()
                .satisfies(fetch -> assertThat(fetch.from()).isEqualTo(SERVER));
    }

    @Test
    @DisplayName("FETCH-2: come from a device whose direct connection is lost only as from any other")
    void noLongerDirect() {
        steps.then(new Event.Rerouted(SERVER.device(), "direct"));
        steps.then(new Event.LinkDown(SERVER.device(), "cut"));
        steps.comes(SERVER);
        steps.then(new Event.Rerouted(PHONE.device(), "direct"));

        assertThat(found())
                .singleElement()
                .satisfies(fetch -> assertThat(fetch.from()).isEqualTo(PHONE));
    }

    @Test
    @DisplayName(
            "FETCH-8: are looked for elsewhere when the one device that had them is gone, and no sync waits for it")
    void holderGone() {
        long fetch = found(PHONE).get(0).fetch();

        assertThat(steps.then(new Event.LinkDown(PHONE.device(), "cut"), Effect.FindContent.class))
                .hasSize(1);
        steps.then(new Event.FetchEnded(fetch, PHONE, "it broke off"));
        steps.then(new Event.ContentFound(List.of(), false, 1, 1, "film.mkv"));
        steps.then(new Event.ContentFound(List.of(), false, 1, 1, "film.mkv"));
        steps.then(new Event.GetRequested(7));
        steps.then(new Event.ContentFound(List.of(), false, 1, 1, "film.mkv"));

        assertThat(steps.all(Effect.GetEnded.class)).containsExactly(new Effect.GetEnded(7));
    }

    @Test
    @DisplayName("are said to be out of reach when they have been for a while, and that ends when they are not")
    void outOfReach() {
        found();
        steps.then(new Event.ContentFound(List.of(), false, 2, 2, "film.mkv (no device is known to have it)"));
        assertThat(steps.all(Effect.Raise.class)).isEmpty();
        steps.pass(Transfers.OUT_OF_REACH);

        assertThat(steps.then(new Event.FetchDue(), Effect.Raise.class))
                .singleElement()
                .satisfies(alert ->
                        assertThat(alert.text()).contains("2 large files").contains("film.mkv"));

        assertThat(steps.then(new Event.ContentFound(List.of(), false, 0, 0, ""), Effect.Clear.class))
                .hasSize(1);
    }

    @Test
    @DisplayName("are looked for again when a device says where they are, at most once a second while it goes on")
    void newLocations() {
        found();
        steps.then(new Event.ContentFound(List.of(), false, 1, 1, "film.mkv (last known on laptop)"));

        assertThat(learns("a")).hasSize(1);
        steps.then(new Event.ContentFound(List.of(), false, 1, 1, "film.mkv (last known on laptop)"));
        assertThat(learns("b")).isEmpty();
        assertThat(learns("c")).isEmpty();
        steps.pass(Duration.ofSeconds(1));
        assertThat(steps.then(new Event.FetchDue(), Effect.FindContent.class)).hasSize(1);
    }

    private List<Effect.FindContent> learns(String digit) {
        steps.then(new Event.RepositorySeen(held, null, true));
        held = new Tips(tips(1).head(), digit.repeat(40));
        return steps.then(
                new Event.Integrated(held, Set.of(PHONE.uuid()), List.of(), List.of(), new ContentCount(1, false)),
                Effect.FindContent.class);
    }

    @Test
    @DisplayName("wait while they are held: what was under way is cancelled, no sync waits for them, and they go on after")
    void held() {
        long fetch = found(PHONE).get(0).fetch();

        assertThat(steps.then(new Event.ContentsHeld("large files wait"), Effect.CancelFetch.class))
                .containsExactly(new Effect.CancelFetch(fetch));
        steps.then(new Event.FetchEnded(fetch, PHONE, "cancelled"));
        assertThat(steps.then(new Event.GetRequested(7), Effect.FindContent.class)).isEmpty();
        assertThat(steps.all(Effect.GetEnded.class)).containsExactly(new Effect.GetEnded(7));

        assertThat(steps.then(new Event.ContentsHeld(null), Effect.FindContent.class)).hasSize(1);
    }
}
