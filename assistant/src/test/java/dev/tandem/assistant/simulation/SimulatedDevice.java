package dev.tandem.assistant.simulation;

import dev.tandem.assistant.core.Client;
import dev.tandem.assistant.core.Effect;
import dev.tandem.assistant.core.Event;
import dev.tandem.assistant.core.FileChange;
import dev.tandem.assistant.core.FolderCore;
import dev.tandem.assistant.core.FolderSnapshot;
import dev.tandem.assistant.core.Tips;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A device whose history is a set of edits: committing adds one, merging is the union, and the tip is the set's hash.
 * So merges converge as real ones do, and losing or inventing an edit shows at once.
 */
final class SimulatedDevice implements Effect.Handler {
    final int number;
    final String name;
    final Client client;
    final List<Effect.SyncEnded> syncsEnded = new ArrayList<>();
    final List<String> refused = new ArrayList<>();
    final List<Effect.Note> journal = new ArrayList<>();
    final TreeSet<String> history = new TreeSet<>();
    private final World world;
    private final FolderCore core;
    private final Set<String> files = new TreeSet<>();
    private final Map<UUID, Set<String>> received = new HashMap<>();
    private final Map<Long, SimulatedDevice> offers = new HashMap<>();
    private final Map<Long, Event> questions = new HashMap<>();
    private final Set<Client> sendingTo = new HashSet<>();
    private final Set<Client> receivingFrom = new HashSet<>();
    private long tokens;

    SimulatedDevice(World world, int number) {
        this.world = world;
        this.number = number;
        name = "device-" + number;
        client = World.client(number);
        core = new FolderCore(name, false);
    }

    void start() {
        post(new Event.Started(tips()));
    }

    /** Saves a file; the watch notices after the settle time. */
    void edit(String edit) {
        files.add(edit);
        world.after(100, () -> post(new Event.Settled(Set.of(edit))));
    }

    void post(Event event) {
        core.handle(event, world.now()).forEach(effect -> effect.runBy(this));
    }

    FolderSnapshot snapshot() {
        return core.snapshot();
    }

    Tips tips() {
        return history.isEmpty() ? Tips.NONE : new Tips(String.join("+", history), "annex");
    }

    @Override
    public void scanAndCommit() {
        commit(Set.of());
    }

    @Override
    public void commit(Set<String> paths) {
        world.after(world.someTime(), () -> {
            List<FileChange> changes = files.stream()
                    .filter(history::add)
                    .map(path -> new FileChange("added", path))
                    .toList();
            post(new Event.Committed(tips(), changes, Set.of(), Set.of()));
        });
    }

    @Override
    public void integrate(Set<UUID> clients) {
        world.after(world.someTime(), () -> {
            for (UUID from : clients) {
                history.addAll(received.getOrDefault(from, Set.of()));
            }
            files.addAll(history);
            post(new Event.Integrated(tips(), clients, List.of(), List.of()));
        });
    }

    @Override
    public void lookAtRepository() {
        world.after(1, () -> post(new Event.RepositorySeen(tips(), null)));
    }

    @Override
    public void tell(Client to, Tips ours) {
        SimulatedDevice other = world.device(to);
        ask(other, reply -> new Event.CanPush(client, ours, reply), new Event.TellFailed(to, "no answer"), ours);
    }

    @Override
    public void askForPush(Client to) {
        SimulatedDevice other = world.device(to);
        ask(other, reply -> new Event.PushRequested(client, reply), new Event.TellFailed(to, "no answer"), Tips.NONE);
    }

    private void ask(
            SimulatedDevice other, java.util.function.LongFunction<Event> message, Event onFailure, Tips asked) {
        world.after(world.someTime(), () -> {
            if (!world.connected(this, other)) {
                post(onFailure);
                return;
            }
            long reply = other.number * 1_000_000L + ++other.tokens;
            other.questions.put(reply, new Event.TipsAnswered(other.client, asked, false, Tips.NONE));
            other.offers.put(reply, this);
            other.post(message.apply(reply));
        });
    }

    @Override
    public void answerTips(Client from, Tips theirs, long reply) {
        boolean have = history.containsAll(edits(theirs));
        Event.TipsAnswered asked = (Event.TipsAnswered) questions.remove(reply);
        answered(reply, new Event.TipsAnswered(client, asked.asked(), !have, tips()));
    }

    @Override
    public void answer(long reply, @Nullable String refusal) {
        questions.remove(reply);
        if (refusal == null) {
            offers.remove(reply);
        } else {
            answered(reply, new Event.TellFailed(client, refusal));
        }
    }

    private void answered(long reply, Event answer) {
        SimulatedDevice asker = offers.remove(reply);
        world.after(
                world.someTime(),
                () -> asker.post(world.connected(this, asker) ? answer : new Event.TellFailed(client, "no answer")));
    }

    @Override
    public void sendPush(Client to, Tips base) {
        if (!sendingTo.add(to)) {
            throw new AssertionError(name + " doubles its push to " + to);
        }
        world.pushes++;
        SimulatedDevice other = world.device(to);
        world.after(world.someTime(), () -> {
            if (world.connected(this, other)) {
                long stream = other.number * 1_000_000L + ++other.tokens;
                other.offers.put(stream, this);
                other.post(new Event.PushOffered(client, stream));
            } else {
                sendEnded(to, Tips.NONE, "cut");
            }
        });
    }

    @Override
    public void receivePush(Client from, long stream) {
        if (!receivingFrom.add(from)) {
            throw new AssertionError(name + " doubles its receiving from " + from);
        }
        SimulatedDevice sender = offers.remove(stream);
        Set<String> pack = new TreeSet<>(sender.history);
        Tips pushed = sender.tips();
        world.after(world.someTime(), () -> {
            boolean arrived = world.connected(this, sender);
            if (arrived) {
                received.put(from.uuid(), pack);
            }
            receivingFrom.remove(from);
            post(new Event.Received(from, arrived ? null : "cut"));
            sender.sendEnded(client, pushed, arrived ? null : "cut");
        });
    }

    @Override
    public void refusePush(long stream, String reason) {
        refused.add(reason);
        SimulatedDevice sender = offers.remove(stream);
        if (sender != null) {
            world.after(1, () -> sender.sendEnded(client, Tips.NONE, reason));
        }
    }

    private void sendEnded(Client to, Tips pushed, @Nullable String failure) {
        sendingTo.remove(to);
        post(new Event.Sent(to, pushed, failure));
    }

    @Override
    public void later(Duration delay, Event event) {
        world.after(delay.toMillis(), () -> post(event));
    }

    @Override
    public void note(String type, Map<String, String> fields) {
        journal.add(new Effect.Note(type, fields));
    }

    @Override
    public void syncEnded(Effect.SyncEnded end) {
        syncsEnded.add(end);
    }

    @Override
    public void remember(Client peer, @Nullable String head, Instant lastSync) {
        world.device(peer);
    }

    @Override
    public void raise(String key, String severity, String text) {
        throw new AssertionError("unexpected alert: " + text);
    }

    @Override
    public void clear(String key) {
        throw new AssertionError("no alert to clear: " + key);
    }

    private static Set<String> edits(Tips tips) {
        return tips.head() == null ? Set.of() : Set.of(tips.head().split("\\+"));
    }
}
