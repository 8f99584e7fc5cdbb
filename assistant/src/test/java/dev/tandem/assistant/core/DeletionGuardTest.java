package dev.tandem.assistant.core;

import static dev.tandem.assistant.core.Steps.client;
import static dev.tandem.assistant.core.Steps.committed;
import static dev.tandem.assistant.core.Steps.tips;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The guard against deletions of most of a folder")
final class DeletionGuardTest {
    private static final Client PHONE = client(1);
    private static final HeldDeletion HERE = new HeldDeletion(30, 40, null);
    private static final HeldDeletion THERE = new HeldDeletion(30, 40, "phone");

    private final Steps steps = Steps.startedWith(tips(1)).knows(PHONE);

    @ParameterizedTest
    @CsvSource({
        "11, 20, true",
        "10, 20, false",
        "19, 19, false",
        "21, 40, true",
        "20, 40, false",
        "1000000, 1000000, true"
    })
    @DisplayName("asks about more than half of a folder of at least 20 files")
    void limit(int vanished, int files, boolean asks) {
        assertThat(HeldDeletion.Limit.DEFAULT.isExceeded(vanished, files)).isEqualTo(asks);
        assertThat(new HeldDeletion.Limit(0, 50).isExceeded(vanished, files)).isFalse();
        assertThat(new HeldDeletion.Limit(1, 100).isExceeded(vanished, files)).isFalse();
    }

    @Test
    @DisplayName("holds what has vanished here: one alert and one line, no further job, the folder needs attention")
    void held() {
        steps.then(new Event.Settled(Set.of("a")));
        steps.then(new Event.DeletionHeld(HERE));

        assertThat(steps.core.snapshot().held()).isEqualTo(HERE);
        assertThat(steps.core.snapshot().state()).isEqualTo("attention");
        assertThat(steps.core.snapshot().reason()).contains("30 of 40").contains("tandem confirm");
        assertThat(steps.then(new Event.GitMoved(), Effect.Commit.class)).isEmpty();
        assertThat(steps.all(Effect.Raise.class)).hasSize(1);
    }

    @Test
    @DisplayName("looks again when files change: they may be back, and then all is as before")
    void lookAgain() {
        steps.then(new Event.Settled(Set.of("a")));
        steps.then(new Event.DeletionHeld(HERE));
        assertThat(steps.then(new Event.Settled(Set.of("a")), Effect.Commit.class))
                .hasSize(1);

        steps.then(new Event.DeletionHeld(HERE));
        assertThat(steps.all(Effect.Note.class).stream()
                        .filter(note -> note.type().equals("deletion-held")))
                .as("said once")
                .hasSize(1);
        steps.then(new Event.Settled(Set.of("a")));
        assertThat(steps.then(committed(tips(1)), Effect.Clear.class)).hasSize(1);
        assertThat(steps.core.snapshot().held()).isNull();
    }

    @Test
    @DisplayName("the user's word is passed on before the next job, once, and the alert is over")
    void decided() {
        steps.then(new Event.Settled(Set.of("a")));
        steps.then(new Event.DeletionHeld(HERE));

        steps.then(new Event.DeletionDecided(true));

        assertThat(steps.all(Effect.DecideDeletion.class)).containsExactly(new Effect.DecideDeletion(true));
        assertThat(steps.all(Effect.Clear.class)).hasSize(1);
        assertThat(steps.all(Effect.ScanAndCommit.class)).hasSize(2); // that of the start, and that of now
        assertThat(steps.then(new Event.DeletionDecided(false), Effect.DecideDeletion.class))
                .as("nothing is held any more")
                .isEmpty();
    }

    @Test
    @DisplayName("what a peer has deleted is held across commits of our own, and is not forgotten")
    void fromPeer() {
        long stream = steps.comes(PHONE).number();
        steps.then(new Event.PushOffered(PHONE, stream));
        assertThat(steps.then(new Event.Received(PHONE, null), Effect.Integrate.class))
                .hasSize(1);
        steps.then(new Event.DeletionHeld(THERE));
        steps.then(new Event.Settled(Set.of("mine")));
        assertThat(steps.then(committed(tips(2)), Effect.Integrate.class)).hasSize(1);
        steps.then(new Event.DeletionHeld(THERE));

        assertThat(steps.core.snapshot().held()).isEqualTo(THERE);
        assertThat(steps.core.snapshot().reason()).contains("deleted on phone");
    }
}
