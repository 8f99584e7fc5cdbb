package dev.tandem.assistant.core;

import static dev.tandem.assistant.core.Steps.client;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.assistant.core.TransferScheduler.Fetch;
import dev.tandem.assistant.core.TransferScheduler.Source;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The transfer scheduler")
class TransferSchedulerTest {
    private static final Client PHONE = client(1);
    private static final Client DESK = client(2);
    private static final long LARGE = TransferScheduler.LARGE_BYTES;

    private final TransferScheduler scheduler = new TransferScheduler(4);
    private final Set<Client> pushing = new HashSet<>();
    private Instant now = Instant.EPOCH;
    private List<Source> sources = List.of(new Source(PHONE, 0), new Source(DESK, 0));

    private void wants(String key, long bytes, Client... holders) {
        wants(key, bytes, false, holders);
    }

    private void wants(String key, long bytes, boolean urgent, Client... holders) {
        Set<UUID> who = Arrays.stream(holders).map(Client::uuid).collect(Collectors.toSet());
        scheduler.want(new Want(key, key, bytes, urgent, who));
    }

    private Optional<Fetch> next() {
        return scheduler.next(sources, pushing::contains, now);
    }

    private List<String> nextKeys() {
        return next().stream()
                .flatMap(fetch -> fetch.wants().stream())
                .map(Want::key)
                .toList();
    }

    @Test
    @DisplayName("FETCH-1: takes what a user waits for first, then the smallest")
    void order() {
        wants("large", LARGE, PHONE);
        wants("small", LARGE - 1, PHONE);
        wants("asked", LARGE * 9, true, PHONE);

        assertThat(nextKeys()).containsExactly("asked");
        assertThat(nextKeys()).containsExactly("small");
    }

    @Test
    @DisplayName("FETCH-2: takes it by the best link, and among equals from whoever is asked for least")
    void bestLink() {
        sources = List.of(new Source(PHONE, 1), new Source(DESK, 0), new Source(client(3), 0));
        wants("a", TransferScheduler.TOGETHER_BYTES, PHONE, DESK);
        wants("b", TransferScheduler.TOGETHER_BYTES, PHONE, DESK, client(3));
        wants("c", TransferScheduler.TOGETHER_BYTES, PHONE);

        assertThat(next()).map(Fetch::from).contains(DESK);
        assertThat(next()).map(Fetch::from).contains(client(3));
        assertThat(next()).map(Fetch::from).contains(PHONE);
    }

    @Test
    @DisplayName("FETCH-3: runs two of one client at most, and no more than are allowed in all")
    void parallel() {
        for (int i = 0; i < 10; i++) {
            wants("p" + i, TransferScheduler.TOGETHER_BYTES, PHONE);
        }
        assertThat(next()).isPresent();
        Fetch second = next().orElseThrow();
        assertThat(next()).isEmpty();

        second.wants().forEach(want -> scheduler.here(second.number(), want.key()));
        scheduler.ended(second.number());
        assertThat(next()).isPresent();
    }

    @Test
    @DisplayName("FETCH-4: a small content that comes later does not wait until large ones are done")
    void smallBesideLarge() {
        wants("film", LARGE * 100, PHONE, DESK);
        wants("film 2", LARGE * 100, PHONE, DESK);
        wants("film 3", LARGE * 100, PHONE, DESK);
        assertThat(nextKeys()).containsExactly("film");
        assertThat(nextKeys()).containsExactly("film 2");
        assertThat(next()).describedAs("one large of each client").isEmpty();

        wants("note", 10, PHONE);
        assertThat(nextKeys()).containsExactly("note");
    }

    @Test
    @DisplayName("FETCH-5: begins nothing with a client that is being pushed to or pushes")
    void pushesFirst() {
        wants("a", 10, PHONE);
        pushing.add(PHONE);
        assertThat(next()).isEmpty();

        pushing.clear();
        assertThat(nextKeys()).containsExactly("a");
    }

    @Test
    @DisplayName("FETCH-6: small contents of one client travel together, up to a number and a size")
    void together() {
        for (int i = 0; i < 100; i++) {
            wants("p" + i, 10, PHONE);
        }
        wants("what the desk has", 10, DESK);
        wants("medium", TransferScheduler.TOGETHER_BYTES - 5, PHONE);

        List<String> together = nextKeys();
        assertThat(together).hasSize(TransferScheduler.TOGETHER).doesNotContain("what the desk has");
        assertThat(nextKeys()).hasSize(36).doesNotContain("medium");
        assertThat(nextKeys()).containsExactly("what the desk has");
    }

    @Test
    @DisplayName("FETCH-7: asks another at once for what one could not give, and the same one after a while")
    void refused() {
        sources = List.of(new Source(PHONE, 0), new Source(DESK, 1));
        wants("a", 10, PHONE, DESK);
        Fetch first = next().orElseThrow();
        assertThat(first.from()).isEqualTo(PHONE);
        Instant until = scheduler.refused(first.number(), "a", now).orElseThrow();
        scheduler.ended(first.number());

        Fetch other = next().orElseThrow();
        assertThat(other.from()).isEqualTo(DESK);
        scheduler.refused(other.number(), "a", now);
        scheduler.ended(other.number());
        assertThat(next()).isEmpty();

        now = until;
        assertThat(next()).map(Fetch::from).contains(PHONE);
    }

    @Test
    @DisplayName("FETCH-7: leaves what nobody gives to the next look")
    void givenUp() {
        wants("a", 10, PHONE);
        for (int i = 0; i < TransferScheduler.FAILURES_MAX; i++) {
            Fetch fetch = next().orElseThrow();
            scheduler.refused(fetch.number(), "a", now);
            scheduler.ended(fetch.number());
            now = now.plus(Duration.ofHours(1));
        }
        assertThat(scheduler.isIdle()).isTrue();
    }

    @Test
    @DisplayName("FETCH-8: what a broken link has not brought waits again, in its old place")
    void broken() {
        wants("a", 10, PHONE);
        wants("b", 20, PHONE);
        wants("c", LARGE, PHONE);
        Fetch fetch = next().orElseThrow();
        scheduler.here(fetch.number(), "a");
        scheduler.ended(fetch.number());

        assertThat(nextKeys()).containsExactly("b");
        assertThat(nextKeys()).containsExactly("c");
    }

    @Test
    @DisplayName("FETCH-9: fetches a content once at a time, and learns who else has it")
    void once() {
        wants("a", 10, DESK);
        sources = List.of(new Source(PHONE, 0));
        assertThat(next()).isEmpty();
        wants("a", 10, PHONE);
        assertThat(nextKeys()).containsExactly("a");
        wants("a", 10, PHONE, DESK);
        assertThat(next()).isEmpty();
    }

    @Test
    @DisplayName("FETCH-10: with 100,000 missing, knows no more than its window, and brings all of them")
    void bounded() {
        List<String> brought = new ArrayList<>();
        int offered = 0;
        while (brought.size() < 100_000) {
            while (offered < 100_000 && scheduler.room() > 0) {
                wants("k" + offered++, 10, PHONE, DESK);
            }
            assertThat(scheduler.size()).isLessThanOrEqualTo(TransferScheduler.WINDOW);
            Fetch fetch = next().orElseThrow();
            fetch.wants().forEach(want -> {
                scheduler.here(fetch.number(), want.key());
                brought.add(want.key());
            });
            scheduler.ended(fetch.number());
        }
        assertThat(new HashSet<>(brought)).hasSize(100_000);
        assertThat(scheduler.isIdle()).isTrue();
    }
}
