package dev.tandem.assistant;

import dev.tandem.assistant.core.Questions;
import dev.tandem.assistant.core.Questions.Kind;
import dev.tandem.assistant.core.Questions.Reply;
import dev.tandem.assistant.core.Questions.Step;
import dev.tandem.assistant.store.Store;
import dev.tandem.assistant.store.StoredPeer;
import dev.tandem.xmpp.account.DeviceId;
import dev.tandem.xmpp.link.Links;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries {@link Questions} to the devices, and what they say to whoever asked. Any thread; the lock guards the
 * questions and their askers, so that what one asker is given is in order; nothing is sent under it.
 */
final class Survey {
    private static final Logger LOG = LoggerFactory.getLogger(Survey.class);

    /** The questions' own patience ends first. */
    private static final Duration ANSWER = Questions.PATIENCE.plusSeconds(5);

    /** Above all that the turns of a client can take. */
    private static final Duration LONGEST = Duration.ofMinutes(10);

    private final Store store;
    private final Links links;
    private final InstantSource clock;
    private final ScheduledExecutorService timers;
    private final Executor worker;
    private final Object lock = new Object();

    /** Of the devices, as of the change that is being made. */
    private Map<DeviceId, Boolean> reachable = Map.of();

    private final Questions<SurveyWire.Page> questions = new Questions<>(() -> reachable);
    private final Map<Long, Asker> askers = new HashMap<>();
    private long last;

    /** {@code worker} may wait for the disk. */
    Survey(Store store, Links links, InstantSource clock, ScheduledExecutorService timers, Executor worker) {
        this.store = store;
        this.links = links;
        this.clock = clock;
        this.timers = timers;
        this.worker = worker;
    }

    /** What one asker waits for. */
    final class Asker implements AutoCloseable {
        private final long id;
        private final Kind kind;
        private final long since;
        private final BlockingQueue<Step<SurveyWire.Page>> told = new LinkedBlockingQueue<>();

        /** Guarded by the lock, as are the two below: where each device's next page begins. */
        private final Map<DeviceId, Long> cursors = new HashMap<>();

        private final Map<DeviceId, String> words = new HashMap<>();
        private final Map<DeviceId, CompletableFuture<byte[]>> asked = new HashMap<>();

        private Asker(long id, Kind kind, long since) {
            this.id = id;
            this.kind = kind;
            this.since = since;
        }

        /**
         * What comes next: an {@code Ask} when a device is asked, then pages and ends; an {@code End} is the last.
         *
         * @throws IOException if the daemon stops
         */
        Step<SurveyWire.Page> next() throws IOException {
            try {
                Step<SurveyWire.Page> step = told.poll(LONGEST.toSeconds(), TimeUnit.SECONDS);
                if (step == null) {
                    throw new IOException("the question has not ended");
                }
                return step;
            } catch (InterruptedException stopping) {
                Thread.currentThread().interrupt();
                throw new IOException("the daemon is stopping", stopping);
            }
        }

        /** The device's page was used: it may send the next. */
        void taken(DeviceId device) {
            run(() -> questions.taken(id, device, clock.instant()));
        }

        /** Why a device's part ended as it did, for a person. */
        String reason(DeviceId device, Questions.Part part) {
            String half = part.pages() > 0 ? "; what it had said is not all" : "";
            return switch (part.outcome()) {
                case ANSWERED -> "";
                case NOT_CONNECTED -> "offline";
                case JOINED_LATER -> "offline when it was asked, and back since: ask again";
                case LEFT -> "lost while it was asked" + half;
                case TIMED_OUT -> "silent for " + Questions.PATIENCE.toSeconds() + " s" + half;
                case BUSY -> "busy: ask again later" + half;
                case MALFORMED -> "its answer makes no sense: update the older of the two" + half;
                case REFUSED -> "refused: " + word(device) + half;
            };
        }

        private String word(DeviceId device) {
            synchronized (lock) {
                return words.getOrDefault(device, "it does not say why");
            }
        }

        @Override
        public void close() {
            run(() -> questions.withdraw(id, clock.instant()));
            synchronized (lock) {
                askers.remove(id);
            }
        }
    }

    /** Asks; empty if too many questions wait. Close the asker in any case. */
    Optional<Asker> ask(String client, Kind kind, long since) {
        Asker asker;
        synchronized (lock) {
            asker = new Asker(++last, kind, since);
            askers.put(asker.id, asker);
        }
        boolean[] accepted = {false};
        run(() -> {
            Optional<List<Step<SurveyWire.Page>>> steps = questions.ask(asker.id, client, kind, clock.instant());
            accepted[0] = steps.isPresent();
            return steps.orElse(List.of());
        });
        if (!accepted[0]) {
            asker.close();
            return Optional.empty();
        }
        return Optional.of(asker);
    }

    /** A device can be reached. */
    void joined(DeviceId device) {
        run(() -> {
            questions.joined(device);
            return List.of();
        });
    }

