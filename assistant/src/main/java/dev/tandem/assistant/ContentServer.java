package dev.tandem.assistant;

import dev.tandem.assistant.core.Client;
import dev.tandem.gitsync.annex.ContentStore;
import dev.tandem.gitsync.annex.Key;
import dev.tandem.gitsync.delta.Recipe;
import dev.tandem.gitsync.delta.Signature;
import dev.tandem.xmpp.account.DeviceId;
import dev.tandem.xmpp.link.LinkStream;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends contents to one client over one stream: what it asks for, in its order. Gives way to pushes, and keeps little
 * under way. Blocks the calling worker; a stream without progress for two minutes is reset.
 */
final class ContentServer {
    private static final Logger LOG = LoggerFactory.getLogger(ContentServer.class);
    private static final int BUFFER_BYTES = 256 * 1024;

    /** What is written at once: short enough that a push need not wait long. */
    private static final int PIECE_BYTES = 64 * 1024;

    /** How many paths the journal names. */
    private static final int PATHS_MAX = 20;

    private final FolderContents contents;
    private final Signatures signatures;
    private final Consumer<Key> doubt;
    private final Courtesy courtesy;
    private final Progress progress;
    private final InstantSource clock;
    private final LongSupplier nanos;
    private final ScheduledExecutorService timers;

    /** @param doubt hears of a content that lies here and cannot be given: it may be damaged */
    ContentServer(
            FolderContents contents,
            Signatures signatures,
            Consumer<Key> doubt,
            Courtesy courtesy,
            Progress progress,
            InstantSource clock,
            ScheduledExecutorService timers) {
        this.contents = contents;
        this.signatures = signatures;
        this.doubt = doubt;
        this.courtesy = courtesy;
        this.progress = progress;
        this.clock = clock;
        this.timers = timers;
        nanos = () -> {
            var now = clock.instant();
            return now.getEpochSecond() * 1_000_000_000 + now.getNano();
        };
    }

    /** What went over one stream, whole: how many contents, and some of the files that have them. */
    record Sent(int contents, List<String> paths) {}

    /** Serves one stream to its end, or to where it breaks off. */
    Sent serve(Client to, String peer, LinkStream stream) {
        List<ContentWire.Request> served = new ArrayList<>();
        int sent = 0;
        List<String> paths = new ArrayList<>();
        try (stream;
                StallGuard guard = new StallGuard(clock, timers, () -> stream.reset("silent for two minutes"))) {
            InputStream in = new BufferedInputStream(guard.watch(stream.input()));
            List<ContentWire.Request> requests = ContentWire.requests(in);
            OutputStream out =
                    new BufferedOutputStream(new Paced(guard.watch(stream.output()), in, to.device()), BUFFER_BYTES);
            served.addAll(requests);
            for (ContentWire.Request request : requests) {
                Optional<String> path = send(request, to, peer, out);
                sent += path.isPresent() ? 1 : 0;
                path.filter(some -> paths.size() < PATHS_MAX).ifPresent(paths::add);
            }
            out.flush();
            stream.end();
        } catch (IOException broken) {
            LOG.debug("sending contents to {} broke off", peer, broken);
            stream.reset(Diagnosis.brief(broken));
        }
        prepareNext(served);
        return new Sent(sent, List.copyOf(paths));
    }

    /** A file that has the content, as the user knows it; empty if the content could not be given. */
    private Optional<String> send(ContentWire.Request request, Client to, String peer, OutputStream out)
            throws IOException {
        ContentStore store = contents.store();
        if (contents.isHeld()) {
            ContentWire.answer(new ContentWire.Answer(ContentWire.GONE, 0), out);
            return Optional.empty(); // it is asked for again in a while
        }
        Optional<ContentStore.Held> held = store.send(request.key(), to.uuid());
        if (held.isEmpty()) {
            ContentWire.answer(new ContentWire.Answer(ContentWire.GONE, 0), out);
            if (store.has(request.key())) {
                doubt.accept(request.key());
            }
            return Optional.empty();
        }
        String path = contents.paths(request.key()).stream()
                .findFirst()
                .orElse(request.key().toString());
        try (ContentStore.Held kept = held.get();
                FileChannel file = FileChannel.open(kept.file(), StandardOpenOption.READ)) {
            long total = file.size();
            if (request.offset() > total) {
                throw new IOException("more of " + request.key() + " is asked for than there is");
            }
            file.position(request.offset());
            try (Progress.Transfer transfer =
                    progress.send(request.key().toString(), path, peer, total, request.offset())) {
                if (request.offset() > 0 || !compared(request, path, file, out)) {
                    InputStream content = counted(Channels.newInputStream(file), transfer);
                    send(content, total, request.held(), out);
                }
            }
        }
        return Optional.of(path);
    }

