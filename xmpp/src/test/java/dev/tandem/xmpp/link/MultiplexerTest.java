package dev.tandem.xmpp.link;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayName("A multiplexer")
@SuppressWarnings({"NullAway", "FutureReturnValueIgnored"}) // maps asked for what is in them; answers nobody wants
class MultiplexerTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private final TwoMultiplexers both = new TwoMultiplexers();
    private final TwoMultiplexers.End one = both.one;
    private final TwoMultiplexers.End two = both.two;

    private CompletableFuture<byte[]> ask(String service) {
        return one.multiplexer.request(service, new byte[0], MINUTE);
    }

    @Nested
    @DisplayName("gives each request one end:")
    class Requests {
        @Test
        @DisplayName("GRID-15: the time that is left travels with it, whatever the clocks say")
        void remaining() {
            ask("slow");
            both.time.pass(1000);
            both.move();

            assertThat(two.calls)
                    .singleElement()
                    .satisfies(call -> assertThat(call.remaining()).isLessThanOrEqualTo(MINUTE));
        }

        @Test
        @DisplayName(
                "GRID-15: one that waited for its turn is sent with what is left, and not at all with nothing left")
        void remainingAfterWaiting() {
            List<CompletableFuture<byte[]>> first = IntStream.range(0, dev.tandem.xmpp.link.Requests.MAX_OPEN)
                    .mapToObj(i -> ask("n" + i))
                    .toList();
            CompletableFuture<byte[]> waits = ask("waits");
            CompletableFuture<byte[]> hurried = one.multiplexer.request("hurried", new byte[0], Duration.ofMillis(500));
            both.move();
            both.time.pass(20_000);
            both.move();
            two.asked.get("n0").complete(new byte[0]);
            both.move();

            assertThat(first.get(0)).isCompleted();
            assertThat(hurried).isCompletedExceptionally();
            assertThat(waits).isNotDone();
            assertThat(two.calls)
                    .filteredOn(call -> call.service().equals("waits"))
                    .singleElement()
                    .satisfies(call -> assertThat(call.remaining()).isEqualTo(Duration.ofSeconds(40)));
            assertThat(two.calls).noneMatch(call -> call.service().equals("hurried"));
        }

        @Test
        @DisplayName("GRID-15: an answer that comes too late is not sent")
        void lateAnswer() {
            CompletableFuture<byte[]> answer = one.multiplexer.request("slow", new byte[0], Duration.ofSeconds(5));
            both.move();
            both.time.pass(5001);

            two.asked.get("slow").complete(new byte[] {1});
            both.move();

            assertThat(answer).isCompletedExceptionally();
            assertThat(two.sent).noneMatch(frame -> frame.type() == Frame.Type.RESPONSE);
        }

        @Test
        @DisplayName("GRID-16: cancelling it is told to whoever works on it, and its late answer is dropped")
        void cancelled() {
            CompletableFuture<byte[]> answer = ask("slow");
            both.move();

            answer.cancel(false);
            both.move();

            assertThat(two.asked.get("slow")).isCancelled();
            assertThat(two.sent).isEmpty();
            assertThat(ask("another")).isNotDone();
        }

        @Test
        @DisplayName("GRID-16: one that is cancelled before it was sent never is")
        void cancelledEarly() {
            List<CompletableFuture<byte[]>> first = IntStream.range(0, dev.tandem.xmpp.link.Requests.MAX_OPEN)
                    .mapToObj(i -> ask("n" + i))
                    .toList();
            ask("never").cancel(false);
            both.move();
            two.asked.values().forEach(answer -> answer.complete(new byte[0]));
            both.move();

            assertThat(first).allMatch(CompletableFuture::isDone);
            assertThat(two.calls).noneMatch(call -> call.service().equals("never"));
        }

        @Test
        @DisplayName("GRID-20: the end of the link, wherever the request is then, fails it once, and it alone decides")
        void disconnected() {
            List<CompletableFuture<byte[]>> answers = new ArrayList<>();
            List<Integer> outcomes = new ArrayList<>();
            CompletableFuture<byte[]> answered = ask("answered");
            both.move();
            two.asked.get("answered").complete(new byte[0]);
            both.move();
            answers.add(answered);
            answers.add(ask("handled"));
            both.move();
            CompletableFuture<byte[]> flying = ask("answer in flight");
            both.move();
            two.asked.get("answer in flight").complete(new byte[0]);
            answers.add(flying);
            answers.add(ask("written"));
            IntStream.range(0, 100).forEach(i -> answers.add(ask("queued " + i)));
            answers.forEach(answer -> answer.whenComplete((body, failure) -> outcomes.add(failure == null ? 1 : -1)));

            one.multiplexer.end("cut");
            one.multiplexer.end("cut again");
            two.multiplexer.end("cut");
            both.move();

            assertThat(outcomes).hasSize(answers.size());
            assertThat(outcomes.stream().filter(outcome -> outcome > 0)).hasSize(1);
            assertThat(one.ends).isEqualTo(1);
            assertThat(two.asked.get("handled")).isCancelled();
            assertThat(ask("later")).isCompletedExceptionally();
        }
    }

    @Nested
    @DisplayName("gives streams")
    class Streams {
        @Test
        @DisplayName("GRID-22: credit in bytes: nobody sends more, and whoever does loses that stream only")
        void credit() throws IOException {
            LinkStream stream = both.open("push");
            LinkStream another = both.open("push");
            write(stream, Windows.FIRST);
            both.move();

            assertThat(stream.writable()).isZero();
            two.multiplexer.arrived(new Frame(Frame.Type.DATA, 0, 1, new byte[1]));
            both.move();

            assertThatThrownBy(() -> stream.output().write(1)).hasMessageContaining("more data than");
            another.output().write(1);
            both.move();
            assertThat(two.opened.get(1).input().read()).isEqualTo(1);
            assertThat(two.multiplexer.isUp()).isTrue();
        }

        @Test
        @DisplayName("GRID-24: little to hold: fifty that nobody reads cost at most 8 MiB in all")
        void stalled() {
            long queued = 0;
            for (int i = 0; i < 50; i++) {
                LinkStream stream = both.open("push");
                while (stream.writable() > 0) {
                    queued += stream.writable();
                    write(stream, (int) stream.writable());
                    both.move();
                }
            }

            assertThat(queued).isLessThanOrEqualTo(8 * 1024 * 1024);
        }

        @Test
        @DisplayName("a larger window where the reader is quick, and not where it is slow; the link's sum is bounded")
        void windows() throws IOException {
            LinkStream quick = both.open("push");
            LinkStream slow = both.open("push");
            long quickest = 0;
            long slowest = 0;
            for (int i = 0; i < 400; i++) {
                quickest = Math.max(quickest, quick.writable());
                pour(quick, two.opened.get(0), 60_000);
                if (i % 20 == 0) {
                    slowest = Math.max(slowest, slow.writable());
                    pour(slow, two.opened.get(1), 8_192);
                }
                both.time.pass(100);
            }

            assertThat(quickest).isEqualTo(LinkStream.MAX_QUEUED);
            assertThat(credit(quick)).isGreaterThan(Windows.LARGEST / 2);
            assertThat(slowest).isLessThanOrEqualTo(Windows.FIRST);
        }

        private long credit(LinkStream stream) {
            long sent = 0;
            while (stream.writable() > 0) {
                long size = stream.writable();
                write(stream, (int) size);
                sent += size;
                both.move();
            }
            return sent;
        }

        private void pour(LinkStream from, LinkStream to, int bytes) throws IOException {
            int left = bytes;
            while (left > 0) {
                int size = (int) Math.min(left, from.writable());
                write(from, size);
                both.move();
                to.input().readNBytes(size);
                both.move();
                left -= size;
            }
        }

        @Test
        @DisplayName("GRID-26: an end behind all that was written, whatever becomes of the other direction")
        void end() throws IOException {
            LinkStream stream = both.open("push");
            LinkStream other = two.opened.get(0);
            write(stream, 10_000);
            stream.end();
            both.move();

            one.multiplexer.end("cut");
            two.multiplexer.end("cut");

            assertThat(other.input().readAllBytes()).hasSize(10_000);
            assertThat(other.input().read()).isEqualTo(-1);
            assertThatThrownBy(() -> other.output().write(1)).hasMessage("cut");
        }

        @Test
        @DisplayName("GRID-27: ends of their own for each direction; what arrived before a failure is read before it")
        void halfClosed() throws IOException {
            LinkStream stream = both.open("push");
            LinkStream other = two.opened.get(0);
            stream.end();
            both.move();
            assertThat(other.input().read()).isEqualTo(-1);
            other.output().write("still here".getBytes(UTF_8));
            both.move();
            other.reset("and gone");
            both.move();

            assertThat(new String(stream.input().readNBytes(10), UTF_8)).isEqualTo("still here");
            assertThatThrownBy(() -> stream.input().read()).hasMessage("and gone");
            assertThatThrownBy(() -> stream.input().read()).hasMessage("and gone");
        }

        @Test
        @DisplayName(
                "GRID-13: numbers of their own for each side; whoever takes the other's, or one in use, loses the link")
        void numbers() throws IOException {
            LinkStream stream = both.open("push");
            byte[] call = new Call("push", MINUTE, new byte[0]).encode();
            two.multiplexer.arrived(new Frame(Frame.Type.RESET, 0, 99, new byte[0]));
            two.multiplexer.arrived(new Frame(Frame.Type.RESET, 0, 2, new byte[0]));
            assertThat(stream.writable()).isPositive();

            two.multiplexer.arrived(new Frame(Frame.Type.OPEN, 0, 1, call));

            assertThat(two.ended).contains("number");
        }

        @Test
        @DisplayName("that are ended and closed deliver what was written, and drop what still comes")
        void closed() throws IOException {
            LinkStream stream = both.open("push");
            LinkStream other = two.opened.get(0);
            write(other, 20_000);
            other.end();
            other.close();
            for (int i = 0; i < 100; i++) {
                write(stream, 10_000);
                both.move();
            }

            assertThat(stream.input().readAllBytes()).hasSize(20_000);
            stream.end();
            both.move();
            assertThat(two.multiplexer.isUp()).isTrue();
        }
    }

    @Nested
    @DisplayName("sends")
    class Order {
        @Test
        @DisplayName("GRID-31, GRID-41: a request before all data that waits, with at most one record in front of it")
        void requestsFirst() {
            LinkStream stream = both.open("push");
            write(stream, Windows.FIRST);
            one.moveOne(two);

            ask("can-push");
            one.multiplexer.ping();

            assertThat(one.outbox.poll(TwoMultiplexers.RECORD).type()).isEqualTo(Frame.Type.REQUEST);
            assertThat(one.outbox.poll(TwoMultiplexers.RECORD).type()).isEqualTo(Frame.Type.PING);
            assertThat(one.outbox.poll(TwoMultiplexers.RECORD).type()).isEqualTo(Frame.Type.DATA);
        }

        @Test
        @DisplayName("the data of streams in turn, and that of large files when there is nothing else")
        void turns() {
            LinkStream content = both.open("content");
            LinkStream first = both.open("push");
            LinkStream second = both.open("push");
            one.sent.clear();
            write(content, 8_000);
            write(first, 8_000);
            write(second, 8_000);
            both.move();

            assertThat(one.sent.stream().map(Frame::stream)).containsExactly(3, 5, 3, 5, 3, 5, 1, 1, 1);
        }

        @Test
        @DisplayName("GRID-11: small writes together, in their order, and a single one at once")
        void together() throws IOException {
            LinkStream stream = both.open("push");
            one.sent.clear();
            stream.output().write(1);
            both.move();
            for (int i = 0; i < 200; i++) {
                stream.output().write(i);
            }
            both.move();

            assertThat(one.sent).hasSize(2);
            byte[] read = two.opened.get(0).input().readNBytes(201);
            assertThat(read[0]).isEqualTo((byte) 1);
            assertThat(IntStream.range(0, 200).allMatch(i -> read[i + 1] == (byte) i))
                    .isTrue();
        }

        @Test
        @DisplayName("a large message in as many frames as it takes, each no larger than there is room for")
        void cut() throws Exception {
            byte[] body = new byte[200_000];
            new Random(3).nextBytes(body);
            CompletableFuture<byte[]> answer = one.multiplexer.request("echo", body, MINUTE);
            both.move();
            two.asked.get("echo").complete(two.calls.get(0).body());
            both.move();

            assertThat(answer.get()).isEqualTo(body);
            assertThat(one.sent).hasSizeGreaterThan(50).allMatch(frame -> frame.encodedBytes() <= 4000);
        }
    }

    @Nested
    @DisplayName("looks after its life:")
    class Life {
        @Test
        @DisplayName("GRID-30: a peer that says nothing for two intervals is gone")
        void silent() {
            both.time.pass(TwoMultiplexers.INTERVAL.toMillis() * 2);

            assertThat(one.ended).contains("silent");
        }

        @Test
        @DisplayName("GRID-30: any frame is a sign of life, even if no ping is answered for minutes")
        void busy() throws IOException {
            for (int i = 0; i < 600; i++) {
                both.time.pass(1000);
                one.multiplexer.arrived(new Frame(Frame.Type.CREDIT, 0, 77, new byte[4]));
            }

            assertThat(one.ended).isNull();
        }

        @Test
        @DisplayName("a ping tells how long the way is")
        void roundTrip() {
            one.multiplexer.ping();
            one.moveOne(two);
            both.time.pass(40);
            both.move();

            assertThat(one.multiplexer.roundTrip()).contains(Duration.ofMillis(40));
        }

        @Test
        @DisplayName("GRID-33: everything has failed when its end is told; GOAWAY says why")
        void goAway() {
            LinkStream stream = both.open("push");
            CompletableFuture<byte[]> answer = ask("slow");
            both.move();

            two.multiplexer.goAway("the other device's daemon stops");
            two.moveOne(one);

            assertThat(one.ended).isEqualTo("the other device's daemon stops");
            assertThat(answer).isCompletedExceptionally();
            assertThatThrownBy(() -> stream.input().read()).hasMessageContaining("stops");
        }
    }

    private static void write(LinkStream stream, int bytes) {
        try {
            stream.output().write(new byte[bytes]);
        } catch (IOException broken) {
            throw new java.io.UncheckedIOException(broken);
        }
    }
}
