package dev.tandem.xmpp.carrier;

import dev.tandem.xmpp.link.LinkPair;
import dev.tandem.xmpp.testing.Prosody;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Measures; see docs/benchmarks/carrier. Not run by any build: named so that no pattern finds it. */
class CarrierBenchmark {
    private static final int BYTES = Integer.getInteger("tandem.benchmark.megabytes", 24) << 20;
    private static final int ROUNDS = Integer.getInteger("tandem.benchmark.rounds", 3);
    private static final int ROUND_TRIPS = 200;
    private static final String OPEN = "carrier, window open, MB/s";
    private static final String LINK = "link, a stream, window open, MB/s";
    private static final List<Integer> SIZES = List.of(1024, 2048, 3072, 4096);

    private final Map<String, List<Double>> results = new TreeMap<>();

    @Test
    void measure(@TempDir Path directory) throws Exception {
        try (Prosody server = Prosody.start(directory).addUser("ada", TwoDevices.PASSWORD)) {
            for (int round = 0; round <= ROUNDS; round++) {
                bare(server, round);
                carrier(server, round);
                link(server, round, directory.resolve("link" + round));
            }
        }
        System.out.printf(
                "machine: load average %s%n",
                java.lang.management.ManagementFactory.getOperatingSystemMXBean()
                        .getSystemLoadAverage());
        results.forEach((name, values) -> {
            double[] sorted =
                    values.stream().mapToDouble(value -> value).sorted().toArray();
            System.out.printf(
                    "%-46s %6.2f  (%.2f to %.2f)%n",
                    name, sorted[sorted.length / 2], sorted[0], sorted[sorted.length - 1]);
        });
        double best = results.keySet().stream()
                .filter(name -> name.startsWith("bare") && name.endsWith("MB/s"))
                .mapToDouble(this::medianOf)
                .max()
                .orElseThrow();
        System.out.printf("carrier, window open, of the best bare pair: %.0f %%%n", 100 * medianOf(OPEN) / best);
        System.out.printf("link, a stream, of the best bare pair: %.0f %%%n", 100 * medianOf(LINK) / best);
    }

    private double medianOf(String name) {
        return results.getOrDefault(name, List.of()).stream().sorted().toList().get(ROUNDS / 2);
    }

    /** The first round warms up. */
    private void note(int round, String what, double value) {
        if (round > 0) {
            results.computeIfAbsent(what, name -> new ArrayList<>()).add(value);
        }
    }

    private void bare(Prosody server, int round) throws Exception {
        for (boolean noDelay : new boolean[] {false, true}) {
            String options = noDelay ? "TCP_NODELAY" : "Smack's defaults";
            try (BarePair pair = new BarePair(server, noDelay)) {
                for (int size : SIZES) {
                    note(
                            round,
                            "bare, " + options + ", " + size + " bytes, MB/s",
                            pair.transfer(BYTES / 2, size) / 1e6);
                }
                note(round, "bare, " + options + ", round trip, ms", median(pair::roundTrip) / 1e6);
            }
        }
    }

    private void carrier(Prosody server, int round) throws Exception {
        try (TwoDevices devices = new TwoDevices(server.address(), server.address(), server.certificate())) {
            TwoDevices.Pair pair = devices.open();
            byte[] bytes = TwoDevices.noise(1, BYTES);
            long begin = System.nanoTime();
            CompletableFuture<Void> writing = pair.writing(bytes);
            byte[] arrived = TwoDevices.read(pair.there(), BYTES);
            note(round, "carrier, from the first byte on, MB/s", BYTES / 1e6 / ((System.nanoTime() - begin) / 1e9));
            writing.get();
            if (!Arrays.equals(bytes, arrived)) {
                throw new IllegalStateException("other bytes arrived");
            }
            begin = System.nanoTime();
            writing = pair.writing(bytes);
            TwoDevices.read(pair.there(), BYTES);
            note(round, OPEN, BYTES / 1e6 / ((System.nanoTime() - begin) / 1e9));
            writing.get();
            CompletableFuture<Void> echo = CompletableFuture.runAsync(() -> Stream.generate(() -> 0)
                    .limit(ROUND_TRIPS)
                    .forEach(i -> {
                        try {
                            TwoDevices.write(pair.there(), TwoDevices.read(pair.there(), 100), 0, 100);
                        } catch (java.io.IOException broken) {
                            throw new java.io.UncheckedIOException(broken);
                        }
                    }));
            note(
                    round,
                    "carrier, round trip, ms",
                    median(() -> {
                                long sent = System.nanoTime();
                                TwoDevices.write(pair.here(), bytes, 0, 100);
                                TwoDevices.read(pair.here(), 100);
                                return System.nanoTime() - sent;
                            })
                            / 1e6);
            echo.get();
        }
    }

    /** With everything of ours: TLS between the devices, and the multiplexer. */
    private void link(Prosody server, int round, Path homes) throws Exception {
        try (LinkPair pair = new LinkPair(homes, server, TwoDevices.PASSWORD)) {
            byte[] bytes = TwoDevices.noise(2, BYTES);
            note(round, "link, from the first byte on, MB/s", BYTES / 1e6 / (pair.transfer(bytes) / 1e9));
            note(round, LINK, BYTES / 1e6 / (pair.transfer(bytes) / 1e9));
            note(round, "link, round trip of a request, ms", median(pair::roundTrip) / 1e6);
        }
    }

    private interface Timed {
        long once() throws Exception;
    }

    private static double median(Timed what) throws Exception {
        long[] nanos = new long[ROUND_TRIPS];
        for (int i = 0; i < ROUND_TRIPS; i++) {
            nanos[i] = what.once();
        }
        Arrays.sort(nanos);
        return nanos[ROUND_TRIPS / 2];
    }
}