    /** If what the other device holds is here as well, says what is new without cutting and hashing all of it. */
    private boolean compared(ContentWire.Request request, String path, FileChannel file, OutputStream out)
            throws IOException {
        Signature theirs = request.held();
        Optional<Key> earlier = theirs == null ? Optional.empty() : contents.earlier(path, request.key());
        if (theirs == null || earlier.isEmpty() || !signatures.isOf(theirs, earlier.get())) {
            return false;
        }
        Optional<ContentStore.Held> held = contents.store().hold(earlier.get());
        if (held.isEmpty()) {
            return false;
        }
        try (ContentStore.Held kept = held.get();
                FileChannel old = FileChannel.open(kept.file(), StandardOpenOption.READ)) {
            ContentWire.answer(new ContentWire.Answer(ContentWire.RECIPE, file.size()), out);
            Recipe.write(file, old, theirs, out);
            out.flush();
            return true;
        }
    }

    /** Nobody waits any longer: what was sent is made ready to be the earlier version of the next edit. */
    private void prepareNext(List<ContentWire.Request> requests) {
        try {
            for (ContentWire.Request request : requests) {
                Optional<Path> object = contents.store().find(request.key());
                if (object.isPresent()) {
                    signatures.prepare(request.key(), object.get());
                }
            }
        } catch (IOException unreadable) {
            LOG.debug("no signatures are kept of what was sent", unreadable);
        }
    }

    private static void send(InputStream content, long total, @Nullable Signature held, OutputStream out)
            throws IOException {
        if (held == null) {
            ContentWire.answer(new ContentWire.Answer(ContentWire.BYTES, total), out);
            byte[] buffer = new byte[BUFFER_BYTES];
            for (int read = content.read(buffer); read >= 0; read = content.read(buffer)) {
                out.write(buffer, 0, read);
            }
        } else {
            ContentWire.answer(new ContentWire.Answer(ContentWire.RECIPE, total), out);
            Recipe.write(content, held, out);
        }
        out.flush();
    }

    private static InputStream counted(InputStream in, Progress.Transfer transfer) {
        return new FilterInputStream(in) {
            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                int read = super.read(into, offset, length);
                transfer.add(Math.max(0, read));
                return read;
            }
        };
    }

    /** Writes no more than the receiver keeps up with, and nothing while a push is under way. */
    private final class Paced extends OutputStream {
        private final OutputStream out;
        private final DataInputStream reports;
        private final DeviceId device;
        private final Pace pace = new Pace();

        Paced(OutputStream out, InputStream reports, DeviceId device) {
            this.out = out;
            this.reports = new DataInputStream(reports);
            this.device = device;
        }

        @Override
        public void write(int single) throws IOException {
            write(new byte[] {(byte) single}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            for (int from = offset, left = length; left > 0; ) {
                courtesy.giveWay(device);
                if (contents.isHeld()) {
                    throw new IOException("large files wait where it came from: that network is metered");
                }
                int room = pace.room();
                if (room == 0) {
                    pace.reported(reports.readInt(), nanos.getAsLong());
                    continue;
                }
                int size = Math.min(Math.min(left, room), PIECE_BYTES);
                out.write(bytes, from, size);
                pace.sent(size, nanos.getAsLong());
                from += size;
                left -= size;
            }
        }
    }
}