    /** A device cannot be reached any more. */
    void left(DeviceId device) {
        run(() -> questions.left(device, clock.instant()));
    }

    private Map<DeviceId, Boolean> devices() {
        Set<DeviceId> up = links.up();
        Map<DeviceId, Boolean> devices = new LinkedHashMap<>();
        for (StoredPeer peer : store.peers().list()) {
            devices.put(peer.device(), up.contains(peer.device()));
        }
        return devices;
    }

    /** Changes the questions, tells the askers, and then sends what is to be sent. */
    private void run(Supplier<List<Step<SurveyWire.Page>>> change) {
        List<Step<SurveyWire.Page>> toSend = new ArrayList<>();
        List<CompletableFuture<byte[]>> toCancel = new ArrayList<>();
        Map<DeviceId, Boolean> now = devices();
        synchronized (lock) {
            reachable = now;
            for (Step<SurveyWire.Page> step : change.get()) {
                if (step instanceof Step.Ask<SurveyWire.Page> ask) {
                    toSend.add(ask);
                    tell(ask.question(), ask);
                } else if (step instanceof Step.Cancel<SurveyWire.Page> cancel) {
                    Asker asker = askers.get(cancel.question());
                    CompletableFuture<byte[]> open = asker == null ? null : asker.asked.remove(cancel.device());
                    if (open != null) {
                        toCancel.add(open);
                    }
                } else if (step instanceof Step.Give<SurveyWire.Page> give) {
                    tell(give.question(), give);
                } else if (step instanceof Step.Over<SurveyWire.Page> over) {
                    tell(over.question(), over);
                } else if (step instanceof Step.End<SurveyWire.Page> end) {
                    tell(end.question(), end);
                }
            }
        }
        toCancel.forEach(open -> open.cancel(false));
        for (Step<SurveyWire.Page> step : toSend) {
            if (step instanceof Step.Ask<SurveyWire.Page> ask) {
                send(ask);
            }
        }
    }

    private void tell(long question, Step<SurveyWire.Page> step) {
        Asker asker = askers.get(question);
        if (asker != null) {
            asker.told.add(step);
        }
    }

    private void send(Step.Ask<SurveyWire.Page> ask) {
        Asker asker;
        byte[] body;
        synchronized (lock) {
            asker = askers.get(ask.question());
            if (asker == null) {
                return;
            }
            long cursor = asker.cursors.getOrDefault(ask.device(), 0L);
            body = asker.kind == Kind.STATUS
                    ? new byte[0]
                    : PushWire.encode(new SurveyWire.LogQuestion(asker.since, cursor));
        }
        String service = asker.kind == Kind.STATUS ? SurveyWire.STATUS : SurveyWire.LOG;
        CompletableFuture<byte[]> answer = links.request(ask.device(), service, body, ANSWER);
        synchronized (lock) {
            asker.asked.put(ask.device(), answer);
        }
        var unused = answer.whenComplete((content, failure) -> {
            if (failure == null) {
                heard(asker, ask, content);
            } else {
                failed(asker, ask, failure);
            }
        });
        try {
            var unusedToo = timers.schedule(
                    () -> worker.execute(() -> run(() -> questions.tick(clock.instant()))),
                    Questions.PATIENCE.toMillis() + 1,
                    TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException closing) {
            LOG.debug("the daemon stops");
        }
    }

    private void heard(Asker asker, Step.Ask<SurveyWire.Page> ask, byte[] content) {
        try {
            SurveyWire.Page page =
                    asker.kind == Kind.STATUS ? SurveyWire.folders(content) : SurveyWire.entries(content);
            if (page.refused() != null) {
                said(asker, ask, Reply.REFUSED, page, page.refused());
            } else {
                said(asker, ask, page.goesOn() ? Reply.PAGE : Reply.LAST, page, null);
            }
        } catch (IOException malformed) {
            LOG.debug("{} answers with what makes no sense", ask.device().brief(), malformed);
            said(asker, ask, Reply.MALFORMED, null, null);
        }
    }

    private void failed(Asker asker, Step.Ask<SurveyWire.Page> ask, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof TimeoutException) {
            return; // the questions know
        }
        if (links.up().contains(ask.device())) {
            said(asker, ask, Reply.REFUSED, null, Diagnosis.brief(cause));
        } else {
            left(ask.device());
        }
    }

    private void said(
            Asker asker,
            Step.Ask<SurveyWire.Page> ask,
            Reply reply,
            SurveyWire.@Nullable Page page,
            @Nullable String words) {
        run(() -> {
            if (page instanceof SurveyWire.Entries entries) {
                Long before = asker.cursors.put(ask.device(), entries.cursor());
                if (entries.more() && entries.cursor() <= (before == null ? 0 : before)) {
                    return questions.said(asker.id, ask.device(), ask.page(), Reply.MALFORMED, null, clock.instant());
                }
            }
            if (words != null) {
                asker.words.put(ask.device(), words);
            }
            return questions.said(asker.id, ask.device(), ask.page(), reply, page, clock.instant());
        });
    }
}
