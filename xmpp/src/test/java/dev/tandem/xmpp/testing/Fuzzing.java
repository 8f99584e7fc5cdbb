package dev.tandem.xmpp.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Feeds a decoder with mutated inputs, the same ones at every run: it may refuse them, and nothing else. It may not
 * take long over one, nor allocate much for one, nor keep anything of them.
 *
 * <p>{@code -Dfuzz.inputs=1000000} says how many, {@code -Dfuzz.seed=7} which ones. Coverage-guided fuzzing of the same
 * decoders is Jazzer's; both begin with the same corpus.
 */
public final class Fuzzing {
    private static final Logger LOG = LoggerFactory.getLogger("fuzz");

    /** What is allowed to be left after all inputs, and what one input may allocate. */
    public static final long MAX_GROWTH_BYTES = 16L << 20;

    private static final long HANG_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final int INPUTS = Integer.getInteger("fuzz.inputs", 25_000);
    private static final long SEED = Long.getLong("fuzz.seed", 1);

    private static final com.sun.management.ThreadMXBean THREADS =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** What takes a hostile input; returns, or says that it is malformed. */
    public interface Decoder {
        void take(byte[] input) throws IOException;
    }

    private final Decoder decoder;
    private final List<byte[]> corpus;
    private volatile byte[] current = {};
    private volatile long since;
    private volatile boolean done;
    private volatile Throwable failure;
    private long refused;
    private long mostAllocated;
    private long slowestNanos;

    private Fuzzing(Decoder decoder, List<byte[]> corpus) {
        this.decoder = decoder;
        this.corpus = corpus;
    }

    /** The corpus of a fuzz test: the files that Jazzer takes for that method. */
    private static List<byte[]> corpus(Class<?> test, String method) {
        URL directory = test.getResource(test.getSimpleName() + "Inputs/" + method);
        if (directory == null) {
            throw new IllegalStateException("no corpus for " + method);
        }
        List<byte[]> inputs = new ArrayList<>();
        try (Stream<Path> files = Files.list(Path.of(directory.toURI()))) {
            for (Path file : files.sorted().toList()) {
                inputs.add(Files.readAllBytes(file));
            }
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
        return inputs;
    }

    /**
     * Runs the usual number of inputs; a decoder that costs more than most gets one in {@code scale}.
     *
     * @param method the fuzz test in the same class, whose corpus is taken
     */
    public static void fuzz(Class<?> test, String method, int scale, Decoder decoder) throws InterruptedException {
        PrintStream errors = System.err;
        System.setErr(new PrintStream(OutputStream.nullOutputStream(), false, UTF_8)); // the JDK's XML parser chatters
        try {
            new Fuzzing(decoder, corpus(test, method))
                    .run(test.getSimpleName() + "." + method, Math.max(1, INPUTS / scale));
        } finally {
            System.setErr(errors);
        }
    }

    private void run(String what, int inputs) throws InterruptedException {
        decode(corpus.get(0)); // what is loaded once is no growth
        long before = heap();
        long begun = System.nanoTime();
        since = begun;
        Thread thread = new Thread(() -> decodeAll(inputs), "tandem-fuzz");
        thread.setDaemon(true);
        thread.start();
        for (thread.join(500); thread.isAlive(); thread.join(500)) {
            if (System.nanoTime() - since > HANG_NANOS) {
                AssertionError hang = new AssertionError("hangs on " + hex(current));
                hang.setStackTrace(thread.getStackTrace());
                throw hang;
            }
        }
        if (failure != null) {
            throw new AssertionError("fails on " + hex(current), failure);
        }
        assertThat(done).isTrue();
        double seconds = (System.nanoTime() - begun) / 1e9;
        long growth = heap() - before;
        LOG.info(String.format(
                "%s: %,d inputs, %,d refused, %.1f s, %,.0f/s; heap %+,d KiB; most for one: %,d KiB, %.1f ms",
                what,
                inputs,
                refused,
                seconds,
                inputs / seconds,
                growth >> 10,
                mostAllocated >> 10,
                slowestNanos / 1e6));
        assertThat(growth).as("bytes kept after all inputs").isLessThan(MAX_GROWTH_BYTES);
    }

    private void decodeAll(int inputs) {
        Mutations mutations = new Mutations(corpus, new SplittableRandom(SEED));
        long self = Thread.currentThread().getId();
        try {
            for (byte[] input : corpus) {
                decode(input);
            }
            for (int i = 0; i < inputs; i++) {
                byte[] input = mutations.next();
                current = input;
                long before = THREADS.getThreadAllocatedBytes(self);
                long begun = System.nanoTime();
                since = begun;
                decode(input);
                slowestNanos = Math.max(slowestNanos, System.nanoTime() - begun);
                long allocated = THREADS.getThreadAllocatedBytes(self) - before;
                mostAllocated = Math.max(mostAllocated, allocated);
                if (allocated > MAX_GROWTH_BYTES) {
                    throw new AssertionError("allocated " + allocated + " bytes for one input");
                }
            }
            done = true;
        } catch (Throwable broken) { // the decoder's failure is the test's
            failure = broken;
        }
    }

    private void decode(byte[] input) {
        try {
            decoder.take(input);
        } catch (IOException malformed) {
            refused++;
        }
    }

    private static String hex(byte[] input) {
        return input.length + " bytes " + HexFormat.of().formatHex(input);
    }

    private static long heap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
