package dev.tandem.xmpp.carrier;

import dev.tandem.xmpp.testing.VirtualTime;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Two ends of an in-band session, with the carrier's real {@link Sender} and {@link Receiver}, over a network that
 * loses, doubles, delays and reorders messages. In one thread, on virtual time.
 */
public final class SimulatedWire {
    private static final long ACKNOWLEDGE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(120);

    /**
     * How bad the network is.
     *
     * @param loss the share of messages that are lost, 0 to 1
     * @param duplication the share that comes twice
     * @param fromMillis the shortest delay; {@code toMillis} the longest, so that messages overtake each other
     */
    public record Weather(double loss, double duplication, int fromMillis, int toMillis) {}

    /** Who sits at an end. */
    public interface Sitting {
        /** The next message, in order, once. */
        void arrived(byte[] message);

        /** There is room for more after there was none. */
        void writable();

        /** The other end has been silent for too long. */
        void silent();
    }

    private final VirtualTime time;
    private final RandomGenerator random;
    private final Weather weather;
    private final BooleanSupplier passable;
    private final End one;
    private final End two;
    private long messages;

    /** A wire on which messages pass while {@code passable} holds. */
    public SimulatedWire(VirtualTime time, RandomGenerator random, Weather weather, BooleanSupplier passable) {
        this.time = time;
        this.random = random;
        this.weather = weather;
        this.passable = passable;
        one = new End();
        two = new End();
        one.other = two;
        two.other = one;
    }

    /** One end. */
    public End one() {
        return one;
    }

    /** The other. */
    public End two() {
        return two;
    }

    /** Messages that were put on the wire, repetitions and acknowledgements included. */
    public long messages() {
        return messages;
    }

    /** One end of the wire. */
    public final class End {
        private final Sender sender = new Sender();
        private final Receiver receiver = new Receiver();
        private @Nullable End other;
        private @Nullable Sitting sitting;
        private boolean closed;
        private boolean wasFull;
        private long heardNanos = time.nanos();
        private long acknowledgeAt = Long.MAX_VALUE;
        private long wakeAt = Long.MAX_VALUE;

        /** Who is told what arrives. */
        public void sit(Sitting who) {
            sitting = who;
        }

        /** Whether a writer has to wait until it is told that there is room. */
        public boolean isFull() {
            wasFull |= sender.isFull();
            return sender.isFull();
        }

        /** Sends a message of at most 4096 bytes. */
        public void write(byte[] message) {
            if (sender.isDrained()) {
                heardNanos = time.nanos();
            }
            sender.write(message);
            flush();
        }

        /** Nothing is sent or heard any more. */
        public void close() {
            closed = true;
        }

        private void received(Chunk chunk) {
            if (closed || sitting == null) {
                return;
            }
            heardNanos = time.nanos();
            sender.acknowledged(chunk.acknowledged(), chunk.window(), chunk.sequence() > 0, chunk.held(), time.nanos());
            boolean atOnce = false;
            if (chunk.sequence() > 0) {
                atOnce = receiver.accept(chunk);
                acknowledgeAt = Math.min(acknowledgeAt, time.nanos() + ACKNOWLEDGE_NANOS);
            }
            while (!receiver.isEmpty() && !closed) {
                sitting.arrived(receiver.take());
            }
            if (!closed) {
                flush();
            }
            if (!closed && atOnce && acknowledgeAt != Long.MAX_VALUE) {
                acknowledge();
            }
            if (!closed && wasFull && !sender.isFull()) {
                wasFull = false;
                sitting.writable();
            }
        }

        private void flush() {
            for (Sender.Piece piece : sender.poll(time.nanos())) {
                transmit(piece.sequence(), piece.last(), piece.content());
            }
            wakeIfDue();
        }

        private void acknowledge() {
            transmit(0, false, new byte[0]);
        }

        private void transmit(long sequence, boolean last, byte[] content) {
            messages++;
            acknowledgeAt = Long.MAX_VALUE;
            receiver.acknowledgementSent();
            Chunk chunk =
                    new Chunk("s", sequence, receiver.acknowledged(), receiver.room(), receiver.held(), last, content);
            if (random.nextDouble() >= weather.loss) {
                deliver(chunk);
            }
            if (random.nextDouble() < weather.duplication) {
                deliver(chunk);
            }
        }

        private void deliver(Chunk chunk) {
            End to = other;
            long micros = random.nextInt(weather.fromMillis * 1000, weather.toMillis * 1000 + 1);
            time.at(time.nanos() + TimeUnit.MICROSECONDS.toNanos(micros), () -> {
                if (to != null && passable.getAsBoolean()) {
                    to.received(chunk);
                }
            });
        }

        private void wakeIfDue() {
            long next = Math.min(Math.min(sender.nextNanos(), acknowledgeAt), silentAt());
            if (next < wakeAt) {
                wakeAt = next;
                time.at(next, this::wake);
            }
        }

        private long silentAt() {
            return sender.isDrained() ? Long.MAX_VALUE : heardNanos + SILENCE_NANOS;
        }

        private void wake() {
            if (closed || time.nanos() < wakeAt) {
                return;
            }
            wakeAt = Long.MAX_VALUE;
            if (time.nanos() >= silentAt() && sitting != null) {
                sitting.silent();
                return;
            }
            if (time.nanos() >= acknowledgeAt) {
                acknowledge();
            }
            flush();
        }
    }
}
