package dev.tandem.assistant;

import dev.tandem.assistant.core.Announcement;
import dev.tandem.assistant.core.Client;
import dev.tandem.assistant.core.Effect;
import dev.tandem.assistant.core.Event;
import dev.tandem.assistant.core.Notice;
import dev.tandem.assistant.core.Reply;
import dev.tandem.assistant.core.Tips;
import dev.tandem.assistant.core.Want;
import dev.tandem.xmpp.link.LinkStream;
import dev.tandem.xmpp.link.Links;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out one folder's effects on worker threads, and posts what came of them. Called on the dispatcher thread;
 * never blocks it.
 */
final class FolderEffects implements Effect.Handler {
    private static final Logger LOG = LoggerFactory.getLogger(FolderEffects.class);
    private static final Duration ANSWER = Duration.ofSeconds(30);

    /** What one folder's effects work with. */
    record World(
            UUID uuid,
            FolderWorker worker,
            FolderContents contents,
            RemoteWork remotes,
            ContentFetcher fetcher,
            ContentServer server,
            LongConsumer getEnded,
            PushRunner pushes,
            Links links,
            Records.FolderRecords records,
            Workers workers,
            ScheduledExecutorService timers,
            Consumer<Effect.SyncEnded> syncEnded) {}

    /**
     * Who does the work.
     *
     * @param files one thread: jobs on the files, in order
     * @param pushes pushes under way; the scheduler bounds their number
     * @param contents contents under way; the schedulers at both ends bound their number
     * @param remotes git remotes; one job for each at a time
     * @param answers short questions to the repository and the peers
     */
    record Workers(Executor files, Executor pushes, Executor contents, Executor remotes, Executor answers) {}

    private final World world;
    private final Consumer<Event> post;
    private final AtomicLong numbers = new AtomicLong();
    private final Replies<CompletableFuture<PushWire.Answer>> questions = new Replies<>(numbers);
    private final Replies<LinkStream> offers = new Replies<>(numbers);

    FolderEffects(World world, Consumer<Event> post) {
        this.world = world;
        this.post = post;
    }

    /** A peer's {@code CanPush}: posted to the core, which answers. */
    CompletableFuture<PushWire.Answer> told(Client from, Announcement theirs) {
        CompletableFuture<PushWire.Answer> answer = new CompletableFuture<>();
        post.accept(new Event.CanPush(from, theirs, questions.add(answer)));
        return answer;
    }

    /** A peer's {@code PushRequest}: posted to the core, which answers. */
    CompletableFuture<PushWire.Answer> asked(Client from) {
        CompletableFuture<PushWire.Answer> answer = new CompletableFuture<>();
        post.accept(new Event.PushRequested(from, questions.add(answer)));
        return answer;
    }

    /** A peer wants to fetch contents: posted to the core, which admits or refuses it. */
    void contentAsked(Client from, LinkStream stream) {
        post.accept(new Event.ContentAsked(from, offers.add(stream)));
    }

    /** A peer's push: posted to the core, which grants or refuses it. */
    void offered(Client from, LinkStream stream) {
        post.accept(new Event.PushOffered(from, offers.add(stream)));
    }

    @Override
    public void scanAndCommit() {
        onFiles(() -> world.worker.scanAndCommit(Set.of()));
    }

    @Override
    public void commit(Set<String> paths) {
        onFiles(() -> world.worker.commit(paths));
    }

    @Override
    public void integrate(Set<UUID> clients) {
        onFiles(() -> world.worker.integrate(clients));
    }

    @Override
    public void decideDeletion(boolean meant) {
        world.workers.files.execute(() -> world.worker.decide(meant));
    }

    @Override
    public void lookAtRepository() {
        world.workers.answers.execute(() -> {
            world.remotes.look().ifPresent(post);
            post.accept(world.worker.look());
        });
    }

    private void onFiles(Supplier<Event> job) {
        world.workers.files.execute(() -> post.accept(job.get()));
    }

    @Override
    public void scanContent() {
        world.workers.files.execute(() -> {
            world.worker.scanContent().ifPresent(missing -> post.accept(new Event.ContentScanned(missing)));
            post.accept(new Event.GitMoved()); // it may have recorded what it found
        });
    }

    @Override
    public void findContent(boolean anew, Set<UUID> reachable, int most) {
        world.workers.answers.execute(() -> post.accept(world.contents.find(anew, reachable, most)));
    }

    @Override
    public void fetchContent(long fetch, Client from, List<Want> wants) {
        world.workers.contents.execute(
                () -> world.fetcher.fetch(fetch, from, wants, world.records.deviceName(from.device()), post));
    }

    @Override
    public void cancelFetch(long fetch) {
        world.workers.answers.execute(() -> {
            world.fetcher.cancel(fetch);
            world.remotes.cancel(fetch);
        });
    }

    @Override
    public void fetchRemote(String name) {
        world.workers.remotes.execute(() -> world.remotes.fetch(name, post));
    }

    @Override
    public void pushRemote(String name, boolean tagged) {
        world.workers.remotes.execute(() -> world.remotes.push(name, tagged, post));
    }

    @Override
    public void sendToRemote(String name, UUID annex, Tips tips) {
        world.workers.remotes.execute(() -> world.remotes.send(name, annex, tips, post));
    }

    @Override
    public void fetchFromRemote(long fetch, String name, Client from, List<Want> wants) {
        world.workers.contents.execute(() -> world.remotes.fetchContents(fetch, name, from, wants, post));
    }

