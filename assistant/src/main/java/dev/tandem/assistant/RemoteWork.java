package dev.tandem.assistant;

import dev.tandem.assistant.core.Client;
import dev.tandem.assistant.core.Event;
import dev.tandem.assistant.core.FetchResult;
import dev.tandem.assistant.core.RemoteAddress;
import dev.tandem.assistant.core.RemoteReport;
import dev.tandem.assistant.core.Tips;
import dev.tandem.assistant.core.Want;
import dev.tandem.gitsync.annex.Key;
import dev.tandem.gitsync.remotes.GitRemote;
import dev.tandem.gitsync.remotes.GitRemotes;
import dev.tandem.gitsync.remotes.RemoteContents;
import dev.tandem.gitsync.remotes.RemoteException;
import dev.tandem.gitsync.remotes.RemoteExchange;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.eclipse.jgit.lib.ObjectId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The work on one folder's git remotes. Each call does one thing to its end on the calling worker, and posts what came
 * of it: once, whatever happens.
 */
final class RemoteWork {
    private static final Logger LOG = LoggerFactory.getLogger(RemoteWork.class);
    private static final RemoteReport BROKEN_OFF = new RemoteReport(RemoteReport.Kind.REFUSED, "it broke off");

    private final FolderWorker worker;
    private final GitRemotes remotes;
    private final RemoteExchange exchange;
    private final RemoteContents contents;
    private final RemoteSending sending;
    private final Progress progress;
    private final Set<Long> fetches = ConcurrentHashMap.newKeySet(); // those under way; the scheduler bounds them

    RemoteWork(
            FolderWorker worker,
            GitRemotes remotes,
            RemoteExchange exchange,
            RemoteContents contents,
            RemoteSending sending,
            Progress progress) {
        this.worker = worker;
        this.remotes = remotes;
        this.exchange = exchange;
        this.contents = contents;
        this.sending = sending;
        this.progress = progress;
    }

    /** The remotes as they are configured now. */
    Optional<Event> look() {
        try {
            return Optional.of(new Event.RemotesSeen(remotes.synced().stream()
                    .map(remote -> new RemoteAddress(
                            remote.name(), remote.url(), remote.path().isPresent()))
                    .toList()));
        } catch (RuntimeException unreadable) { // JGit's way to say that the configuration cannot be read
            LOG.warn("cannot read the git remotes", unreadable);
            return Optional.empty();
        }
    }

    void fetch(String name, Consumer<Event> post) {
        Event.RemoteFetched[] end = {new Event.RemoteFetched(name, BROKEN_OFF, false, Tips.NONE, null)};
        try {
            RemoteReport report = guarded(name, remote -> {
                UUID annex = contents.uuid(remote).orElse(null);
                RemoteExchange.Held held = exchange.fetch(remote);
                end[0] = new Event.RemoteFetched(name, RemoteReport.DONE, held.news(), tips(remote, held), annex);
                return RemoteReport.DONE;
            });
            if (report.kind() != RemoteReport.Kind.DONE) {
                end[0] = new Event.RemoteFetched(name, report, false, Tips.NONE, null);
            }
        } finally {
            post.accept(end[0]);
        }
    }

    void push(String name, boolean tagged, Consumer<Event> post) {
        Event.RemotePushed[] end = {new Event.RemotePushed(name, BROKEN_OFF, false, Tips.NONE)};
        try {
            RemoteReport report = guarded(name, remote -> {
                RemoteExchange.Pushed pushed = exchange.push(remote, tagged);
                RemoteReport done = pushed.overtaken()
                        ? new RemoteReport(RemoteReport.Kind.OVERTAKEN, "others have pushed meanwhile")
                        : RemoteReport.DONE;
                end[0] = new Event.RemotePushed(name, done, pushed.held().news(), tips(remote, pushed.held()));
                return done;
            });
            if (report.kind() == RemoteReport.Kind.AWAY || report.kind() == RemoteReport.Kind.REFUSED) {
                end[0] = new Event.RemotePushed(name, report, false, Tips.NONE);
            }
        } finally {
            post.accept(end[0]);
            post.accept(new Event.GitMoved()); // the git-annex branch may have taken in lines
        }
    }

