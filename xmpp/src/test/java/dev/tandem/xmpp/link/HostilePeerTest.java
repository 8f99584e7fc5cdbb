package dev.tandem.xmpp.link;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.base.Throwables;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("A link whose other end is hostile")
@Timeout(30)
class HostilePeerTest {
    private static final int MILLION = 1_000_000;
    private static final long MAX_GROWTH = 16L << 20;

    private final HostilePeer peer = new HostilePeer();

    @AfterEach
    void end() {
        peer.close();
        assertThat(peer.endings).as("told once").hasSize(1);
    }

    @Test
    @DisplayName(
            "GRID-23: a peer that gives no credit stops its stream; 100 requests and another stream are done meanwhile")
    void noCredit() throws Exception {
        LinkStream starved = peer.link.open("push", new byte[0], HostilePeer.LONG);
        starved.output().write(new byte[HostilePeer.CREDIT_BYTES]);

        assertThat(starved.writable()).isZero();
        for (int i = 0; i < 100; i++) {
            CompletableFuture<byte[]> answer = peer.link.request("ask", new byte[0], HostilePeer.LONG);
            peer.sends(Frame.Type.RESPONSE, 0, 3 + 2 * i, "yes".getBytes(UTF_8));
            assertThat(answer).isCompletedWithValueMatching(body -> new String(body, UTF_8).equals("yes"));
        }
        LinkStream other = peer.link.open("push", new byte[0], HostilePeer.LONG);
        other.output().write(new byte[HostilePeer.CREDIT_BYTES]);
        peer.sends(Frame.Type.DATA, 0, 203, "answer".getBytes(UTF_8));
        peer.sends(Frame.Type.END, 203);
        assertThat(other.input().readAllBytes()).asString(UTF_8).isEqualTo("answer");
        assertThat(starved.writable()).isZero();
    }

    @Test
    @DisplayName("GRID-22: a peer that sends more than its credit loses that stream, and no other")
    void overdrawn() throws Exception {
        peer.opens(2);
        peer.opens(4);
        for (int sent = 0; sent <= HostilePeer.CREDIT_BYTES; sent += 4096) {
            peer.sends(Frame.Type.DATA, 0, 2, new byte[4096]);
        }

        assertThatThrownBy(() -> peer.opened.get(0).input().readAllBytes())
                .isInstanceOf(IOException.class)
                .hasMessage("more data than there was credit for");
        peer.sends(Frame.Type.DATA, 0, 4, "fine".getBytes(UTF_8));
        assertThat(peer.opened.get(1).input().readNBytes(4)).asString(UTF_8).isEqualTo("fine");
        assertThat(peer.isUp()).isTrue();
    }

    @Test
    @DisplayName("GRID-24: data in single bytes takes no more memory than data in whole frames")
    void singleBytes() {
        long before = heap();
        for (int id = 2; id <= 32; id += 2) {
            peer.opens(id);
            for (int sent = 0; sent < HostilePeer.CREDIT_BYTES; sent++) {
                peer.sends(Frame.Type.DATA, 0, id, new byte[] {1});
            }
        }

        assertThat(peer.opened).hasSize(16);
        assertThat(heap() - before).isLessThan(2 * 16 * HostilePeer.CREDIT_BYTES);
    }

    @Test
    @DisplayName("GRID-19: a peer that opens a million streams gets 256, and its refusals do not pile up")
    void aMillionStreams() {
        long before = heap();
        for (int id = 2; id < 2 * MILLION && peer.isUp(); id += 2) {
            peer.opens(id);
        }

        assertThat(peer.opened).hasSizeLessThanOrEqualTo(256);
        assertThat(heap() - before).isLessThan(MAX_GROWTH);
        assertThat(peer.endings).containsExactly("the link is flooded");
    }

    @Test
    @DisplayName("GRID-19: a peer that asks a million requests at once loses the link")
    void aMillionRequests() {
        long before = heap();
        for (int id = 2; id < 2 * MILLION && peer.isUp(); id += 2) {
            peer.asks(id);
        }

        assertThat(peer.asked).hasSize(Requests.MAX_OPEN);
        assertThat(heap() - before).isLessThan(MAX_GROWTH);
        assertThat(peer.endings).containsExactly("more requests at once than may be open");
    }

    @Test
    @DisplayName("GRID-24: messages that are begun on many numbers and never end lose the link before they take 16 MB")
    void unfinishedMessages() {
        long kept = 0;
        for (int round = 0; round < 64 && peer.isUp(); round++) {
            for (int id = 2; id <= 512 && peer.isUp(); id += 2) {
                peer.sends(Frame.Type.REQUEST, Frame.MORE, id, new byte[4000]);
                kept += 4000;
            }
        }

        assertThat(kept).isLessThan(MAX_GROWTH);
        assertThat(peer.isUp()).isFalse();
    }

