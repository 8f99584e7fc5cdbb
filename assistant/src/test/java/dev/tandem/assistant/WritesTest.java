package dev.tandem.assistant;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.assistant.store.Journal;
import dev.tandem.assistant.store.Store;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Writes that nobody waits for")
final class WritesTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    private final Store store = Store.inMemory();
    private final Queue<Runnable> thread = new ArrayDeque<>();
    private final List<RuntimeException> failures = new ArrayList<>();
    private final Writes writes = new Writes(store, thread::add, failures::add);

    @AfterEach
    void end() {
        store.close();
    }

    private void note(String type) {
        writes.add(() -> store.journal().append(NOON, type, null, Map.of()));
    }

    private List<String> written() {
        return store.journal().after(0, 5000, Optional.empty()).stream()
                .map(Journal.Entry::type)
                .toList();
    }

    @Test
    @DisplayName("SOJU-24: are taken at once and made later, in order, many in one go")
    void batched() {
        IntStream.range(0, 2500).forEach(i -> note("n" + i));
        assertThat(written()).isEmpty();
        assertThat(thread).hasSize(1);

        int turns = 0;
        while (!thread.isEmpty()) {
            thread.remove().run();
            turns++;
        }

        assertThat(turns).isEqualTo(3);
        assertThat(written())
                .containsExactlyElementsOf(
                        IntStream.range(0, 2500).mapToObj(i -> "n" + i).toList());
        note("later");
        assertThat(thread).hasSize(1);
    }

    @Test
    @DisplayName("one that fails takes no other along, and is told")
    void oneFails() {
        note("before");
        writes.add(() -> {
            throw new IllegalStateException("broken");
        });
        note("after");
        thread.remove().run();

        assertThat(written()).containsExactly("before", "after");
        assertThat(failures)
                .singleElement()
                .satisfies(failure -> assertThat(failure).hasMessage("broken"));
    }

    @Test
    @DisplayName("are bounded while the disk stands still, and what is left out is counted")
    void bounded() {
        for (int i = 0; i < Writes.MAX_WAITING + 7; i++) {
            writes.add(() -> {});
        }

        assertThat(writes.takeDropped()).isEqualTo(7);
        assertThat(writes.takeDropped()).isZero();
    }
}