    /** What a remote holds; one that is not pushed to has all that it is to have. */
    private Tips tips(GitRemote remote, RemoteExchange.Held held) throws IOException {
        return remote.pushes()
                ? new Tips(
                        held.head().map(ObjectId::name).orElse(null),
                        held.annex().map(ObjectId::name).orElse(null))
                : worker.tips();
    }

    void send(String name, UUID annex, Tips tips, Consumer<Event> post) {
        RemoteReport report = BROKEN_OFF;
        try {
            report = guarded(name, remote -> {
                if (remote.pushes()) {
                    sending.send(remote, annex);
                }
                return RemoteReport.DONE;
            });
        } finally {
            post.accept(new Event.ContentsSent(name, report, tips));
            post.accept(new Event.GitMoved()); // it may have recorded what it sent
        }
    }

    /** Fetches contents from a remote; posts an event for each, and one for the end. */
    void fetchContents(long number, String name, Client from, List<Want> wants, Consumer<Event> post) {
        String failure = "it broke off";
        fetches.add(number);
        try {
            GitRemote remote = remotes.named(name).orElseThrow(() -> new IOException(name + " is no remote any more"));
            for (Want want : wants) {
                FetchResult result = fetch(remote, number, want);
                post.accept(new Event.ContentFetched(number, from, want.key(), want.path(), result));
                if (result == FetchResult.NO_ROOM) {
                    break;
                }
            }
            failure = null;
        } catch (IOException | RuntimeException broken) {
            failure = Diagnosis.brief(broken);
            LOG.debug("fetching contents from {} broke off", name, broken);
        } finally {
            fetches.remove(number);
            post.accept(new Event.FetchEnded(number, from, failure));
        }
    }

    private FetchResult fetch(GitRemote remote, long number, Want want) throws IOException {
        Key key = Key.parse(want.key()).orElseThrow();
        try (Progress.Transfer transfer =
                progress.get(want.key(), want.path(), remote.name(), Math.max(0, want.sizeBytes()), 0)) {
            RemoteContents.Copied copied = contents.fetch(remote, key, bytes -> {
                transfer.add(bytes);
                return fetches.contains(number) && !Thread.currentThread().isInterrupted();
            });
            return switch (copied) {
                case YES -> FetchResult.HERE;
                case GONE -> FetchResult.GONE;
                case DAMAGED -> FetchResult.DAMAGED;
                case NO_ROOM -> FetchResult.NO_ROOM;
            };
        }
    }

    /** Breaks a fetch off; does nothing to one that is over. */
    void cancel(long number) {
        fetches.remove(number);
    }

    /** What is done with a remote. */
    private interface Job {
        RemoteReport with(GitRemote remote) throws IOException;
    }

    private RemoteReport guarded(String name, Job job) {
        try {
            Optional<GitRemote> remote = remotes.named(name);
            return remote.isPresent()
                    ? job.with(remote.get())
                    : new RemoteReport(RemoteReport.Kind.AWAY, "it is not configured any more");
        } catch (RemoteException failed) {
            LOG.debug("the remote {} failed", name, failed);
            RemoteReport.Kind kind =
                    failed.kind() == RemoteException.Kind.AWAY ? RemoteReport.Kind.AWAY : RemoteReport.Kind.REFUSED;
            return new RemoteReport(kind, Diagnosis.brief(failed));
        } catch (IOException | RuntimeException failed) {
            LOG.warn("the remote {} failed", name, failed);
            return new RemoteReport(RemoteReport.Kind.REFUSED, Diagnosis.brief(failed));
        }
    }
}
