package dev.tandem.assistant;

import dev.tandem.assistant.core.Client;
import dev.tandem.assistant.core.Event;
import dev.tandem.assistant.core.FetchResult;
import dev.tandem.assistant.core.Want;
import dev.tandem.gitsync.annex.EarlierVersions;
import dev.tandem.gitsync.annex.Key;
import dev.tandem.gitsync.annex.Partial;
import dev.tandem.gitsync.annex.WrongContentException;
import dev.tandem.gitsync.delta.MalformedException;
import dev.tandem.gitsync.delta.Recipe;
import dev.tandem.gitsync.delta.Signature;
import dev.tandem.gitsync.repo.FolderRepository;
import dev.tandem.xmpp.link.LinkStream;
import dev.tandem.xmpp.link.Links;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import org.eclipse.jgit.lib.ObjectId;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches contents from one client over one stream. Each is continued where it broke off, and counts only when its hash
 * is right. Blocks the calling worker; a stream without progress for two minutes is reset.
 */
final class ContentFetcher {
    private static final Logger LOG = LoggerFactory.getLogger(ContentFetcher.class);
    private static final Duration OPEN = Duration.ofSeconds(30);
    private static final int BUFFER_BYTES = 256 * 1024;

    /** Below this, an earlier version is not worth reading. */
    private static final long DELTA_BYTES_MIN = 1 << 20;

    /** What fetching works with. */
    record World(
            FolderRepository repository,
            FolderContents contents,
            Holders holders,
            Signatures signatures,
            Links links,
            Progress progress,
            InstantSource clock,
            ScheduledExecutorService timers) {}

    private final World world;
    private final Map<Long, LinkStream> running = new ConcurrentHashMap<>();

    ContentFetcher(World world) {
        this.world = world;
    }

    /** A content that is asked for, and what has come of it. */
    private record Open(Want want, Key key, Partial partial, Optional<Old> old) {}

    /** An earlier version that is here. */
    private record Old(Key key, Path object) {}

    /** It could not be written here. */
    private static final class LocalException extends IOException {
        private static final long serialVersionUID = 1;

        LocalException(IOException cause) {
            super(cause.getMessage(), cause);
        }
    }

    /** Fetches; posts an event for each content, and one for the end. */
    void fetch(long number, Client from, List<Want> wants, String peer, Consumer<Event> post) {
        List<Open> opened = new ArrayList<>();
        String failure = "it broke off";
        try {
            for (Want want : wants) {
                open(want, from)
                        .ifPresentOrElse(opened::add, () -> post.accept(result(number, from, want, FetchResult.GONE)));
            }
            failure = opened.isEmpty() ? null : overStream(number, from, opened, peer, post);
        } catch (IOException broken) {
            failure = Diagnosis.brief(broken);
            LOG.debug("a fetch from {} broke off", peer, broken);
        } finally {
            opened.forEach(ContentFetcher::close);
            post.accept(new Event.FetchEnded(number, from, failure));
        }
        prepareNext(opened);
    }

    /** Nobody waits any longer: what has come is made ready to be the earlier version of the next edit. */
    private void prepareNext(List<Open> opened) {
        try {
            for (Open open : opened) {
                if (open.want.sizeBytes() >= DELTA_BYTES_MIN) {
                    world.contents
                            .store()
                            .find(open.key)
                            .ifPresent(object -> world.signatures.prepare(open.key, object));
                }
            }
        } catch (IOException unreadable) {
            LOG.debug("no signatures are kept of what has come", unreadable);
        }
    }

    /** Breaks a fetch off; does nothing to one that is over. */
    void cancel(long number) {
        LinkStream stream = running.get(number);
        if (stream != null) {
            stream.reset("cancelled");
        }
    }

    private static Event result(long number, Client from, Want want, FetchResult result) {
        return new Event.ContentFetched(number, from, want.key(), want.path(), result);
    }

    /** Empty if somebody else is receiving it. */
    private Optional<Open> open(Want want, Client from) throws IOException {
        Key key = Key.parse(want.key()).orElseThrow();
        Optional<Partial> partial = world.contents.store().receive(key, from.uuid(), want.path());
        return partial.isEmpty()
                ? Optional.empty()
                : Optional.of(new Open(want, key, partial.get(), earlier(want, key)));
    }

    private Optional<Old> earlier(Want want, Key key) throws IOException {
        Optional<ObjectId> head = world.repository.head();
        if (want.sizeBytes() < DELTA_BYTES_MIN || head.isEmpty()) {
            return Optional.empty();
        }
        Optional<Key> earlier =
                EarlierVersions.present(world.repository.git(), world.contents.store(), head.get(), want.path(), key);
        Optional<Path> object = earlier.isPresent() ? world.contents.store().find(earlier.get()) : Optional.empty();
        return object.map(path -> new Old(earlier.orElseThrow(), path));
    }

    private static void close(Open open) {
        try {
            open.partial.close();
        } catch (IOException unwritten) {
            LOG.warn("cannot keep what has come of {}", open.key, unwritten);
        }
    }

