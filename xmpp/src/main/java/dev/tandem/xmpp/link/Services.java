package dev.tandem.xmpp.link;

import com.google.common.util.concurrent.MoreExecutors;
import dev.tandem.xmpp.account.DeviceId;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What this device answers to, by name; each link hands its peer's calls over one after the other, beside others'. */
final class Services {
    private static final Logger LOG = LoggerFactory.getLogger(Services.class);

    /** Of one peer, with up to 256 KiB each; those that it has cancelled wait here too until it is their turn. */
    private static final int MAX_WAITING = 2 * Requests.MAX_OPEN;

    private static final String BUSY = "too much is waiting here; ask later";

    private record Streams(Priority priority, StreamHandler handler) {}

    private final Map<String, RequestHandler> requests = new ConcurrentHashMap<>();
    private final Map<String, Streams> streams = new ConcurrentHashMap<>();
    private final ExecutorService workers;
    private final LongSupplier nanos;

    Services(ExecutorService workers, LongSupplier nanos) {
        this.workers = workers;
        this.nanos = nanos;
    }

    void register(String service, RequestHandler handler) {
        requests.put(service, handler);
    }

    void register(String service, Priority priority, StreamHandler handler) {
        streams.put(service, new Streams(priority, handler));
    }

    /** Serves one link, whose end is told to {@code ended}. */
    Multiplexer.Host serve(DeviceId peer, Consumer<String> ended) {
        return new Serving(peer, ended);
    }

    private final class Serving implements Multiplexer.Host {
        private final DeviceId peer;
        private final Consumer<String> ended;
        private final Executor inbox = MoreExecutors.newSequentialExecutor(workers);
        private final AtomicInteger waiting = new AtomicInteger();

        Serving(DeviceId peer, Consumer<String> ended) {
            this.peer = peer;
            this.ended = ended;
        }

        @Override
        public void requested(Call call, CompletableFuture<byte[]> answer) {
            RequestHandler handler = requests.get(call.service());
            if (handler == null) {
                answer.completeExceptionally(new IOException("no service is called " + call.service()));
                return;
            }
            try {
                handOver(() -> answer(handler, call, answer));
            } catch (RejectedExecutionException refused) {
                answer.completeExceptionally(new IOException(Multiplexer.words(refused)));
            }
        }

        /** The handler's turn comes, unless too many wait for theirs already. */
        private void handOver(Runnable call) {
            if (waiting.get() >= MAX_WAITING) {
                throw new RejectedExecutionException(BUSY);
            }
            waiting.incrementAndGet();
            try {
                inbox.execute(() -> {
                    waiting.decrementAndGet();
                    call.run();
                });
            } catch (RejectedExecutionException closing) {
                throw new RejectedExecutionException("the daemon stops", closing);
            }
        }

        private void answer(RequestHandler handler, Call call, CompletableFuture<byte[]> answer) {
            if (answer.isDone()) {
                return; // given up while it waited for its turn
            }
            try {
                CompletableFuture<byte[]> working = handler.handle(peer, call.body());
                var unused = working.whenComplete((body, failure) -> pass(body, failure, answer));
                var unusedToo = answer.whenComplete((body, failure) -> working.cancel(false));
            } catch (IOException refused) {
                answer.completeExceptionally(refused);
            } catch (RuntimeException | Error bug) {
                LOG.error("the service {} failed", call.service(), bug);
                answer.completeExceptionally(
                        new IOException("the service failed (" + bug.getClass().getSimpleName() + ")"));
            }
        }

        private static void pass(byte[] body, Throwable failure, CompletableFuture<byte[]> answer) {
            if (failure == null) {
                answer.complete(body);
            } else {
                answer.completeExceptionally(
                        failure instanceof CompletionException && failure.getCause() != null
                                ? failure.getCause()
                                : failure);
            }
        }

        @Override
        public void opened(Call call, LinkStream stream) {
            Streams service = streams.get(call.service());
            if (service == null) {
                stream.reset("no service is called " + call.service());
                return;
            }
            long until = nanos.getAsLong() + call.remaining().toNanos();
            try {
                handOver(() -> hand(service.handler, call, stream, until));
            } catch (RejectedExecutionException refused) {
                stream.reset(Multiplexer.words(refused));
            }
        }

        private void hand(StreamHandler handler, Call call, LinkStream stream, long until) {
            if (nanos.getAsLong() - until > 0) {
                stream.reset("its turn came too late");
                return;
            }
            try {
                handler.opened(peer, call.body(), stream);
            } catch (IOException refused) {
                stream.reset(Multiplexer.words(refused));
            } catch (RuntimeException bug) {
                LOG.error("the service {} failed", call.service(), bug);
                stream.reset("the service failed");
            }
        }

        @Override
        public Priority priority(String service) {
            Streams known = streams.get(service);
            return known == null ? Priority.NORMAL : known.priority;
        }

        @Override
        public void ended(String reason) {
            ended.accept(reason);
        }
    }
}
