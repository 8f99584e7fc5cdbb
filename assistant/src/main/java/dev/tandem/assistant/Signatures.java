package dev.tandem.assistant;

import dev.tandem.gitsync.annex.Key;
import dev.tandem.gitsync.delta.Signature;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The signatures of contents that are here, kept so that an edit of a large file need not wait until all of its last
 * version was read. What is kept is a convenience: it may be deleted at any time. Any thread.
 */
final class Signatures {
    private static final Logger LOG = LoggerFactory.getLogger(Signatures.class);

    /** Smaller ones are read in less than a tenth of a second. */
    private static final long BYTES_MIN = 16L << 20;

    /** Of some 200 KB each. */
    private static final int KEPT_MAX = 200;

    /** Until then a transfer is over, and what it has brought is in the folder: all that has the disk's speed. */
    private static final Duration QUIET = Duration.ofSeconds(10);

    private final Path directory;
    private final ScheduledExecutorService timers;
    private final Executor workers;
    /** What will be described; guarded by itself. */
    private final Map<Key, Path> waiting = new LinkedHashMap<>();

    /**
     * Kept in that directory, which is made when it is needed.
     *
     * @param workers read whole files
     */
    Signatures(Path directory, ScheduledExecutorService timers, Executor workers) {
        this.directory = directory;
        this.timers = timers;
        this.workers = workers;
    }

    /** Describes a content, by what is kept of it or by reading it. */
    Signature of(Key key, Path object) throws IOException {
        Optional<Signature> kept = kept(key);
        if (kept.isPresent()) {
            return kept.get();
        }
        Signature signature;
        try (InputStream in = Files.newInputStream(object)) {
            signature = Signature.of(in, Files.size(object));
        }
        if (Files.size(object) >= BYTES_MIN) {
            keep(key, signature);
        }
        return signature;
    }

    /**
     * Makes the signature of a content that has come or was sent, for its next version: soon, one after the other, and
     * when nobody waits for the disk.
     */
    void prepare(Key key, Path object) {
        synchronized (waiting) {
            if (waiting.size() < KEPT_MAX && waiting.put(key, object) == null && waiting.size() == 1) {
                var unused =
                        timers.schedule(() -> workers.execute(this::prepare), QUIET.toMillis(), TimeUnit.MILLISECONDS);
            }
        }
    }

    private void prepare() {
        for (Map.Entry<Key, Path> next = first(); next != null; next = after(next.getKey())) {
            describe(next.getKey(), next.getValue());
        }
    }

    private Map.@Nullable Entry<Key, Path> first() {
        synchronized (waiting) {
            return waiting.isEmpty()
                    ? null
                    : Map.entry(
                            waiting.keySet().iterator().next(),
                            waiting.values().iterator().next());
        }
    }

    private Map.@Nullable Entry<Key, Path> after(Key done) {
        synchronized (waiting) {
            waiting.remove(done);
            return first();
        }
    }

    private void describe(Key key, Path object) {
        try {
            if (Files.size(object) >= BYTES_MIN && !Files.exists(file(key))) {
                of(key, object);
            }
        } catch (IOException unreadable) {
            LOG.debug("no signature of {} is kept: {}", key, unreadable.toString());
        }
    }

    /** Whether that is the signature of a content, as far as one is kept. */
    boolean isOf(Signature signature, Key key) {
        return kept(key).filter(signature::equals).isPresent();
    }

    private Path file(Key key) {
        return directory.resolve(key.file());
    }

    private Optional<Signature> kept(Key key) {
        if (!Files.isRegularFile(file(key))) {
            return Optional.empty();
        }
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file(key)))) {
            return Optional.of(Signature.readFrom(in));
        } catch (IOException broken) {
            LOG.debug("the kept signature of {} is not used: {}", key, broken.toString());
            return Optional.empty();
        }
    }

    private synchronized void keep(Key key, Signature signature) throws IOException {
        Files.createDirectories(directory);
        Path part = directory.resolve(".part");
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(part))) {
            signature.writeTo(out);
        }
        Files.move(part, file(key), StandardCopyOption.REPLACE_EXISTING);
        try (Stream<Path> all = Files.list(directory)) {
            List<Path> oldestFirst = all.sorted(Comparator.comparingLong(Signatures::modifiedMillis))
                    .toList();
            for (Path old : oldestFirst.subList(0, Math.max(0, oldestFirst.size() - KEPT_MAX))) {
                Files.deleteIfExists(old);
            }
        }
    }

    private static long modifiedMillis(Path file) {
        return file.toFile().lastModified();
    }
}
