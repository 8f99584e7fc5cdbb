package dev.tandem.assistant.simulation;

import dev.tandem.assistant.Dispatcher;
import dev.tandem.assistant.core.Announcement;
import dev.tandem.assistant.core.Client;
import dev.tandem.assistant.core.ContentCount;
import dev.tandem.assistant.core.Effect;
import dev.tandem.assistant.core.Event;
import dev.tandem.assistant.core.FileChange;
import dev.tandem.assistant.core.FolderCore;
import dev.tandem.assistant.core.FolderSnapshot;
import dev.tandem.assistant.core.Notice;
import dev.tandem.assistant.core.Reply;
import dev.tandem.assistant.core.Tips;
import dev.tandem.assistant.core.Want;
import dev.tandem.xmpp.link.SimulatedLink;
import dev.tandem.xmpp.link.SimulatedLink.SimulatedStream;
import java.io.IOException;
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
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A folder on a device while its daemon runs: the real core and dispatcher, and effects as the daemon has them. */
final class Replica implements Effect.Handler {
    private static final Duration ANSWER = Duration.ofSeconds(30);

    private record Offer(Client from, SimulatedStream stream) {}

    final SimulatedRepository repository;
    final List<Effect.SyncEnded> syncsEnded = new ArrayList<>();
    final List<Effect.Note> journal = new ArrayList<>();
    private final Machine machine;
    private final World world;
    private final Dispatcher dispatcher;
    private final Laws.OfPushes pushes;
    private final Laws.OfInbox inbox;
    private final Map<Long, CompletableFuture<byte[]>> questions = new HashMap<>();
    private final Map<Long, Offer> offers = new HashMap<>();
    private final Set<Long> syncs = new HashSet<>();
    private final Set<String> raised = new HashSet<>();
    private int asking;
    private long tokens;
    private boolean alive = true;
    private @Nullable String busy;

    Replica(Machine machine, SimulatedRepository repository) {
        this.machine = machine;
        this.repository = repository;
        world = machine.world;
        pushes = world.laws.new OfPushes(machine.name);
        inbox = world.laws.new OfInbox();
        FolderCore core = new FolderCore(machine.name, repository.uuid, false, machine.tuning);
        dispatcher = new Dispatcher(core, world.time, world.time);
    }

    void start() {
        repository.peers.forEach((client, stored) -> {
            Machine peer = world.machine(client.device());
            post(new Event.PeerAdded(
                    client, peer.name, peer.jid, stored.head, stored.lastSync, Set.copyOf(stored.owed)));
        });
        post(new Event.Started(repository.tips()));
        dispatcher.start(this);
    }

    void kill() {
        alive = false;
        dispatcher.stop();
    }

    void post(Event event) {
        if (alive) {
            world.laws.happened(event, world.time.nanos());
            if (World.TALKATIVE) {
                System.out.println(
                        world.time.instant() + " " + machine.name + " " + repository.shared.name() + ": " + event);
            }
            dispatcher.post(event);
        }
    }

    FolderSnapshot snapshot() {
        return dispatcher.snapshot();
    }

    /** Nothing runs, waits or is unanswered. */
    boolean isQuiet() {
        return pushes.isQuiet() && questions.isEmpty() && offers.isEmpty() && asking == 0;
    }

    /** Nothing is left to do, and every peer is there and known to hold the same. */
    boolean isDone() {
        FolderSnapshot now = snapshot();
        return repository.changed.isEmpty()
                && isQuiet()
                && now.state().equals("synced")
                && now.peers().stream().allMatch(peer -> peer.online() && !peer.desynced() && peer.reason() == null);
    }

