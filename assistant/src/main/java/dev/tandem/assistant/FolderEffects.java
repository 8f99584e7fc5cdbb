package dev.tandem.assistant;

import dev.tandem.assistant.core.Client;
import dev.tandem.assistant.core.Effect;
import dev.tandem.assistant.core.Event;
import dev.tandem.assistant.core.Tips;
import dev.tandem.xmpp.link.LinkStream;
import dev.tandem.xmpp.link.Links;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Carries out one folder's effects on worker threads, and posts what came of them. Called on the dispatcher thread;
 * never blocks it.
 */
final class FolderEffects implements Effect.Handler {
    private static final Duration ANSWER = Duration.ofSeconds(30);

    /** What one folder's effects work with. */
    record World(
            UUID uuid,
            FolderWorker worker,
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
     * @param answers short questions to the repository and the peers
     */
    record Workers(Executor files, Executor pushes, Executor answers) {}

    private final World world;
    private final Consumer<Event> post;
    private final AtomicLong numbers = new AtomicLong();
    private final Replies<CompletableFuture<PushWire.Answer>> questions = new Replies<>(numbers);
    private final Replies<LinkStream> offers = new Replies<>(numbers);

    FolderEffects(World world, Consumer<Event> post) {
        this.world = world;
        this.post = post;
    }

    /** A peer's request: posted to the core, which answers through {@link #answer} or {@link #answerTips}. */
    CompletableFuture<PushWire.Answer> asked(Client from, Tips theirs, boolean forPush) {
        CompletableFuture<PushWire.Answer> answer = new CompletableFuture<>();
        long reply = questions.add(answer);
        post.accept(forPush ? new Event.PushRequested(from, reply) : new Event.CanPush(from, theirs, reply));
        return answer;
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
    public void lookAtRepository() {
        world.workers.answers.execute(() -> post.accept(world.worker.look()));
    }

    private void onFiles(Supplier<Event> job) {
        world.workers.files.execute(() -> post.accept(job.get()));
    }

    @Override
    public void tell(Client client, Tips ours) {
        request(client, PushWire.CAN_PUSH, new PushWire.Message(client.uuid(), world.uuid, ours), answer -> {
            post.accept(new Event.TipsAnswered(client, ours, answer.wanted(), answer.tips()));
        });
    }

    @Override
    public void askForPush(Client client) {
        request(client, PushWire.REQUEST, new PushWire.Message(client.uuid(), world.uuid, Tips.NONE), answer -> {});
    }

    private void request(Client client, String service, PushWire.Message message, Consumer<PushWire.Answer> then) {
        var unused = world.links
                .request(client.device(), service, PushWire.encode(message), ANSWER)
                .whenCompleteAsync(
                        (body, failure) -> {
                            if (failure != null) {
                                post.accept(new Event.TellFailed(client, Diagnosis.brief(root(failure))));
                                return;
                            }
                            answered(client, body, then);
                        },
                        world.workers.answers);
    }

    private void answered(Client client, byte[] body, Consumer<PushWire.Answer> then) {
        try {
            PushWire.Answer answer = PushWire.answer(body);
            if (answer.refused() == null) {
                then.accept(answer);
            } else {
                post.accept(new Event.TellFailed(client, answer.refused()));
            }
        } catch (IOException malformed) {
            post.accept(new Event.TellFailed(client, "sent an answer that makes no sense"));
        }
    }

    @Override
    public void answerTips(Client client, Tips theirs, long reply) {
        world.workers.answers.execute(() -> questions.take(reply).ifPresent(question -> {
            try {
                question.complete(PushWire.Answer.of(!world.worker.holds(theirs), world.worker.tips()));
            } catch (IOException unreadable) {
                question.complete(PushWire.Answer.refusal("its repository cannot be read"));
            }
        }));
    }

    @Override
    public void answer(long reply, @Nullable String refusal) {
        PushWire.Answer answer =
                refusal == null ? PushWire.Answer.of(false, Tips.NONE) : PushWire.Answer.refusal(refusal);
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
    public void remember(Client client, @Nullable String head, Instant lastSync) {
        world.records.remember(client, head, lastSync);
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
