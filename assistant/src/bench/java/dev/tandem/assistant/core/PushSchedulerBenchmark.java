package dev.tandem.assistant.core;

import dev.tandem.xmpp.account.DeviceId;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What one event costs the push queue while many clients wait: flat to logarithmic in their number, or a folder shared
 * by many would spend its dispatcher's time on choosing.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class PushSchedulerBenchmark {
    /** Clients that wait, besides those whose push runs. */
    @Param({"10", "1000", "100000"})
    int waiting;

    private PushScheduler scheduler = new PushScheduler();
    private Client running = client(0);
    private Client asked = client(0);

    /** A queue in which every client has been served before, so that who is next follows from the turns alone. */
    @Setup(Level.Trial)
    public void aFullQueue() {
        scheduler = new PushScheduler();
        int all = waiting + Tuning.DEFAULT.parallelPushes();
        for (int i = 0; i < all; i++) {
            asked = client(i);
            scheduler.request(PushType.SEND_PACK, asked);
        }
        running = onlyOne(scheduler.next().subList(0, 1));
        for (int i = 0; i < all; i++) {
            finishAskAgainGrant();
        }
    }

    /** A push ends, its client asks for another, and the one served longest ago may start. */
    @Benchmark
    public Client finishAskAgainGrant() {
        Client ended = running;
        scheduler.finished(PushType.SEND_PACK, ended);
        scheduler.request(PushType.SEND_PACK, ended);
        running = onlyOne(scheduler.next());
        return running;
    }

    /** A client that waits already asks once more: nothing changes, and nothing is granted, as all places are taken. */
    @Benchmark
    public int askTwice() {
        scheduler.request(PushType.SEND_PACK, asked);
        return scheduler.next().size();
    }

    private static Client onlyOne(List<PushScheduler.Grant> granted) {
        if (granted.size() != 1) {
            throw new IllegalStateException(granted.size() + " grants where one place was free");
        }
        return granted.get(0).client();
    }

    private static Client client(int number) {
        return new Client(new DeviceId(String.format("%064x", number)), new UUID(0, number));
    }
}
