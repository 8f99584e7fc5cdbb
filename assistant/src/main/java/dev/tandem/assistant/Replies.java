package dev.tandem.assistant;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Things that wait outside the core, by the number under which the core knows them. Any thread. */
final class Replies<T> {
    private final Map<Long, T> waiting = new ConcurrentHashMap<>();
    private final AtomicLong numbers;

    /** Numbers are drawn from a counter that several tables may share. */
    Replies(AtomicLong numbers) {
        this.numbers = numbers;
    }

    long add(T what) {
        long number = numbers.incrementAndGet();
        waiting.put(number, what);
        return number;
    }

    /** What waited under that number; empty if it was taken before. */
    Optional<T> take(long number) {
        return Optional.ofNullable(waiting.remove(number));
    }
}
