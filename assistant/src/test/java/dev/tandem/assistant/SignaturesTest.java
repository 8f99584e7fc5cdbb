package dev.tandem.assistant;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.gitsync.annex.Key;
import dev.tandem.xmpp.testing.VirtualTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The descriptions of large contents")
class SignaturesTest {
    @TempDir
    Path directory;

    private final VirtualTime time = new VirtualTime(new Random(1));
    private final Queue<Runnable> work = new ArrayDeque<>();

    private Path content(int seed) throws IOException {
        byte[] bytes = new byte[16 << 20];
        new Random(seed).nextBytes(bytes);
        return Files.write(directory.resolve("content" + seed), bytes);
    }

    private static Key key(int seed) {
        return Key.parse("SHA256E-s16777216--" + "%064d".formatted(seed)).orElseThrow();
    }

    private long kept() throws IOException {
        Path kept = directory.resolve("kept");
        if (!Files.exists(kept)) {
            return 0;
        }
        try (Stream<Path> files = Files.list(kept)) {
            return files.count();
        }
    }

    @Test
    @DisplayName("are made when a transfer has been over for a while, not while what it brought is still being written")
    void later() throws IOException {
        Signatures signatures = new Signatures(directory.resolve("kept"), time, work::add);

        signatures.prepare(key(1), content(1));
        signatures.prepare(key(2), content(2));
        time.pass(Duration.ofSeconds(9).toMillis());
        assertThat(work).isEmpty();

        time.pass(Duration.ofSeconds(1).toMillis());
        assertThat(work).hasSize(1); // one after the other
        work.remove().run();
        assertThat(kept()).isEqualTo(2);

        signatures.prepare(key(3), content(3));
        time.pass(Duration.ofSeconds(10).toMillis());
        work.remove().run();
        assertThat(kept()).isEqualTo(3);
    }

    @Test
    @DisplayName("of a content that has gone meanwhile are not made, and hinder no other")
    void gone() throws IOException {
        Signatures signatures = new Signatures(directory.resolve("kept"), time, work::add);
        signatures.prepare(key(1), directory.resolve("not here"));
        signatures.prepare(key(2), content(2));

        time.pass(Duration.ofSeconds(10).toMillis());
        work.remove().run();

        assertThat(kept()).isEqualTo(1);
        assertThat(work).isEmpty();
    }
}
