package dev.tandem.xmpp.carrier;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("A session over a network that loses, doubles and shuffles messages")
class LossyNetworkTest {
    private static final long MILLI = 1_000_000L;

    static Stream<Integer> seeds() {
        return IntStream.rangeClosed(1, 200).boxed();
    }

    /** A message on its way; {@code toReceiver} tells the direction. */
    private record Flying(long atNanos, long order, Chunk chunk, boolean toReceiver) implements Comparable<Flying> {
        @Override
        public int compareTo(Flying other) {
            return atNanos != other.atNanos ? Long.compare(atNanos, other.atNanos) : Long.compare(order, other.order);
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    @DisplayName("PUSH-2: costs time only: every byte arrives, once and in order")
    void everyByteInOrder(int seed) {
        Random random = new Random(seed);
        double loss = random.nextDouble() * 0.2;
        double doubling = random.nextDouble() * 0.2;
        int shuffle = random.nextInt(51);
        boolean selective = random.nextInt(4) > 0; // some peers do not tell what they hold beyond a gap
        boolean slowReader = random.nextInt(4) == 0;
        byte[] stream = new byte[300_000];
        random.nextBytes(stream);
        Sender sender = new Sender();
        Receiver receiver = new Receiver();
        ByteArrayOutputStream arrived = new ByteArrayOutputStream();
        PriorityQueue<Flying> network = new PriorityQueue<>();
        long now = 1;
        long order = 0;
        int written = 0;

        for (int step = 0; !receiver.isAtEnd(); step++) {
            assertThat(step).as("the session ends").isLessThan(200_000);
            while (written < stream.length && !sender.isFull()) {
                int size = Math.min(sender.messageBytes(), stream.length - written);
                sender.write(Arrays.copyOfRange(stream, written, written + size));
                written += size;
            }
            if (written == stream.length) {
                sender.end();
            }
            if (random.nextInt(20) == 0) {
                sender.resend(); // the account has come back
            }
            for (Sender.Piece piece : sender.poll(now)) {
                Chunk chunk = new Chunk("s", piece.sequence(), 0, Receiver.ROOM, piece.last(), piece.content());
                order = send(network, chunk, true, now, order, random, loss, doubling, shuffle);
            }
            boolean acknowledge = false;
            if (network.isEmpty()) {
                now = Math.max(now + MILLI, sender.nextNanos());
            } else {
                Flying next = network.remove();
                now = Math.max(now, next.atNanos);
                if (next.toReceiver) {
                    acknowledge = receiver.accept(next.chunk) || random.nextInt(4) == 0;
                    assertThat(receiver.room()).isBetween(0, Receiver.ROOM);
                } else {
                    Chunk answer = next.chunk;
                    sender.acknowledged(answer.acknowledged(), answer.window(), false, answer.held(), now);
                }
            }
            while (!receiver.isEmpty() && (!slowReader || random.nextInt(100) == 0)) {
                arrived.writeBytes(receiver.take());
                acknowledge |= receiver.hasNewRoom();
            }
            if (acknowledge) {
                receiver.acknowledgementSent();
                BitSet held = selective ? receiver.held() : new BitSet();
                Chunk answer = new Chunk("s", 0, receiver.acknowledged(), receiver.room(), held, false, new byte[0]);
                order = send(network, answer, false, now, order, random, loss, doubling, shuffle);
            }
        }

        assertThat(arrived.toByteArray()).isEqualTo(stream);
    }

    private static long send(
            PriorityQueue<Flying> network,
            Chunk chunk,
            boolean toReceiver,
            long now,
            long order,
            Random random,
            double loss,
            double doubling,
            int shuffle) {
        long next = order;
        int copies = random.nextDouble() < loss ? 0 : random.nextDouble() < doubling ? 2 : 1;
        for (int i = 0; i < copies; i++) {
            long delay = (5 + random.nextInt(1 + shuffle)) * MILLI;
            network.add(new Flying(now + delay, next++, chunk, toReceiver));
        }
        return next;
    }

    @Test
    @DisplayName("never has more in flight than the receiver has room for")
    void respectsTheReceiversRoom() {
        Sender sender = new Sender();
        sender.write(new byte[1]);
        sender.poll(1);
        sender.acknowledged(1, 3, false, 2);
        for (int i = 0; i < 20; i++) {
            sender.write(new byte[1]);
        }

        assertThat(sender.poll(3)).hasSize(3);
    }

    @Test
    @DisplayName("sends one message into a full receiver, so that it hears when there is room again")
    void probesAFullReceiver() {
        Sender sender = new Sender();
        sender.write(new byte[1]);
        sender.poll(1);
        sender.acknowledged(1, 0, false, 2);
        sender.write(new byte[1]);
        sender.write(new byte[1]);

        assertThat(sender.poll(3)).hasSize(1);
        assertThat(sender.poll(4)).isEmpty();
    }

    @Test
    @DisplayName("sends the oldest message again after three acknowledgements that say nothing new")
    void fastRetransmit() {
        Sender sender = new Sender();
        for (int i = 0; i < 5; i++) {
            sender.write(new byte[] {(byte) i});
        }
        sender.poll(1);
        sender.acknowledged(1, 100, false, 2);

        sender.acknowledged(1, 100, false, 3);
        sender.acknowledged(1, 100, false, 4);
        assertThat(sender.poll(5)).isEmpty();
        sender.acknowledged(1, 100, false, 6);

        assertThat(sender.poll(7)).extracting(Sender.Piece::sequence).containsExactly(2L);
    }

    @Test
    @DisplayName("is as quick as before once the network passes messages again, however long it did not")
    void outageIsNotMeasured() {
        Sender sender = new Sender();
        for (int i = 0; i < 8; i++) {
            sender.write(new byte[1]);
        }
        sender.poll(0);
        sender.acknowledged(1, 100, false, 50 * MILLI);

        // the network loses all of them for more than a minute; then the oldest gets through, and shows the next gaps
        long now = 50 * MILLI;
        while (now < 70_000 * MILLI) {
            now = sender.nextNanos();
            sender.poll(now);
        }
        for (long arrived : new long[] {2, 5, 8}) {
            now += 50 * MILLI;
            sender.acknowledged(arrived, 100, false, now);
            sender.poll(now);
        }
        // one message that goes and comes undisturbed is enough
        sender.write(new byte[1]);
        sender.poll(now);
        now += 50 * MILLI;
        sender.acknowledged(9, 100, false, now);
        sender.write(new byte[1]);
        sender.poll(now);

        assertThat(sender.nextNanos() - now).isLessThanOrEqualTo(2_000 * MILLI);
    }

    @Test
    @DisplayName("waits longer and longer while a server is merely slow, instead of sending everything again and again")
    void slowServer() {
        Sender sender = new Sender();
        long roundTrip = 10_000 * MILLI; // each message arrives, in order, 10 s later
        ArrayDeque<long[]> acknowledgements = new ArrayDeque<>();
        long now = 0;
        int sent = 0;
        long highest = 0;
        for (int step = 0; step < 10_000 && highest < 200; step++) {
            if (!sender.isFull()) {
                sender.write(new byte[1]);
            }
            for (Sender.Piece piece : sender.poll(now)) {
                sent++;
                highest = Math.max(highest, piece.sequence());
                acknowledgements.add(new long[] {now + roundTrip, highest});
            }
            now = acknowledgements.isEmpty()
                    ? sender.nextNanos()
                    : Math.min(sender.nextNanos(), acknowledgements.element()[0]);
            while (!acknowledgements.isEmpty() && acknowledgements.element()[0] <= now) {
                sender.acknowledged(acknowledgements.remove()[1], 100, false, now);
            }
        }

        assertThat(sent).isLessThan(2 * 200);
    }

    @Test
    @DisplayName("asks a server that has become slow what has arrived, in few bytes, and sends nothing large twice")
    void asks() {
        Sender sender = new Sender();
        sendLarge(sender, 0);
        sender.acknowledged(1, 100, false, 20 * MILLI);
        sendLarge(sender, 20 * MILLI);
        long timedOut = sender.nextNanos();

        assertThat(sender.poll(timedOut)).singleElement().satisfies(question -> {
            assertThat(question.sequence())
                    .as("something that is there already")
                    .isEqualTo(1);
            assertThat(question.content()).isEmpty();
        });
        sender.acknowledged(2, 100, false, timedOut + 100 * MILLI); // it was late

        assertThat(sender.isDrained()).isTrue();
        sendLarge(sender, timedOut + 200 * MILLI);
        assertThat(sender.nextNanos() - timedOut)
                .as("that round trip has been measured, and the next time-out waits longer")
                .isGreaterThan(1_400 * MILLI);
    }

    @Test
    @DisplayName("repeats a message as soon as the answer to such a question shows that it is lost")
    void answered() {
        Sender sender = new Sender();
        sendLarge(sender, 0);
        sender.acknowledged(1, 100, false, 20 * MILLI);
        sendLarge(sender, 20 * MILLI);
        long timedOut = sender.nextNanos();
        sender.poll(timedOut);

        sender.acknowledged(1, 100, false, timedOut + 20 * MILLI);

        assertThat(sender.poll(timedOut + 20 * MILLI))
                .extracting(Sender.Piece::sequence)
                .containsExactly(2L);
    }

    @Test
    @DisplayName("repeats a message all the same when no question is answered")
    void unanswered() {
        Sender sender = new Sender();
        sendLarge(sender, 0);
        sender.acknowledged(1, 100, false, 20 * MILLI);
        sendLarge(sender, 20 * MILLI);

        sender.poll(sender.nextNanos());

        assertThat(sender.poll(sender.nextNanos()))
                .extracting(Sender.Piece::sequence)
                .containsExactly(2L);
    }

    private static void sendLarge(Sender sender, long now) {
        sender.write(new byte[1000]);
        assertThat(sender.poll(now)).hasSize(1);
    }

    @Test
    @DisplayName("after a time-out repeats all that was lost, as quickly as acknowledgements come")
    void repairsABurst() {
        Sender sender = new Sender();
        for (int i = 0; i < 8; i++) {
            sender.write(new byte[1]);
        }
        assertThat(sender.poll(0)).hasSize(8);

        long now = sender.nextNanos();
        int sent = 0;
        int roundTrips = 0;
        while (!sender.isDrained()) {
            sent += sender.poll(now).size();
            now += 50 * MILLI;
            roundTrips++;
            sender.acknowledged(sent, 100, false, now);
        }

        assertThat(roundTrips).isLessThanOrEqualTo(3);
        assertThat(sent).isEqualTo(8);
    }

    /** Over a perfect network, until so many messages are in flight at once. */
    private static long widen(Sender sender, Receiver receiver, int messages) {
        long now = 0;
        int widest = 0;
        while (widest <= messages) {
            List<Sender.Piece> flight = fly(sender, now);
            widest = Math.max(widest, flight.size());
            now += 50 * MILLI;
            for (Sender.Piece piece : flight) {
                receiver.accept(new Chunk("s", piece.sequence(), 0, 0, false, piece.content()));
                receiver.take();
            }
            sender.acknowledged(receiver.acknowledged(), receiver.room(), false, receiver.held(), now);
        }
        return now;
    }

    /** Writes and sends as much as the window allows. */
    private static List<Sender.Piece> fly(Sender sender, long now) {
        List<Sender.Piece> flight = new ArrayList<>();
        for (int sent = 1; sent > 0; ) {
            while (!sender.isFull()) {
                sender.write(new byte[sender.messageBytes()]);
            }
            List<Sender.Piece> some = sender.poll(now);
            sent = some.size();
            flight.addAll(some);
        }
        return flight;
    }

    @Test
    @DisplayName("repairs a burst of losses in one round trip, however many messages it took, if the rest arrives")
    void repairsABurstAtOnce() {
        Sender sender = new Sender();
        Receiver receiver = new Receiver();
        long now = widen(sender, receiver, 40);
        List<Sender.Piece> flight = fly(sender, now);
        assertThat(flight).hasSizeGreaterThan(40);

        // all but the first and the last ten are lost
        now += 50 * MILLI;
        List<Sender.Piece> survivors = new ArrayList<>(flight.subList(flight.size() - 10, flight.size()));
        survivors.add(0, flight.get(0));
        for (Sender.Piece piece : survivors) {
            receiver.accept(new Chunk("s", piece.sequence(), 0, 0, false, piece.content()));
            sender.acknowledged(receiver.acknowledged(), receiver.room(), false, receiver.held(), now);
        }
        List<Sender.Piece> repaired = new ArrayList<>();
        for (List<Sender.Piece> some = sender.poll(now); !some.isEmpty(); some = sender.poll(now)) {
            repaired.addAll(some);
        }

        int lost = flight.size() - survivors.size();
        assertThat(repaired)
                .extracting(Sender.Piece::sequence)
                .startsWith(flight.get(1).sequence());
        assertThat(repaired.stream().filter(flight::contains).count()).isEqualTo(lost);
    }

    @Test
    @DisplayName(
            "waits twice as long after each repetition but one, until a message has come through that was sent once")
    void patience() {
        Sender sender = new Sender();
        long now = 0;
        long patience = 1_000 * MILLI;
        for (int number = 1; number <= 4; number++) {
            sender.write(new byte[1]);
            assertThat(sender.poll(now)).hasSize(1);
            assertThat(sender.nextNanos()).isEqualTo(now + patience);
            now = sender.nextNanos();
            assertThat(sender.poll(now)).hasSize(1);
            now += 500 * MILLI;
            sender.acknowledged(number, 100, false, now); // perhaps of the first sending: it was merely late
            patience *= number == 1 ? 1 : 2;
        }
    }

    @Test
    @DisplayName("a message that the network doubles says nothing of our own patience")
    void doubled() {
        Sender sender = new Sender();
        Receiver receiver = new Receiver();
        sender.write(new byte[1]);
        for (Sender.Piece piece : sender.poll(0)) {
            receiver.accept(new Chunk("s", piece.sequence(), 0, 0, false, piece.content()));
            receiver.accept(new Chunk("s", piece.sequence(), 0, 0, false, piece.content()));
        }
        for (int i = 1; i <= 10; i++) {
            sender.acknowledged(receiver.acknowledged(), receiver.room(), false, receiver.held(), i * MILLI);
        }
        sender.write(new byte[1]);
        sender.poll(20 * MILLI);

        assertThat(sender.nextNanos() - 20 * MILLI).isLessThanOrEqualTo(1_001 * MILLI);
    }

    @Test
    @DisplayName("GRID-7: takes no acknowledgement for what was never sent")
    void impossibleAcknowledgement() {
        Sender sender = new Sender();
        sender.write(new byte[1]);
        sender.poll(1);

        sender.acknowledged(99, 100, false, 2);

        assertThat(sender.isDrained()).isFalse();
    }

    @Test
    @DisplayName("holds no message that is beyond the room it has offered")
    void beyondTheWindow() {
        Receiver receiver = new Receiver();

        receiver.accept(new Chunk("s", 1L + Receiver.ROOM, 0, 0, false, new byte[1]));
        for (long n = 1; n <= Receiver.ROOM; n++) {
            receiver.accept(new Chunk("s", n, 0, 0, false, new byte[1]));
        }

        assertThat(receiver.acknowledged()).isEqualTo(Receiver.ROOM);
        assertThat(receiver.room()).isZero();
    }

    @Test
    @DisplayName("PUSH-1: the largest message stays below 8 KiB of stanza")
    void stanzaSize() {
        byte[] content = new byte[Chunk.MAX_CONTENT];
        int base64 = java.util.Base64.getEncoder().encodeToString(content).length();
        int attributes = new Chunk("0123456789abcdefx", Long.MAX_VALUE, Long.MAX_VALUE, 256, true, content)
                .encode()
                .attributes()
                .toString()
                .length();

        // addresses, hints and the element's own name
        assertThat(base64 + attributes + 1500).isLessThan(8192);
    }
}