    /** How it stands, in a line, with a line for each peer that is not in sync. */
    String describe() {
        FolderSnapshot now = snapshot();
        StringBuilder words = new StringBuilder(
                machine.name + " (" + repository.uuid.toString().substring(0, 8) + ") "
                        + History.number(now.tips().head()) + "/"
                        + History.number(now.tips().annex())
                        + (now.tips().equals(repository.tips()) ? " " : ", but holds " + repository.tips() + " ")
                        + now.state() + " " + now.reason()
                        + (isQuiet()
                                ? ""
                                : ", not quiet: asking " + asking + " questions " + questions.size() + " offers "
                                        + offers.size() + " pushes " + !pushes.isQuiet()));
        now.peers().stream()
                .filter(peer -> !peer.online() || peer.desynced() || peer.reason() != null)
                .forEach(peer -> words.append("\n    ")
                        .append(peer.name())
                        .append(": ")
                        .append(peer.head() == null ? "?" : History.number(peer.head()))
                        .append(' ')
                        .append(peer.desynced() ? "desynced " : "")
                        .append(peer.reason()));
        return words.toString();
    }

    // ---- the user

    /** Saves a file; the watch notices a little later. */
    void edit(String path) {
        repository.changed.add(path);
        later(100, () -> post(new Event.Settled(Set.of(path))));
    }

    /** Commits with git. */
    void commitByHand() {
        repository.commitAll();
        later(50, () -> post(new Event.GitMoved()));
    }

    /** Adds a line to the git-annex branch, as git-annex beside us would. */
    void annexLine() {
        repository.annexLine();
        later(50, () -> post(new Event.GitMoved()));
    }

    void busy(@Nullable String reason) {
        busy = reason;
        later(50, () -> post(new Event.GitMoved()));
    }

    void sync() {
        sync(1 + world.random.nextInt(60_000));
    }

    void sync(int millis) {
        long token = ++tokens;
        syncs.add(token);
        post(new Event.SyncRequested(token));
        world.at(millis, () -> {
            if (alive) {
                post(new Event.SyncTimedOut(token));
            }
        });
    }

    // ---- the peers

    void asked(SimulatedLink link, String service, Client from, Announcement theirs, CompletableFuture<byte[]> answer) {
        long reply = ++tokens;
        String box = machine.name + "<" + from + "@" + System.identityHashCode(link);
        inbox.arrived(box);
        // one that is answered, or that its asker has given up, takes no room any more
        var unused = answer.whenComplete((body, cancelled) -> inbox.answered(box));
        questions.put(reply, answer);
        post(
                service.equals(Machine.CAN_PUSH)
                        ? new Event.CanPush(from, theirs, reply)
                        : new Event.PushRequested(from, reply));
    }

    void offered(Client from, SimulatedStream stream) {
        long number = ++tokens;
        offers.put(number, new Offer(from, stream));
        pushes.offered(from);
        post(new Event.PushOffered(from, number));
    }

    private void reply(long number, Letter.Answer answer) {
        CompletableFuture<byte[]> question = questions.remove(number);
        world.laws.require(question != null, () -> machine.name + " answers a question twice");
        if (question != null) {
            question.complete(answer.encode());
        }
    }

    private void request(
            String service,
            Client client,
            Announcement ours,
            Function<Letter.Answer, Event> answered,
            Function<String, Event> failed) {
        world.laws.requests++;
        asking++;
        SimulatedLink link = machine.link(client.device());
        CompletableFuture<byte[]> answer = link == null
                ? CompletableFuture.failedFuture(new IOException("not connected"))
                : link.request(service, new Letter(client.uuid(), repository.uuid, ours).encode(), ANSWER);
        var unused = answer.whenComplete((body, failure) -> later(3, () -> {
            asking--;
            if (failure != null) {
                post(failed.apply(String.valueOf(failure.getMessage())));
                return;
            }
            Letter.Answer said = Letter.Answer.decode(body);
            post(said.refused().isEmpty() ? answered.apply(said) : failed.apply("refused: " + said.refused()));
        }));
    }

    /** Runs within so many milliseconds, unless the daemon is killed before. */
    private void later(int withinMillis, Runnable step) {
        world.after(withinMillis, () -> {
            if (alive) {
                step.run();
            }
        });
    }

    // ---- effects

    @Override
    public void scanAndCommit() {
        job(() -> committed(Set.copyOf(repository.changed)));
    }

    @Override
    public void commit(Set<String> paths) {
        job(() -> committed(paths));
    }