    @Override
    public void placeContent(Set<String> keys) {
        onFiles(() -> world.worker.placeContent(keys));
    }

    @Override
    public void serveContent(Client client, long stream) {
        offers.take(stream).ifPresent(offer -> world.workers.contents.execute(() -> serve(client, offer)));
    }

    private void serve(Client client, LinkStream stream) {
        String peer = world.records.deviceName(client.device());
        ContentServer.Sent sent = world.server.serve(client, peer, stream);
        if (sent.contents() > 0) {
            world.records.note(
                    "content-sent",
                    Map.of(
                            "to", peer,
                            "files", Integer.toString(sent.contents()),
                            "paths", String.join("\n", sent.paths())));
        }
    }

    @Override
    public void getEnded(long token) {
        world.getEnded.accept(token);
    }

    @Override
    public void tell(Client client, Announcement ours) {
        request(
                client,
                PushWire.CAN_PUSH,
                PushWire.Message.of(client.uuid(), world.uuid, ours),
                answer -> new Event.TipsAnswered(
                        client, ours.tips(), Objects.requireNonNull(answer.reply()), answer.announcement()),
                failure -> new Event.TellFailed(client, failure));
    }

    @Override
    public void askForPush(Client client) {
        request(
                client,
                PushWire.REQUEST,
                PushWire.Message.bare(client.uuid(), world.uuid),
                answer -> new Event.PushAsked(client, null),
                failure -> new Event.PushAsked(client, failure));
    }

    /** Asks a peer; exactly one event comes of it. */
    private void request(
            Client client,
            String service,
            PushWire.Message message,
            Function<PushWire.Answer, Event> answered,
            Function<String, Event> failed) {
        var unused = world.links
                .request(client.device(), service, PushWire.encode(message), ANSWER)
                .whenCompleteAsync(
                        (body, failure) -> post.accept(
                                failure == null
                                        ? outcome(body, answered, failed)
                                        : failed.apply(Diagnosis.brief(root(failure)))),
                        world.workers.answers);
    }

    private static Event outcome(
            byte[] body, Function<PushWire.Answer, Event> answered, Function<String, Event> failed) {
        try {
            PushWire.Answer answer = PushWire.answer(body);
            return answer.refused() == null ? answered.apply(answer) : failed.apply("refused: " + answer.refused());
        } catch (IOException malformed) {
            return failed.apply("sent an answer that makes no sense");
        }
    }

    @Override
    public void compare(Client client, Tips theirs, long reply, Announcement ours) {
        world.workers.answers.execute(() -> {
            boolean wanted = false;
            PushWire.Answer answer = PushWire.Answer.refusal("its repository cannot be read");
            try {
                wanted = !world.worker.holds(theirs);
                answer = PushWire.Answer.of(wanted ? Reply.WANTED : Reply.HAVE, ours);
            } catch (IOException unreadable) {
                LOG.warn("cannot tell whether {} is here", theirs, unreadable);
            } finally {
                post.accept(new Event.Compared(client, theirs, wanted));
                reply(reply, answer);
            }
        });
    }

    @Override
    public void answer(long reply, Reply said, Announcement ours) {
        reply(reply, PushWire.Answer.of(said, ours));
    }

    @Override
    public void refuse(long reply, String reason) {
        reply(reply, PushWire.Answer.refusal(reason));
    }

    private void reply(long reply, PushWire.Answer answer) {
        questions.take(reply).ifPresent(question -> question.complete(answer));
    }

    @Override
    public void sendPush(Client client, Tips base) {
        world.workers.pushes.execute(() -> {
            Tips pushed = Tips.NONE;
            String failure = "it broke off";
            try {
                pushed = world.worker.tips();
                failure = world.pushes.send(client, base);
            } catch (IOException unreadable) {
                failure = Diagnosis.brief(unreadable);
            } finally {
                post.accept(new Event.Sent(client, pushed, failure));
            }
        });
    }

    @Override
    public void receivePush(Client client, long stream) {
        Optional<LinkStream> offer = offers.take(stream);
        world.workers.pushes.execute(() -> {
            String failure = "it broke off";
            try {
                failure = offer.isPresent() ? world.pushes.receive(client, offer.get()) : "the stream is gone";
            } finally {
                post.accept(new Event.Received(client, failure));
            }
        });
    }

    @Override
    public void refusePush(long stream, String reason) {
        offers.take(stream).ifPresent(offer -> world.workers.answers.execute(() -> offer.reset(reason)));
    }

    @Override
    public void remember(List<Client> clients, @Nullable String head, Instant lastSync) {
        world.records.remember(clients, head, lastSync);
    }

    @Override
    public void owe(Client client, Notice notice) {
        world.records.owe(client, notice);
    }

    @Override
    public void settle(Client client, Notice notice) {
        world.records.settle(client, notice);
    }

    @Override
    public void later(Duration delay, Event event) {
        var unused = world.timers.schedule(() -> post.accept(event), delay.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void note(String type, Map<String, String> fields) {
        world.records.note(type, fields);
    }

    @Override
    public void raise(String key, String severity, String text) {
        world.records.raise(key, severity, text);
    }

    @Override
    public void clear(String key) {
        world.records.clear(key);
    }

    @Override
    public void syncEnded(Effect.SyncEnded end) {
        world.syncEnded.accept(end);
    }

    private static Throwable root(Throwable failure) {
        return failure instanceof java.util.concurrent.CompletionException && failure.getCause() != null
                ? failure.getCause()
                : failure;
    }
}
