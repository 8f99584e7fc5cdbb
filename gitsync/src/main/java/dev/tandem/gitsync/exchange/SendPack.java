package dev.tandem.gitsync.exchange;

import dev.tandem.gitsync.repo.FolderRepository;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jgit.errors.NotSupportedException;
import org.eclipse.jgit.errors.TransportException;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.NullProgressMonitor;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.transport.BasePackPushConnection;
import org.eclipse.jgit.transport.FetchConnection;
import org.eclipse.jgit.transport.PackTransport;
import org.eclipse.jgit.transport.PushConnection;
import org.eclipse.jgit.transport.PushResult;
import org.eclipse.jgit.transport.RemoteRefUpdate;
import org.eclipse.jgit.transport.Transport;
import org.eclipse.jgit.transport.URIish;

/**
 * The sending end of a push: the times of its files, then git's send-pack protocol with a thin pack, then the
 * receiver's last word. Pushes the synced branch and {@code git-annex} to {@code refs/synced/UUID/…}, where UUID is
 * ours: so a push can never fail for being no fast-forward.
 */
public final class SendPack {
    private SendPack() {}

    /**
     * Pushes, blocking until the receiver has said what became of it. Closes neither stream.
     *
     * @throws IOException if the stream breaks or the other end does not speak git's protocol
     */
    public static PushOutcome push(FolderRepository repository, FileTimes times, InputStream in, OutputStream out)
            throws IOException {
        // one buffer for git's answers and the last word: JGit would put its own in front, and read too far
        InputStream answers = new Unclosed(in);
        times.write(out);
        List<String> rejections = new ArrayList<>();
        try (StreamTransport transport = new StreamTransport(repository.git(), answers, out)) {
            transport.setPushThin(true);
            List<RemoteRefUpdate> updates = updates(repository);
            if (updates.isEmpty()) {
                transport.openPush().close(); // the receiver still hears that there is nothing
                return lastWord(answers, rejections);
            }
            PushResult result = transport.push(NullProgressMonitor.INSTANCE, updates);
            for (RemoteRefUpdate update : result.getRemoteUpdates()) {
                if (update.getStatus() != RemoteRefUpdate.Status.OK
                        && update.getStatus() != RemoteRefUpdate.Status.UP_TO_DATE) {
                    rejections.add(update.getRemoteName() + ": "
                            + (update.getMessage() == null ? update.getStatus() : update.getMessage()));
                }
            }
        } catch (URISyntaxException bug) {
            throw new IllegalStateException(bug);
        }
        out.flush();
        return lastWord(answers, rejections);
    }

    private static PushOutcome lastWord(InputStream answers, List<String> rejections) throws IOException {
        String lastWord = new DataInputStream(answers).readUTF();
        if (!lastWord.isEmpty() && rejections.isEmpty()) {
            rejections.add(lastWord);
        }
        return new PushOutcome(List.copyOf(rejections));
    }

    private static List<RemoteRefUpdate> updates(FolderRepository repository) throws IOException {
        List<RemoteRefUpdate> updates = new ArrayList<>();
        for (String branch : List.of(repository.branch(), SyncedRefs.ANNEX)) {
            String local = Constants.R_HEADS + branch;
            if (repository.git().exactRef(local) != null) {
                String remote = SyncedRefs.of(repository.uuid()) + branch;
                updates.add(new RemoteRefUpdate(repository.git(), local, remote, true, null, null));
            }
        }
        return updates;
    }

    /** A buffer that JGit accepts as its own, and that outlives JGit's connection. */
    private static final class Unclosed extends BufferedInputStream {
        Unclosed(InputStream in) {
            super(in);
        }

        @Override
        public void close() {
            // the caller's stream carries the last word after git is done
        }
    }

    /** JGit's transport over two streams that are there already. */
    private static final class StreamTransport extends Transport implements PackTransport {
        private final InputStream in;
        private final OutputStream out;

        StreamTransport(Repository local, InputStream in, OutputStream out) throws URISyntaxException {
            super(local, new URIish("tandem:peer"));
            this.in = in;
            this.out = out;
        }

        @Override
        public FetchConnection openFetch() throws NotSupportedException {
            throw new NotSupportedException("Tandem only pushes");
        }

        @Override
        public PushConnection openPush() throws TransportException {
            return new StreamPush(this, in, out);
        }

        @Override
        public void close() {
            // nothing is open but the streams, which are the caller's
        }
    }

    private static final class StreamPush extends BasePackPushConnection {
        StreamPush(PackTransport transport, InputStream in, OutputStream out) throws TransportException {
            super(transport);
            init(in, new FilterOutputStream(out) {
                @Override
                public void write(byte[] bytes, int offset, int length) throws IOException {
                    this.out.write(bytes, offset, length);
                }

                @Override
                public void close() throws IOException {
                    flush();
                }
            });
            readAdvertisedRefs();
        }
    }
}