    private Event committed(Set<String> paths) {
        Set<String> unsettled = new TreeSet<>();
        if (world.chance(0.05)) {
            paths.stream().sorted().limit(1).forEach(unsettled::add);
        }
        Set<String> settled = new TreeSet<>(paths);
        settled.removeAll(unsettled);
        List<FileChange> changes = repository.commit(settled).stream()
                .map(path -> new FileChange("modified", path))
                .toList();
        world.laws.commits += changes.isEmpty() ? 0 : 1;
        return new Event.Committed(repository.tips(), changes, unsettled, Set.of(), ContentCount.NOTHING);
    }

    @Override
    public void integrate(Set<UUID> clients) {
        job(() -> {
            if (!repository.changed.isEmpty() && world.chance(0.3)) {
                return new Event.ChangedMeanwhile(Set.copyOf(repository.changed));
            }
            int before = repository.shared.heads().size();
            repository.integrate(clients);
            world.laws.merges += repository.shared.heads().size() - before;
            return new Event.Integrated(repository.tips(), clients, List.of(), List.of(), ContentCount.NOTHING);
        });
    }

    private void job(java.util.function.Supplier<Event> work) {
        later(world.slowness(), () -> {
            Event end = busy == null ? work.get() : new Event.Blocked(busy);
            later(3, () -> post(end));
        });
    }

    @Override
    public void decideDeletion(boolean meant) {
        throw new IllegalStateException("nothing is ever held here");
    }

    @Override
    public void lookAtRepository() {
        later(3, () -> {
            Event seen = new Event.RepositorySeen(repository.tips(), busy, false);
            later(20, () -> post(seen));
        });
    }

    @Override
    public void scanContent() {
        world.laws.scans++;
        later(100, () -> post(new Event.ContentScanned(0)));
    }

    @Override
    public void findContent(boolean anew, Set<UUID> reachable, int most) {
        later(100, () -> post(new Event.ContentFound(List.of(), false, 0, 0, "")));
    }

    @Override
    public void fetchContent(long fetch, Client from, List<Want> wants) {
        throw new IllegalStateException("nothing is missing here");
    }

    @Override
    public void cancelFetch(long fetch) {
        throw new IllegalStateException("nothing is fetched here");
    }

    @Override
    public void placeContent(Set<String> keys) {
        throw new IllegalStateException("nothing has come here");
    }

    @Override
    public void serveContent(Client client, long stream) {
        throw new IllegalStateException("nobody fetches here");
    }

    @Override
    public void getEnded(long token) {
        throw new IllegalStateException("nobody waits here");
    }

    @Override
    public void tell(Client client, Announcement ours) {
        request(
                Machine.CAN_PUSH,
                client,
                ours,
                answer -> new Event.TipsAnswered(client, ours.tips(), answer.reply(), answer.said()),
                failure -> new Event.TellFailed(client, failure));
    }

    @Override
    public void askForPush(Client client) {
        request(
                Machine.REQUEST,
                client,
                Letter.Answer.NOTHING,
                answer -> new Event.PushAsked(client, null),
                failure -> new Event.PushAsked(client, failure));
    }

    @Override
    public void compare(Client client, Tips theirs, long reply, Announcement ours) {
        later(3, () -> {
            boolean wanted = !repository.holds(theirs);
            later(3, () -> {
                post(new Event.Compared(client, theirs, wanted));
                reply(reply, new Letter.Answer(wanted ? Reply.WANTED : Reply.HAVE, ours, ""));
            });
        });
    }

    @Override
    public void answer(long reply, Reply said, Announcement ours) {
        reply(reply, new Letter.Answer(said, ours, ""));
    }

    @Override
    public void refuse(long reply, String reason) {
        reply(reply, Letter.Answer.refusal(reason));
    }

    @Override
    public void sendPush(Client client, Tips base) {
        pushes.begins("send", client);
        later(3, () -> {
            Tips pushed = repository.tips();
            SimulatedLink link = machine.link(client.device());
            if (link == null) {
                sent(client, pushed, "not connected");
                return;
            }
            try {
                byte[] opening = new Letter(client.uuid(), repository.uuid, Letter.Answer.NOTHING).encode();
                SimulatedStream stream = link.open(Machine.STREAM, opening, ANSWER);
                new PushExchange.Sending(world, repository, stream, failure -> sent(client, pushed, failure)).start();
            } catch (IOException down) {
                sent(client, pushed, String.valueOf(down.getMessage()));
            }
        });
    }

