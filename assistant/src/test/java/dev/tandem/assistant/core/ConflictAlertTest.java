package dev.tandem.assistant.core;

import static dev.tandem.assistant.core.Steps.client;
import static dev.tandem.assistant.core.Steps.tips;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The alert of a conflict")
final class ConflictAlertTest {
    private static final Client PHONE = client(1);

    private final Steps steps = Steps.startedWith(tips(1)).knows(PHONE);

    @Test
    @DisplayName("SOJU-7, SOJU-9: is raised once for a variant that was kept, and over when the variant is gone")
    void keptAndGone() {
        List<KeptBoth> kept = List.of(new KeptBoth("a.txt", "a.variant-1.txt"));
        steps.then(new Event.PushOffered(PHONE, steps.comes(PHONE).number()));
        steps.then(new Event.Received(PHONE, null));
        steps.then(new Event.Integrated(tips(2), Set.of(PHONE.uuid()), List.of(), kept, ContentCount.NOTHING));
        assertThat(steps.all(Effect.Raise.class))
                .singleElement()
                .satisfies(alert -> assertThat(alert.text())
                        .contains("a.txt was changed on two devices")
                        .contains("a.variant-1.txt"));

        steps.then(new Event.Settled(Set.of("a.variant-1.txt")));
        List<FileChange> deleted = List.of(new FileChange("deleted", "a.variant-1.txt"));
        assertThat(steps.then(
                        new Event.Committed(tips(3), deleted, Set.of(), Set.of(), ContentCount.NOTHING),
                        Effect.Clear.class))
                .containsExactly(new Effect.Clear("conflict a.variant-1.txt"));
    }
}
