package dev.tandem.assistant.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.assistant.core.Questions.Kind;
import dev.tandem.assistant.core.Questions.Outcome;
import dev.tandem.assistant.core.Questions.Part;
import dev.tandem.assistant.core.Questions.Reply;
import dev.tandem.assistant.core.Questions.Step;
import dev.tandem.xmpp.account.DeviceId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A question to many devices")
final class QuestionsTest {
    private static final DeviceId A = new DeviceId("a".repeat(64));
    private static final DeviceId B = new DeviceId("b".repeat(64));
    private static final DeviceId C = new DeviceId("c".repeat(64));

    private final Map<DeviceId, Boolean> devices = new LinkedHashMap<>(Map.of());
    private final Questions<String> questions = new Questions<>(() -> new LinkedHashMap<>(devices));
    private final List<Step<String>> steps = new ArrayList<>();
    private Instant now = Instant.parse("2026-01-01T12:00:00Z");

    private void reachable(DeviceId... there) {
        for (DeviceId device : there) {
            devices.put(device, true);
        }
    }

    private void ask(long id, String client) {
        steps.addAll(questions.ask(id, client, Kind.STATUS, now).orElseThrow());
    }

    private void says(long id, DeviceId device, Reply reply, String page) {
        steps.addAll(questions.said(id, device, 1, reply, page, now));
    }

    private void pass(Duration time) {
        now = now.plus(time);
        steps.addAll(questions.tick(now));
    }

    private List<String> given(long id) {
        return steps.stream()
                .filter(step -> step instanceof Step.Give<String> give && give.question() == id)
                .map(step -> ((Step.Give<String>) step).page())
                .toList();
    }

    private List<Step.End<String>> ends(long id) {
        return steps.stream()
                .filter(step -> step instanceof Step.End<String> end && end.question() == id)
                .map(step -> (Step.End<String>) step)
                .toList();
    }

    private Map<DeviceId, Part> end(long id) {
        assertThat(ends(id)).hasSize(1);
        return ends(id).get(0).parts();
    }

