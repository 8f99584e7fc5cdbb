package dev.tandem.assistant.core;

import dev.tandem.xmpp.account.DeviceId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Questions to many devices: who is asked when, and when a question is over. Pure; not safe for several threads at
 * once.
 *
 * <ol>
 *   <li>One question a client and kind is under way; its next ones wait their turn, others' run beside it.
 *   <li>Each question is asked of the devices that are reachable when its turn comes. A device is asked for a page at a
 *       time, and for the next one when the asker has taken the last: what waits for an asker is one page of each.
 *   <li>What a device says goes to whoever asked, and to nobody else; what comes for a part that is over, nowhere.
 *   <li>A question ends exactly once, after everything that was said: when each device has answered, refused, left, or
 *       been silent for {@link #PATIENCE}.
 * </ol>
 *
 * @param <R> a page
 */
public final class Questions<R> {
    /** How long a device may be silent. */
    public static final Duration PATIENCE = Duration.ofSeconds(15);

    /** Of one client and kind; a person waits for one. */
    public static final int MAX_WAITING = 8;

    /** Of all clients: more than the local API lets in. */
    public static final int MAX_QUESTIONS = 64;

    /** Of one device's answer: a journal has fewer. */
    public static final int MAX_PAGES = 5000;

    /** What is asked. */
    public enum Kind {
        /** How the shared folders stand. */
        STATUS,
        /** What happened in them. */
        LOG
    }

    /** What a device can say to a question. */
    public enum Reply {
        /** A page, and there are more. */
        PAGE(null),
        /** The last page. */
        LAST(Outcome.ANSWERED),
        /** It does not want to, or does not know the question. */
        REFUSED(Outcome.REFUSED),
        /** Too much waits there. */
        TRY_AGAIN(Outcome.BUSY),
        /** What came makes no sense. */
        MALFORMED(Outcome.MALFORMED);

        private final @Nullable Outcome end;

        Reply(@Nullable Outcome end) {
            this.end = end;
        }

        /** What this ends a device's part with; null if more is to come. */
        @Nullable
        Outcome end() {
            return end;
        }
    }

    /** How a device's part of a question ended. */
    public enum Outcome {
        /** It has said everything. */
        ANSWERED,
        /** It could not be reached. */
        NOT_CONNECTED,
        /** It could not be reached, and came back while others were still asked. */
        JOINED_LATER,
        /** It was lost on the way. */
        LEFT,
        /** See {@link Reply#REFUSED}. */
        REFUSED,
        /** See {@link Reply#TRY_AGAIN}. */
        BUSY,
        /** See {@link Reply#MALFORMED}. */
        MALFORMED,
        /** It was silent for too long. */
        TIMED_OUT
    }

    /**
     * How a device's part ended.
     *
     * @param pages how many had come before; with another outcome than {@code ANSWERED} the answer is not whole
     */
    public record Part(Outcome outcome, int pages) {}

    /** What is to be done. */
    public sealed interface Step<R> {
        /** Ask a device for its page of that number, from 1. */
        record Ask<R>(long question, DeviceId device, int page) implements Step<R> {}

        /** Tell a device that its answer is not wanted any more. */
        record Cancel<R>(long question, DeviceId device) implements Step<R> {}

        /** Give the asker a page. */
        record Give<R>(long question, DeviceId device, R page) implements Step<R> {}

        /** Tell the asker how one device's part ended. */
        record Over<R>(long question, DeviceId device, Part part) implements Step<R> {}

        /** Tell the asker that all has been said. */
        record End<R>(long question, Map<DeviceId, Part> parts) implements Step<R> {}
    }

    /** Whether devices can be reached. */
    public interface Reach {
        /** All that are to be asked, in the order in which they are told, and whether each is there now. */
        Map<DeviceId, Boolean> devices();
    }

    private record Lane(String client, Kind kind) {}

    /** One device's part; over once {@code outcome} is set. */
    private static final class Asking {
        int page;
        int taken;

        /** When it will have been silent for too long; null while it is not its turn. */
        @Nullable
        Instant deadline;

        @Nullable
        Outcome outcome;

        boolean isOver() {
            return outcome != null;
        }
    }

    private static final class Question {
        final long id;
        final Lane lane;
        final Map<DeviceId, Asking> parts = new LinkedHashMap<>();

        Question(long id, Lane lane) {
            this.id = id;
            this.lane = lane;
        }
    }

    private final Reach reach;
    private final Map<Lane, Deque<Question>> lanes = new HashMap<>();
    private final Map<Long, Question> all = new HashMap<>();

    /** No question yet. */
    public Questions(Reach reach) {
        this.reach = reach;
    }

    /**
     * A client asks.
     *
     * @param id unique, chosen by the caller
     * @return empty if too much is asked already
     */
    public Optional<List<Step<R>>> ask(long id, String client, Kind kind, Instant now) {
        Lane lane = new Lane(client, kind);
        Deque<Question> waiting = lanes.getOrDefault(lane, new ArrayDeque<>());
        if (waiting.size() >= MAX_WAITING || all.size() >= MAX_QUESTIONS) {
            return Optional.empty();
        }
        lanes.put(lane, waiting);
        Question question = new Question(id, lane);
        waiting.add(question);
        all.put(id, question);
        List<Step<R>> steps = new ArrayList<>();
        if (waiting.size() == 1) {
            begin(question, now, steps);
        }
        return Optional.of(steps);
    }

    private void begin(Question question, Instant now, List<Step<R>> steps) {
        reach.devices().forEach((device, there) -> {
            Asking part = new Asking();
            question.parts.put(device, part);
            if (there) {
                askNext(question, device, part, now, steps);
            } else {
                over(question, device, part, Outcome.NOT_CONNECTED, steps);
            }
        });
        endIfOver(question, now, steps);
    }

    private void askNext(Question question, DeviceId device, Asking part, Instant now, List<Step<R>> steps) {
        part.page++;
        part.deadline = now.plus(PATIENCE);
        steps.add(new Step.Ask<>(question.id, device, part.page));
    }

    /**
     * A device says something.
     *
     * @param page which one it was asked for
     * @param content null unless the reply has one
     */
    public List<Step<R>> said(long id, DeviceId device, int page, Reply reply, @Nullable R content, Instant now) {
        List<Step<R>> steps = new ArrayList<>();
        Question question = all.get(id);
        Asking part = question == null ? null : question.parts.get(device);
        if (question == null || part == null || part.isOver() || part.page != page || part.deadline == null) {
            return steps; // too late, or twice
        }
        part.deadline = null;
        Outcome end = reply.end();
        if (content != null && (end == null || end == Outcome.ANSWERED)) {
            part.taken++;
            steps.add(new Step.Give<>(id, device, content));
        }
        if (end != null) {
            over(question, device, part, end, steps);
            endIfOver(question, now, steps);
        }
        return steps;
    }

    /** The asker has taken a device's page: the next one may come. */
    public List<Step<R>> taken(long id, DeviceId device, Instant now) {
        List<Step<R>> steps = new ArrayList<>();
        Question question = all.get(id);
        Asking part = question == null ? null : question.parts.get(device);
        if (question == null || part == null || part.isOver() || part.deadline != null) {
            return steps;
        }
        if (part.page < MAX_PAGES) {
            askNext(question, device, part, now, steps);
        } else {
            over(question, device, part, Outcome.MALFORMED, steps);
            endIfOver(question, now, steps);
        }
        return steps;
    }

    /** A device cannot be reached any more. */
    public List<Step<R>> left(DeviceId device, Instant now) {
        List<Step<R>> steps = new ArrayList<>();
        for (Question question : List.copyOf(all.values())) {
            Asking part = question.parts.get(device);
            if (part != null && !part.isOver()) {
                over(question, device, part, Outcome.LEFT, steps);
                endIfOver(question, now, steps);
            }
        }
        return steps;
    }

    /** A device can be reached: questions that are under way are not asked of it, and say so. */
    public void joined(DeviceId device) {
        for (Question question : all.values()) {
            Asking part = question.parts.get(device);
            if (part != null && part.outcome == Outcome.NOT_CONNECTED) {
                part.outcome = Outcome.JOINED_LATER;
            }
        }
    }

    /** Time has passed. */
    public List<Step<R>> tick(Instant now) {
        List<Step<R>> steps = new ArrayList<>();
        for (Question question : List.copyOf(all.values())) {
            question.parts.forEach((device, part) -> {
                if (part.deadline != null && !part.isOver() && !now.isBefore(part.deadline)) {
                    steps.add(new Step.Cancel<>(question.id, device));
                    over(question, device, part, Outcome.TIMED_OUT, steps);
                }
            });
            endIfOver(question, now, steps);
        }
        return steps;
    }

    /** The next moment at which {@link #tick} has something to do. */
    public Optional<Instant> nextDeadline() {
        return all.values().stream()
                .flatMap(question -> question.parts.values().stream())
                .filter(part -> !part.isOver())
                .flatMap(part -> Optional.ofNullable(part.deadline).stream())
                .min(Instant::compareTo);
    }

    /** Whoever asked is gone, or has heard enough: nothing more is said about that question. */
    public List<Step<R>> withdraw(long id, Instant now) {
        List<Step<R>> steps = new ArrayList<>();
        Question question = all.get(id);
        if (question != null) {
            question.parts.forEach((device, part) -> {
                if (!part.isOver() && part.deadline != null) {
                    steps.add(new Step.Cancel<>(id, device));
                }
            });
            remove(question, now, steps);
        }
        return steps;
    }

    /** Whether nothing is asked, and nothing remembered. */
    public boolean isIdle() {
        return all.isEmpty() && lanes.isEmpty();
    }

    private void over(Question question, DeviceId device, Asking part, Outcome outcome, List<Step<R>> steps) {
        part.outcome = outcome;
        part.deadline = null;
        steps.add(new Step.Over<>(question.id, device, new Part(outcome, part.taken)));
    }

    private void endIfOver(Question question, Instant now, List<Step<R>> steps) {
        boolean begun = lanes.getOrDefault(question.lane, new ArrayDeque<>()).peek() == question;
        if (begun && question.parts.values().stream().allMatch(Asking::isOver)) {
            Map<DeviceId, Part> parts = new LinkedHashMap<>();
            question.parts.forEach((device, part) -> {
                if (part.outcome != null) {
                    parts.put(device, new Part(part.outcome, part.taken));
                }
            });
            steps.add(new Step.End<>(question.id, parts));
            remove(question, now, steps);
        }
    }

    private void remove(Question question, Instant now, List<Step<R>> steps) {
        all.remove(question.id);
        Deque<Question> waiting = lanes.get(question.lane);
        if (waiting == null) {
            return;
        }
        boolean first = waiting.peek() == question;
        waiting.remove(question);
        Question next = waiting.peek();
        if (next == null) {
            lanes.remove(question.lane);
        } else if (first) {
            begin(next, now, steps);
        }
    }
}