    private void sent(Client client, Tips pushed, @Nullable String failure) {
        later(3, () -> {
            pushes.ends("send", client);
            post(new Event.Sent(client, pushed, failure));
        });
    }

    @Override
    public void receivePush(Client client, long stream) {
        pushes.begins("receive", client);
        pushes.granted(client);
        Offer offer = offers.remove(stream);
        world.laws.require(
                offer != null && offer.from.equals(client), () -> machine.name + " receives a push that is another's");
        if (offer == null) {
            return;
        }
        String trouble = world.trouble();
        later(
                3,
                () -> new PushExchange.Receiving(
                                world,
                                offer.stream,
                                pack -> {
                                    if (alive) {
                                        repository.receive(client.uuid(), pack.getInt(), pack.getInt());
                                    }
                                },
                                trouble,
                                failure -> received(client, failure))
                        .start());
    }

    private void received(Client client, @Nullable String failure) {
        later(3, () -> {
            pushes.ends("receive", client);
            post(new Event.Received(client, failure));
        });
    }

    @Override
    public void refusePush(long stream, String reason) {
        Offer offer = offers.remove(stream);
        world.laws.require(offer != null, () -> machine.name + " refuses a push twice");
        if (offer != null) {
            pushes.refused(offer.from);
            later(3, () -> offer.stream.reset(reason));
        }
    }

    @Override
    public void fetchRemote(String name) {
        throw new IllegalStateException("there are no git remotes here");
    }

    @Override
    public void pushRemote(String name, boolean tagged) {
        throw new IllegalStateException("there are no git remotes here");
    }

    @Override
    public void sendToRemote(String name, UUID annex, Tips tips) {
        throw new IllegalStateException("there are no git remotes here");
    }

    @Override
    public void fetchFromRemote(long fetch, String name, Client from, List<Want> wants) {
        throw new IllegalStateException("there are no git remotes here");
    }

    @Override
    public void remember(List<Client> clients, @Nullable String head, Instant lastSync) {
        for (Client client : clients) {
            SimulatedRepository.StoredPeer stored = repository.peers.get(client);
            if (stored != null) {
                stored.head = head;
                stored.lastSync = lastSync;
            }
        }
    }

    @Override
    public void owe(Client client, Notice notice) {
        stored(client, notice, true);
    }

    @Override
    public void settle(Client client, Notice notice) {
        stored(client, notice, false);
    }

    private void stored(Client client, Notice notice, boolean owed) {
        SimulatedRepository.StoredPeer stored = repository.peers.get(client);
        world.laws.require(
                stored != null && (owed ? stored.owed.add(notice) : stored.owed.remove(notice)),
                () -> "PUSH-17: " + machine.name + " owes " + client + " " + notice + " twice, or not at all");
    }

    @Override
    public void later(Duration delay, Event event) {
        world.at(delay.toMillis(), () -> post(event));
    }

    @Override
    public void note(String type, Map<String, String> fields) {
        Effect.Note note = new Effect.Note(type, fields);
        world.laws.require(
                !type.equals("refused") || !journal.contains(note),
                () -> "PUSH-13: said twice by " + machine.name + ": " + note);
        journal.add(note);
    }

    @Override
    public void raise(String key, String severity, String text) {
        world.laws.require(false, () -> machine.name + " raises " + key + ": " + text);
        raised.add(key);
    }

    @Override
    public void clear(String key) {
        world.laws.require(raised.remove(key), () -> machine.name + " clears what was not raised: " + key);
    }

    @Override
    public void syncEnded(Effect.SyncEnded end) {
        world.laws.require(syncs.remove(end.token()), () -> machine.name + " ends a sync twice");
        int head = History.number(end.head());
        for (String confirmed : end.confirmed()) {
            world.laws.require(
                    world.contains(confirmed, repository.shared, head),
                    () -> machine.name + " was told that " + confirmed + " holds what it does not");
        }
        syncsEnded.add(end);
    }

    /** Whether every sync that was asked for has ended. */
    boolean syncsAreOver() {
        return syncs.isEmpty();
    }
}