    private boolean asked(long id, DeviceId device) {
        return steps.contains(new Step.Ask<String>(id, device, 1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ABC", "ACB", "BAC", "BCA", "CAB", "CBA"})
    @DisplayName("SOJU-14: whatever order three devices answer in, the asker gets every answer, then one end")
    void anyOrder(String order) {
        reachable(A, B, C);
        ask(1, "cli");

        for (String name : order.split("(?<=.)", 3)) {
            assertThat(ends(1)).isEmpty();
            says(1, new DeviceId(name.toLowerCase(Locale.ROOT).repeat(64)), Reply.LAST, name);
        }

        assertThat(given(1)).containsExactlyInAnyOrder("A", "B", "C");
        assertThat(end(1).values()).containsOnly(new Part(Outcome.ANSWERED, 1));
        assertThat(steps.get(steps.size() - 1)).isInstanceOf(Step.End.class);
        assertThat(questions.isIdle()).isTrue();
    }

    @Test
    @DisplayName("SOJU-15: where nobody can be reached it ends at once, and says of each that it is not connected")
    void nobody() {
        devices.put(A, false);
        devices.put(B, false);
        ask(1, "cli");
        assertThat(end(1)).hasSize(2).containsEntry(A, new Part(Outcome.NOT_CONNECTED, 0));

        devices.clear();
        ask(2, "cli");
        assertThat(end(2)).isEmpty();
    }

    @Test
    @DisplayName("SOJU-16: of a device that leaves, what it has said stays; the last one that leaves ends the question")
    void leaves() {
        reachable(A, B);
        ask(1, "cli");
        ask(2, "dashboard");
        says(1, A, Reply.PAGE, "half");
        says(1, B, Reply.LAST, "b");
        says(2, B, Reply.LAST, "b");
        assertThat(ends(1)).isEmpty();

        steps.addAll(questions.left(A, now));

        assertThat(given(1)).containsExactly("half", "b");
        assertThat(end(1)).containsEntry(A, new Part(Outcome.LEFT, 1));
        assertThat(end(2)).containsEntry(A, new Part(Outcome.LEFT, 0));
        assertThat(questions.isIdle()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(Reply.class)
    @DisplayName(
            "SOJU-17: each thing that a device can say is a page or an end, and two ends do not end the next question")
    void eachReply(Reply reply) {
        reachable(A);
        ask(1, "cli");
        ask(2, "cli");

        says(1, A, reply, "x");
        if (reply.end() == null) {
            assertThat(given(1)).containsExactly("x");
            assertThat(ends(1)).isEmpty();
            return;
        }
        assertThat(end(1))
                .hasEntrySatisfying(A, part -> assertThat(part.outcome()).isEqualTo(reply.end()));
        says(1, A, Reply.LAST, "again");
        assertThat(given(1)).doesNotContain("again");
        assertThat(asked(2, A)).isTrue();
        assertThat(ends(2)).isEmpty();
    }

    @Test
    @DisplayName(
            "SOJU-18: a silent device ends its part in time, the next questions are asked, and its late word is nobody's")
    void silent() {
        reachable(A);
        for (long id = 1; id <= 4; id++) {
            ask(id, "cli");
        }
        for (long id = 1; id <= 3; id++) {
            assertThat(asked(id, A)).isTrue();
            assertThat(asked(id + 1, A)).isFalse();
            assertThat(questions.nextDeadline()).contains(now.plus(Questions.PATIENCE));
            pass(Questions.PATIENCE);
            assertThat(end(id)).containsEntry(A, new Part(Outcome.TIMED_OUT, 0));
            assertThat(steps).contains(new Step.Cancel<>(id, A));
            says(id, A, Reply.LAST, "late");
        }
        assertThat(given(4)).isEmpty();
        says(4, A, Reply.LAST, "in time");

        assertThat(given(4)).containsExactly("in time");
        assertThat(steps.stream().filter(step -> step instanceof Step.Give)).hasSize(1);
        assertThat(questions.nextDeadline()).isEmpty();
    }

    @Test
    @DisplayName("SOJU-19: of one client and kind one question is under way, in order; others do not wait for it")
    void turns() {
        reachable(A, B);
        for (long id = 1; id <= 5; id++) {
            ask(id, "cli");
        }
        ask(9, "dashboard");
        steps.addAll(questions.ask(10, "cli", Kind.LOG, now).orElseThrow());
        assertThat(asked(9, A)).isTrue();
        assertThat(asked(10, A)).isTrue();
        says(9, A, Reply.LAST, "a");
        says(9, B, Reply.LAST, "b");
        assertThat(ends(9)).hasSize(1);

        for (long id = 1; id <= 5; id++) {
            assertThat(asked(id, A)).isTrue();
            assertThat(asked(id + 1, A)).isFalse();
            says(id, B, Reply.LAST, "b");
            assertThat(ends(id)).isEmpty();
            says(id, A, Reply.REFUSED, "");
            assertThat(ends(id)).hasSize(1);
        }
    }

    @Test
    @DisplayName(
            "SOJU-20: of a client that is gone, what waits is never asked, what was asked is cancelled, nothing is left")
    void clientGone() {
        reachable(A, B);
        ask(1, "cli");
        ask(2, "cli");
        says(1, B, Reply.LAST, "b");

        steps.addAll(questions.withdraw(2, now));
        steps.addAll(questions.withdraw(1, now));
        says(1, A, Reply.LAST, "late");

        assertThat(steps).contains(new Step.Cancel<>(1, A)).doesNotContain(new Step.Cancel<>(1, B));
        assertThat(asked(2, A)).isFalse();
        assertThat(given(1)).containsExactly("b");
        assertThat(ends(1)).isEmpty();
        assertThat(questions.isIdle()).isTrue();
        assertThat(questions.nextDeadline()).isEmpty();
    }

    @Test
    @DisplayName(
            "SOJU-21: a device that comes while others are asked is not asked, and the end says that it came later")
    void joinedLater() {
        reachable(A);
        devices.put(B, false);
        ask(1, "cli");

        questions.joined(B);
        says(1, A, Reply.LAST, "a");

        assertThat(asked(1, B)).isFalse();
        assertThat(end(1)).containsEntry(B, new Part(Outcome.JOINED_LATER, 0));
    }

    @Test
    @DisplayName("SOJU-22: of 500 pages one waits for the asker, and another client's question ends meanwhile")
    void onePageAtATime() {
        reachable(A);
        steps.addAll(questions.ask(1, "slow", Kind.LOG, now).orElseThrow());
        for (int page = 1; page <= 500; page++) {
            assertThat(steps).contains(new Step.Ask<>(1, A, page));
            steps.addAll(questions.said(1, A, page, page == 500 ? Reply.LAST : Reply.PAGE, "p" + page, now));
            assertThat(steps).doesNotContain(new Step.Ask<>(1, A, page + 1));
            if (page == 250) {
                ask(2, "other");
                says(2, A, Reply.LAST, "a");
                assertThat(ends(2)).hasSize(1);
                pass(Questions.PATIENCE.multipliedBy(9)); // it is not the device that is slow
            }
            steps.addAll(questions.taken(1, A, now));
        }

        assertThat(given(1)).hasSize(500);
        assertThat(end(1)).containsEntry(A, new Part(Outcome.ANSWERED, 500));
        assertThat(steps.get(steps.size() - 1)).isInstanceOf(Step.End.class);
    }

    @Test
    @DisplayName("SOJU-18: a page that comes twice, or was not asked for yet, is nobody's")
    void pageTwice() {
        reachable(A);
        steps.addAll(questions.ask(1, "cli", Kind.LOG, now).orElseThrow());
        says(1, A, Reply.PAGE, "one");
        says(1, A, Reply.PAGE, "one again");
        steps.addAll(questions.taken(1, A, now));
        says(1, A, Reply.LAST, "one, late");
        steps.addAll(questions.said(1, A, 3, Reply.LAST, "three, early", now));
        steps.addAll(questions.said(1, A, 2, Reply.LAST, "two", now));

        assertThat(given(1)).containsExactly("one", "two");
        assertThat(end(1)).containsEntry(A, new Part(Outcome.ANSWERED, 2));
    }

    @Test
    @DisplayName("SOJU-22: an answer without end is ended")
    void endless() {
        reachable(A);
        steps.addAll(questions.ask(1, "cli", Kind.LOG, now).orElseThrow());
        for (int page = 1; page <= Questions.MAX_PAGES; page++) {
            assertThat(ends(1)).isEmpty();
            steps.clear();
            steps.addAll(questions.said(1, A, page, Reply.PAGE, "x", now));
            steps.addAll(questions.taken(1, A, now));
        }

        assertThat(end(1)).containsEntry(A, new Part(Outcome.MALFORMED, Questions.MAX_PAGES));
    }

    @Test
    @DisplayName("what waits is bounded: one more is refused at once")
    void bounded() {
        reachable(A);
        for (long id = 0; id < Questions.MAX_WAITING; id++) {
            ask(id, "cli");
        }

        assertThat(questions.ask(99, "cli", Kind.STATUS, now)).isEmpty();
        assertThat(questions.ask(99, "other", Kind.STATUS, now)).isPresent();
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    @DisplayName("whatever devices and clients do, each question that is not withdrawn ends once, after all its pages")
    void endsOnce(long seed) {
        Random random = new Random(seed);
        reachable(A, B, C);
        List<DeviceId> ids = List.of(A, B, C);
        List<Long> asked = new ArrayList<>();
        List<Long> withdrawn = new ArrayList<>();
        for (long turn = 0; turn < 3000; turn++) {
            DeviceId device = ids.get(random.nextInt(3));
            long id = asked.isEmpty() ? 0 : asked.get(Math.max(0, asked.size() - 1 - random.nextInt(6)));
            switch (random.nextInt(8)) {
                case 0 -> {
                    if (questions
                            .ask(turn, "client " + random.nextInt(3), Kind.LOG, now)
                            .map(steps::addAll)
                            .isPresent()) {
                        asked.add(turn);
                    }
                }
                case 1 -> {
                    devices.put(device, false);
                    steps.addAll(questions.left(device, now));
                }
                case 2 -> {
                    devices.put(device, true);
                    questions.joined(device);
                }
                case 3 -> pass(Duration.ofSeconds(random.nextInt(8)));
                case 4 -> steps.addAll(questions.taken(id, device, now));
                case 5 -> {
                    if (random.nextInt(10) == 0 && ends(id).isEmpty()) {
                        steps.addAll(questions.withdraw(id, now));
                        withdrawn.add(id);
                    }
                }
                default -> {
                    List<Reply> replies = List.of(Reply.values());
                    Reply reply = replies.get(random.nextInt(replies.size()));
                    steps.addAll(questions.said(id, device, 1 + random.nextInt(3), reply, "x", now));
                }
            }
        }
        for (int i = 0; i < 100; i++) {
            ids.forEach(device -> steps.addAll(questions.left(device, now)));
        }

        assertThat(asked).filteredOn(id -> !withdrawn.contains(id)).allSatisfy(id -> {
            assertThat(ends(id)).hasSize(1);
            int end = steps.indexOf(ends(id).get(0));
            assertThat(steps.subList(end, steps.size()))
                    .noneMatch(step -> step instanceof Step.Give<String> give && give.question() == id);
        });
        assertThat(questions.isIdle()).isTrue();
    }
}