    @Test
    @DisplayName("GRID-9: a message without end loses the link at 256 KiB")
    void endlessMessage() {
        int sent = 0;
        for (; sent < MILLION && peer.isUp(); sent++) {
            peer.sends(Frame.Type.RESPONSE, Frame.MORE, 1, new byte[4000]);
        }

        assertThat(sent * 4000).isLessThanOrEqualTo(Multiplexer.MAX_MESSAGE_BYTES + 4000);
        assertThat(peer.endings).containsExactly("a message that is too large");
    }

    @Test
    @DisplayName("GRID-22: credit without measure does not overflow, and what waits to be sent stays bounded")
    void creditWithoutMeasure() throws Exception {
        LinkStream stream = peer.link.open("push", new byte[0], HostilePeer.LONG);
        for (int i = 0; i < MILLION; i++) {
            peer.sends(Frame.Type.CREDIT, 0, 1, HostilePeer.number(i % 2 == 0 ? Integer.MAX_VALUE : -1));
        }

        assertThat(stream.writable()).isPositive();
        Thread writer = new Thread(() -> {
            try {
                stream.output().write(new byte[4 << 20]);
            } catch (IOException ended) {
                assertThat(ended).hasMessage("the test is over");
            }
        });
        writer.start();
        while (writer.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        int queued = 0;
        for (Frame next = peer.reads(); next != null && queued < 512 * 1024; next = peer.reads()) {
            queued += next.payload().length;
        }
        assertThat(queued).isLessThanOrEqualTo(1 << 20);
        peer.close();
        writer.join();
    }

    @Test
    @DisplayName("GRID-13: frames for numbers that nobody knows, or of the wrong parity, touch nothing")
    void unknownNumbers() throws Exception {
        peer.opens(2);
        CompletableFuture<byte[]> ours = peer.link.request("ask", new byte[0], HostilePeer.LONG);
        for (Frame.Type type : List.of(
                Frame.Type.DATA,
                Frame.Type.END,
                Frame.Type.RESET,
                Frame.Type.CREDIT,
                Frame.Type.CANCEL,
                Frame.Type.RESPONSE,
                Frame.Type.FAILURE)) {
            for (int id : new int[] {0, 3, 4, 99, 100, Integer.MAX_VALUE}) {
                peer.sends(type, 0, id, HostilePeer.number(1));
            }
        }

        assertThat(ours).isNotDone();
        peer.sends(Frame.Type.RESPONSE, 0, 1, "yes".getBytes(UTF_8));
        assertThat(ours).isCompleted();
        peer.sends(Frame.Type.DATA, 0, 2, "fine".getBytes(UTF_8));
        assertThat(peer.opened.get(0).input().readNBytes(4)).asString(UTF_8).isEqualTo("fine");
        assertThat(peer.isUp()).isTrue();
    }

    @Test
    @DisplayName("GRID-13: a call under a number of ours, or under none, ends the link")
    void wrongParity() {
        peer.asks(7);

        assertThat(peer.asked).isEmpty();
        assertThat(peer.endings).containsExactly("a call under a number that is not the caller's");
    }

    @Test
    @DisplayName("GRID-13: a request under the number of one that is open ends the link; none is answered twice")
    void requestNumberReused() {
        peer.asks(2);
        for (int i = 0; i < 1000 && peer.isUp(); i++) {
            peer.asks(2);
        }

        assertThat(peer.asked).hasSize(1);
        assertThat(peer.endings).hasSize(1);
    }

    @Test
    @DisplayName("GRID-13: a stream under the number of one that is open ends the link; the first one fails too")
    void streamNumberReused() {
        peer.opens(2);
        peer.opens(2);

        assertThat(peer.opened).hasSize(1);
        assertThat(peer.endings).hasSize(1);
        assertThatThrownBy(() -> peer.opened.get(0).input().read())
                .isInstanceOf(IOException.class)
                .hasMessage(peer.endings.get(0));
    }

    @Test
    @DisplayName("GRID-20: a request that is answered twice has one outcome, the first")
    void answeredTwice() {
        CompletableFuture<byte[]> answer = peer.link.request("ask", new byte[0], HostilePeer.LONG);
        peer.sends(Frame.Type.RESPONSE, 0, 1, "one".getBytes(UTF_8));
        peer.sends(Frame.Type.RESPONSE, 0, 1, "two".getBytes(UTF_8));
        peer.sends(Frame.Type.FAILURE, 0, 1, "three".getBytes(UTF_8));

        assertThat(answer).isCompletedWithValueMatching(body -> new String(body, UTF_8).equals("one"));
        assertThat(peer.isUp()).isTrue();
    }

    @Test
    @DisplayName("GRID-13: a million cancellations of nothing leave nothing behind")
    void cancellations() {
        long before = heap();
        for (int i = 0; i < MILLION; i++) {
            peer.sends(Frame.Type.CANCEL, i);
        }

        assertThat(heap() - before).isLessThan(MAX_GROWTH);
        assertThat(peer.isUp()).isTrue();
    }

    @Test
    @DisplayName(
            "GRID-31: a million pings by a peer that does not read the answers end the link before they take 16 MB")
    void pings() {
        long before = heap();
        for (int i = 0; i < MILLION && peer.isUp(); i++) {
            peer.sends(Frame.Type.PING, 0);
        }

        assertThat(heap() - before).isLessThan(MAX_GROWTH);
        assertThat(peer.endings).containsExactly("the link is flooded");
    }

    @Test
    @DisplayName(
            "GRID-24: a peer that asks for large answers and never reads them loses the link before they take 64 MB")
    void answersThatNobodyReads() {
        long queued = 0;
        for (int id = 2; id < 100_000 && peer.isUp(); id += 2) {
            peer.asks(id);
            if (peer.isUp()) {
                peer.asked.remove(0).complete(new byte[Multiplexer.MAX_MESSAGE_BYTES]);
            }
        }
        for (Frame next = peer.reads(); next != null; next = peer.reads()) {
            queued += next.payload().length;
        }

        assertThat(queued).isLessThanOrEqualTo(64L << 20);
        assertThat(peer.endings).containsExactly("the link is flooded");
    }

    @Test
    @DisplayName("GRID-3: the reason that a peer gives is cut short, and cannot steer a terminal")
    void reasons() {
        byte[] gigantic = ("\u001b[2J\u009b31mgone\r\n\u202e\0 " + "x".repeat(10_000)).getBytes(UTF_8);
        CompletableFuture<byte[]> answer = peer.link.request("ask", new byte[0], HostilePeer.LONG);
        peer.opens(2);
        peer.sends(Frame.Type.FAILURE, 0, 1, gigantic);
        peer.sends(Frame.Type.RESET, 0, 2, gigantic);
        peer.sends(Frame.Type.GOAWAY, 0, 0, gigantic);

        List<String> reasons = new ArrayList<>(peer.endings);
        reasons.add(message(answer));
        reasons.add(message(CompletableFuture.supplyAsync(() -> read(peer.opened.get(0)))));
        assertThat(reasons)
                .hasSize(3)
                .allSatisfy(reason -> assertThat(reason)
                        .hasSizeLessThanOrEqualTo(1000)
                        .contains("gone")
                        .matches(text -> text.chars()
                                .noneMatch(
                                        c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT)));
    }

    @Test
    @DisplayName("GRID-9: a reason that is no UTF-8 is a reason all the same")
    void noUtf8() {
        peer.sends(Frame.Type.GOAWAY, 0, 0, new byte[] {(byte) 0xc3, (byte) 0x28, (byte) 0xff});

        assertThat(peer.endings).hasSize(1).first().asString().contains("(");
    }

    @Test
    @DisplayName("GRID-2: a second greeting changes nothing")
    void secondHello() {
        peer.sends(Frame.Type.HELLO, 0, 0, "1 somebody else".getBytes(UTF_8));

        assertThat(peer.isUp()).isTrue();
        assertThat(peer.reads()).isNull();
    }

    @Test
    @DisplayName("GRID-9: a call that cannot be read, or credit without a number, ends the link")
    void malformed() {
        peer.sends(Frame.Type.REQUEST, 0, 2, new byte[] {0, 100, 1});

        assertThat(peer.endings).containsExactly("a malformed call");

        try (HostilePeer another = new HostilePeer()) {
            another.opens(2);
            another.sends(Frame.Type.CREDIT, 0, 2, new byte[3]);
            assertThat(another.endings).containsExactly("a frame that is too short");
        }
    }

    private static String message(CompletableFuture<?> failed) {
        try {
            return "no failure: " + failed.join();
        } catch (java.util.concurrent.CompletionException expected) {
            return String.valueOf(Throwables.getRootCause(expected).getMessage());
        }
    }

    private static Object read(LinkStream stream) {
        try {
            return stream.input().read();
        } catch (IOException failed) {
            throw new java.util.concurrent.CompletionException(failed);
        }
    }

    private static long heap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
