package dev.tandem.assistant.commands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The queue of commands")
final class CommandQueueTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    private final CommandQueue queue = new CommandQueue();
    private final AtomicLong ids = new AtomicLong();

    @Test
    @DisplayName("SMPLX-3: of one key the first alone runs; keys do not wait for each other")
    void order() {
        CommandRow first = asked("a");
        CommandRow second = asked("a");
        CommandRow other = asked("b");

        List<CommandRow> due = queue.due(NOON);
        assertThat(due).extracting(CommandRow::id).containsExactly(first.id(), other.id());
        due.forEach(queue::put);
        assertThat(queue.due(NOON)).isEmpty();

        queue.put(due.get(0).after(done(), NOON));
        assertThat(queue.due(NOON)).extracting(CommandRow::id).containsExactly(second.id());
    }

    @Test
    @DisplayName("SMPLX-3: one that is tried again for ever delays its own key, and no other")
    void retrying() {
        CommandRow first = asked("a");
        asked("a");
        queue.put(first.after(new Outcome.Again("no answer"), NOON));
        CommandRow other = asked("b");

        assertThat(queue.due(NOON)).extracting(CommandRow::id).containsExactly(other.id());
    }

    @Test
    @DisplayName("SMPLX-7: waits 2 s, then half as long again each time, 120 s at most")
    void intervals() {
        CommandRow row = asked("a");
        Instant now = NOON;
        StringBuilder waits = new StringBuilder();
        for (int i = 0; i < 14; i++) {
            row = row.after(new Outcome.Again("no answer"), now);
            waits.append(Duration.between(now, row.next()).toSeconds()).append(' ');
            now = row.next();
        }

        assertThat(waits).hasToString("2 3 4 6 10 15 22 34 51 76 115 120 120 120 ");
        assertThat(row.attempts()).isEqualTo(14);
        assertThat(row.error()).isEqualTo("no answer");
    }

    @Test
    @DisplayName(
            "SMPLX-7: a failure for good is a value that whoever asked can read; a finished step forgets the waits")
    void outcomes() {
        CommandRow row = asked("a").after(new Outcome.Again("no answer"), NOON);

        CommandRow next = row.after(new Outcome.Next("two", get("x"), Outcome.NOTHING), NOON);
        CommandRow failed = next.after(new Outcome.Failed(Failure.of("the disk burnt")), NOON);

        assertThat(next).satisfies(it -> {
            assertThat(it.step()).isEqualTo("two");
            assertThat(it.attempts()).isZero();
            assertThat(it.interval()).isEqualTo(CommandRow.FIRST_INTERVAL);
        });
        assertThat(failed.state()).isEqualTo(CommandRow.State.FAILED);
        assertThat(Commands.read(String.valueOf(failed.result()), Failure.class))
                .isEqualTo(new Failure("failed", "the disk burnt"));
    }

    @Test
    @DisplayName("SMPLX-8: a clock that is set back a day does not stall a command for more than one interval")
    void clockSetBack() {
        CommandRow row = asked("a").after(new Outcome.Again("no answer"), NOON);
        queue.put(row);
        Instant yesterday = NOON.minus(Duration.ofDays(1));

        assertThat(queue.due(yesterday)).isEmpty();
        Duration left = queue.nextDue(yesterday).orElseThrow();

        assertThat(left).isLessThanOrEqualTo(Duration.ofSeconds(3));
        assertThat(queue.due(yesterday.plus(left))).hasSize(1);
    }

    @Test
    @DisplayName("SMPLX-14: what was under way when the daemon died is queued again, and knows that it was tried")
    void recovered() {
        CommandRow running = queueStart(asked("a"));

        CommandRow again = running.recovered(NOON.plusSeconds(5));

        assertThat(again.state()).isEqualTo(CommandRow.State.QUEUED);
        assertThat(again.attempts()).isEqualTo(1);
        assertThat(again.next()).isEqualTo(NOON.plusSeconds(5));
        CommandRow waiting = running.after(new Outcome.Again("no answer"), NOON);
        assertThat(waiting.recovered(NOON)).isEqualTo(waiting);
    }

    @Test
    @DisplayName("SMPLX-5: a kind, a version or arguments that this program does not know are told from those it knows")
    void undecodable() throws Exception {
        CommandRow row = asked("a");
        assertThat(Commands.decode(row)).isEqualTo(get("film"));

        assertThatThrownBy(() -> Commands.decode(changed(row, "teleport", 1, row.arguments())))
                .isInstanceOf(Commands.Undecodable.class)
                .hasMessageContaining("teleport")
                .hasMessageContaining("update Tandem");
        assertThatThrownBy(() -> Commands.decode(changed(row, "get", 2, row.arguments())))
                .isInstanceOf(Commands.Undecodable.class);
        assertThatThrownBy(() -> Commands.decode(changed(row, "get", 1, "{"))).isInstanceOf(Commands.Undecodable.class);
    }

    @Test
    @DisplayName("every kind is written and read back as it was, byte for byte")
    void roundTrip() throws Exception {
        Command.Place place = new Command.Place("/d", "n", null, true, false, "u");
        List<Command> all = List.of(
                new Command.Add("/d", null, place),
                new Command.PairOffer("u", "a-b-c", 7, 2, null),
                new Command.Get("u", List.of(""), List.of("k")),
                new Command.Drop("u", List.of("p"), true, Map.of("p", "k")));
        for (Command command : all) {
            assertThat(Commands.decode(CommandRow.of("c", null, "k", command, NOON)))
                    .isEqualTo(command);
        }
        Command.Proof proof = new Command.Proof("e", "d", "j", new byte[] {1, -2});
        Command join = new Command.PairJoin("j", "c", null, 5, proof, new byte[] {3}, place, true, Failure.of("x"));
        Command read = Commands.decode(CommandRow.of("c", null, "k", join, NOON));
        assertThat(read).usingRecursiveComparison().isEqualTo(join);
        assertThat(join.isSameWishAs(read)).isTrue();
    }

    @Test
    @DisplayName("an answer to whoever asked lets the rest go on out of the way of later commands, and is the only one")
    void answered() {
        CommandRow row = queueStart(asked("a"));
        CommandRow later = asked("a");

        CommandRow wishing = row.after(new Outcome.Answered("not yet", "wish", get("y")), NOON);
        queue.put(wishing);
        queue.put(wishing.after(new Outcome.Again("nobody has it"), NOON));

        assertThat(queue.due(NOON)).extracting(CommandRow::id).containsExactly(later.id());
        assertThat(wishing.after(done(), NOON).result()).isEqualTo("\"not yet\"");
    }

    private CommandRow asked(String key) {
        CommandRow row = CommandRow.of("c" + ids, null, key, get("film"), NOON).numbered(ids.incrementAndGet());
        queue.put(row);
        return row;
    }

    private CommandRow queueStart(CommandRow row) {
        CommandRow running = queue.due(NOON).stream()
                .filter(due -> due.id() == row.id())
                .findFirst()
                .orElseThrow();
        queue.put(running);
        return running;
    }

    private static Command get(String path) {
        return new Command.Get("u", List.of(path), List.of());
    }

    private static Outcome done() {
        return new Outcome.Done("done", Outcome.NOTHING);
    }

    private static CommandRow changed(CommandRow row, String kind, int version, String arguments) {
        return new CommandRow(
                row.id(),
                row.correlation(),
                null,
                row.key(),
                kind,
                version,
                row.step(),
                arguments,
                row.state(),
                0,
                row.interval(),
                row.next(),
                null,
                null,
                row.changed());
    }
}
