package dev.tandem.gitsync.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code -Dpower.cuts=1000} for more moments of one recorded run; docs/durability.md says what this does not show. */
@EnabledOnOs(OS.LINUX)
@DisplayName("A power cut at any moment")
class PowerCutIT {
    private static final int STEPS = 25;

    @TempDir
    Path directory;

    @ParameterizedTest(name = "loses no committed version, leaves a sound repository and lets it go on (run {0})")
    @ValueSource(longs = {1, 2})
    void cuts(long seed) throws IOException {
        PowerLog log = record(seed);
        Random random = new Random(seed);
        int cuts = Integer.getInteger("power.cuts", 60) / 2;
        for (int i = 0; i < cuts; i++) {
            int moment = 1 + random.nextInt(log.size());
            // every second time the worst: nothing is left that was not flushed
            cut(log, moment, i % 2 == 0 ? null : new Random(random.nextLong()));
        }
    }

    private void cut(PowerLog log, int moment, @Nullable Random random) throws IOException {
        Path image = directory.resolve("image");
        byte[] acks = log.cut(moment, random, image);
        try {
            Audit audit = new Audit(image);
            audit.nothingLost(acks, false);
            audit.equal(acks);
        } catch (IOException | RuntimeException | AssertionError failed) {
            throw new AssertionError(
                    "cut after record " + moment + " of " + log.size() + (random == null ? ", worst" : ", random")
                            + ":\n" + log.before(moment),
                    failed);
        }
        try (Stream<Path> all = Files.walk(image)) {
            for (Path path : (Iterable<Path>) all.sorted(Comparator.reverseOrder())::iterator) {
                if (Files.isDirectory(path, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
                    assertThat(path.toFile().setWritable(true)).isTrue();
                }
                Files.delete(path);
            }
        }
    }

    @Test
    @DisplayName("is seen by this test: without the flushes versions are lost that were acknowledged")
    void canFail() throws IOException {
        PowerLog log = record(3);
        log.forgetFlushes();
        Path image = directory.resolve("image");
        byte[] acks = log.cut(log.size(), null, image);

        assertThatThrownBy(() -> new Audit(image).nothingLost(acks, false)).isInstanceOf(AssertionError.class);
    }

    private PowerLog record(long seed) throws IOException {
        Path root = Files.createDirectory(directory.resolve("recorded"));
        Path library = directory.resolve("powerlog.so");
        compile(library);
        CrashFolder.create(root.resolve("one"));
        CrashFolder.create(root.resolve("two"));
        PowerLog log = new PowerLog(root);
        Path file = directory.resolve("log");
        Map<String, String> environment = Map.of(
                "LD_PRELOAD", library.toString(),
                "POWERLOG_ROOT", root.toString(),
                "POWERLOG_FILE", file.toString());
        Child.run(root, seed, STEPS, -1, false, environment);
        log.read(file);
        return log;
    }

    private static void compile(Path library) throws IOException {
        Process gcc = new ProcessBuilder(
                        "gcc",
                        "-shared",
                        "-fPIC",
                        "-O1",
                        "-U_FORTIFY_SOURCE",
                        "-o",
                        library.toString(),
                        Path.of("src/test/c/powerlog.c").toString(),
                        "-ldl")
                .redirectErrorStream(true)
                .start();
        String said = new String(gcc.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            assertThat(gcc.waitFor(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
        assertThat(gcc.exitValue()).as(said).isZero();
    }
}