    private @Nullable String overStream(long number, Client from, List<Open> opened, String peer, Consumer<Event> post)
            throws IOException {
        byte[] opening = PushWire.encode(PushWire.Message.bare(from.uuid(), world.repository.uuid()));
        LinkStream stream = world.links.open(from.device(), ContentWire.STREAM, opening, OPEN);
        running.put(number, stream);
        try (stream;
                StallGuard guard =
                        new StallGuard(world.clock, world.timers, () -> stream.reset("silent for two minutes"))) {
            OutputStream out = guard.watch(stream.output());
            ask(opened, out);
            Reporting in = new Reporting(guard.watch(stream.input()), out);
            for (Open open : opened) {
                FetchResult result = take(open, in, peer);
                post.accept(result(number, from, open.want, result));
                if (result == FetchResult.DAMAGED) {
                    world.holders.doubt(from, open.want.key());
                }
                if (result == FetchResult.DAMAGED || result == FetchResult.NO_ROOM) {
                    return null; // what follows on the stream is still of this one
                }
            }
            stream.end();
            return null;
        } finally {
            running.remove(number);
        }
    }

    private void ask(List<Open> opened, OutputStream stream) throws IOException {
        List<ContentWire.Request> requests = new ArrayList<>();
        for (Open open : opened) {
            requests.add(new ContentWire.Request(open.key, open.partial.bytes(), signature(open)));
        }
        OutputStream out = new BufferedOutputStream(stream, BUFFER_BYTES);
        ContentWire.write(requests, out);
    }

    private @Nullable Signature signature(Open open) throws IOException {
        return open.old.isEmpty() ? null : world.signatures.of(open.old.get().key, open.old.get().object);
    }

    private FetchResult take(Open open, Reporting in, String peer) throws IOException {
        ContentWire.Answer answer = ContentWire.answer(in);
        if (answer.kind() == ContentWire.GONE) {
            return FetchResult.GONE;
        }
        long left = answer.totalBytes() - open.partial.bytes();
        if (left < 0 || open.key.sizeBytes().orElse(answer.totalBytes()) != answer.totalBytes()) {
            return FetchResult.DAMAGED;
        }
        if (world.contents.store().roomBytes() < left) {
            return FetchResult.NO_ROOM;
        }
        try (Progress.Transfer progress = world.progress.get(
                open.want.key(), open.want.path(), peer, answer.totalBytes(), open.partial.bytes())) {
            OutputStream out = into(open.partial, progress);
            if (answer.kind() == ContentWire.RECIPE) {
                assemble(open, in, left, out);
            } else {
                copy(in, left, out);
            }
            return finish(open);
        } catch (WrongContentException | MalformedException wrong) {
            LOG.debug("{} sent something else than {}", peer, open.key, wrong);
            open.partial.discard();
            return FetchResult.DAMAGED;
        } catch (LocalException full) {
            if (isFull(full)) {
                return FetchResult.NO_ROOM;
            }
            throw full;
        }
    }

    private static FetchResult finish(Open open) throws IOException {
        try {
            open.partial.finish();
            return FetchResult.HERE;
        } catch (WrongContentException wrong) {
            throw wrong;
        } catch (IOException unwritten) {
            throw new LocalException(unwritten);
        }
    }

    private static boolean isFull(IOException failure) {
        String said = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
        return said.contains("no space left") || said.contains("quota");
    }

    private static OutputStream into(Partial partial, Progress.Transfer progress) {
        return new OutputStream() {
            @Override
            public void write(int single) throws IOException {
                write(new byte[] {(byte) single}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int from, int length) throws IOException {
                try {
                    partial.write(ByteBuffer.wrap(bytes, from, length));
                } catch (WrongContentException wrong) {
                    throw wrong;
                } catch (IOException unwritten) {
                    throw new LocalException(unwritten);
                }
                progress.add(length);
            }
        };
    }

    private static void copy(InputStream in, long bytes, OutputStream out) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        for (long left = bytes; left > 0; ) {
            int read = in.read(buffer, 0, (int) Math.min(left, buffer.length));
            if (read < 0) {
                throw new EOFException("the content ended too early");
            }
            out.write(buffer, 0, read);
            left -= read;
        }
    }

    private static void assemble(Open open, Reporting in, long left, OutputStream out) throws IOException {
        try (FileChannel old = FileChannel.open(open.old.orElseThrow().object, StandardOpenOption.READ)) {
            Recipe.apply(in, old, left, out);
        }
    }

    /** Tells the sender what has been taken in, so that it can keep what is under way small. Buffers what it reads. */
    private static final class Reporting extends FilterInputStream {
        private final OutputStream reports;
        private int unreported;

        Reporting(InputStream in, OutputStream reports) {
            super(new BufferedInputStream(in, BUFFER_BYTES));
            this.reports = reports;
        }

        @Override
        public int read() throws IOException {
            int read = super.read();
            took(read < 0 ? 0 : 1);
            return read;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int read = super.read(into, offset, length);
            took(Math.max(0, read));
            return read;
        }

        private void took(int bytes) throws IOException {
            unreported += bytes;
            if (unreported >= ContentWire.REPORT_BYTES) {
                reports.write(
                        ByteBuffer.allocate(Integer.BYTES).putInt(unreported).array());
                unreported = 0;
            }
        }
    }
}
