package dev.tandem.assistant;

import dev.tandem.assistant.core.Client;
import dev.tandem.assistant.core.Membership;
import dev.tandem.assistant.store.Store;
import dev.tandem.xmpp.account.DeviceId;
import dev.tandem.xmpp.link.Links;
import dev.tandem.xmpp.link.PeerInfo;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What members of a folder tell each other of its members: a digest when a link comes up and when something changes,
 * and all of it to whoever's digest is another. One worker thread does all of it; any thread may call.
 */
final class MeshTalk {
    private static final Logger LOG = LoggerFactory.getLogger(MeshTalk.class);
    private static final Duration ANSWER = Duration.ofSeconds(60);
    private static final Duration FIRST_RETRY = Duration.ofSeconds(5);

    /** Up to ten minutes: an older Tandem on the other device never answers otherwise. */
    private static final int MAX_DOUBLINGS = 7;

    /** One of our folders, and one of its members. */
    private record Way(UUID folder, Client to) {}

    /** What was said to a member since its link came up. */
    private static final class Talk {
        /** The last digest that it told us; null if none. */
        @Nullable
        String heard;

        /** The digest and the name that it was last told. */
        @Nullable
        String said;

        /** The digest with which it was last told all: telling the same again would change nothing. */
        @Nullable
        String listed;

        boolean busy;
        boolean again;
        int failures;
    }

    private final Mesh mesh;
    private final Store store;
    private final Links links;
    private final Folders folders;
    private final ScheduledExecutorService timers;
    private final Executor worker;

    /** Of members that are linked now, or were; owned by the worker. */
    private final Map<Way, Talk> talks = new HashMap<>();

    /** {@code worker} runs one task at a time. */
    MeshTalk(Mesh mesh, Store store, Links links, Folders folders, ScheduledExecutorService timers, Executor worker) {
        this.mesh = mesh;
        this.store = store;
        this.links = links;
        this.folders = folders;
        this.timers = timers;
        this.worker = worker;
        links.register(MeshWire.SERVICE, this::asked);
    }

    /** A link came up: its device is told the digest of each folder that is shared with it. */
    void linkUp(DeviceId device, PeerInfo peer) {
        onWorker(() -> {
            mesh.called(device, peer.name());
            store.peers().list().stream()
                    .filter(stored -> stored.device().equals(device))
                    .forEach(stored -> {
                        Way way = new Way(stored.folder(), new Client(device, stored.uuid()));
                        talks.put(way, new Talk());
                        tell(way);
                    });
        });
    }

    /** Something about a folder's members has changed here. */
    void changed(UUID folder) {
        onWorker(() -> tellAll(folder));
    }

    /** This device has another name. */
    void renamed() {
        onWorker(() -> folders.all().forEach(folder -> tellAll(folder.uuid())));
    }

    /** An account is online. */
    void online() {
        onWorker(mesh::meetAll);
    }

    private void onWorker(Runnable task) {
        try {
            worker.execute(() -> {
                try {
                    task.run();
                } catch (RuntimeException failure) { // the thread's outermost frame
                    LOG.error("members of a folder could not be told or heard", failure);
                }
            });
        } catch (RejectedExecutionException closing) {
            LOG.debug("the daemon stops");
        }
    }

    private void tellAll(UUID folder) {
        talks.keySet()
                .removeIf(way -> store.peers()
                        .get(way.folder, way.to.device(), way.to.uuid())
                        .isEmpty());
        mesh.of(folder).members().forEach(member -> tell(new Way(folder, new Client(member.device(), member.uuid()))));
    }

    private void tell(Way way) {
        if (!links.up().contains(way.to.device())) {
            return; // it will be told when it is back
        }
        Talk talk = talks.computeIfAbsent(way, first -> new Talk());
        if (talk.busy) {
            talk.again = true;
            return;
        }
        Membership known = mesh.of(way.folder);
        String digest = known.digest();
        String name = mesh.ownName();
        String saying = digest + " " + name;
        boolean all = talk.heard != null && !talk.heard.equals(digest) && !digest.equals(talk.listed);
        if (!all && saying.equals(talk.said)) {
            return;
        }
        talk.busy = true;
        Membership.Told told = all ? known.tell(way.to.device()) : null;
        MeshWire.Message message = MeshWire.message(way.to.uuid(), way.folder, known, name, told);
        var unused = links.request(way.to.device(), MeshWire.SERVICE, PushWire.encode(message), ANSWER)
                .thenApply(MeshTalk::digest)
                .whenComplete((theirs, failure) -> onWorker(() -> {
                    if (talks.get(way) == talk) {
                        talk.busy = false;
                        if (failure == null) {
                            talk.said = saying;
                            talk.listed = all ? digest : talk.listed;
                            talk.heard = theirs;
                            talk.failures = 0;
                            talk.again = false;
                            tell(way);
                        } else {
                            LOG.debug("{} does not listen", way, failure);
                            tellLater(way, talk);
                        }
                    }
                }));
    }

    private static String digest(byte[] body) {
        try {
            MeshWire.Answer answer = MeshWire.answer(body);
            if (answer.refused() != null || answer.digest() == null) {
                throw new IOException(String.valueOf(answer.refused()));
            }
            return answer.digest();
        } catch (IOException refused) {
            throw new CompletionException(refused);
        }
    }

    private void tellLater(Way way, Talk talk) {
        long wait = FIRST_RETRY.toMillis() << Math.min(talk.failures++, MAX_DOUBLINGS);
        try {
            var unused = timers.schedule(
                    () -> onWorker(() -> {
                        if (talks.get(way) == talk) {
                            tell(way);
                        }
                    }),
                    wait,
                    TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException closing) {
            LOG.debug("the daemon stops");
        }
    }

    /** A member tells what it knows. */
    private CompletableFuture<byte[]> asked(DeviceId from, byte[] body) throws IOException {
        MeshWire.Message message = MeshWire.message(body);
        CompletableFuture<byte[]> answer = new CompletableFuture<>();
        worker.execute(() -> {
            try {
                answer.complete(PushWire.encode(hear(from, message)));
            } catch (IOException | RuntimeException failure) {
                LOG.debug("what {} tells could not be heard", from.brief(), failure);
                answer.completeExceptionally(failure);
            }
        });
        return answer;
    }

    private MeshWire.Answer hear(DeviceId from, MeshWire.Message message) throws IOException {
        Optional<OpenFolder> folder = folders.of(message.to().toString());
        if (folder.isEmpty()
                || store.peers().get(message.to(), from, message.from()).isEmpty()) {
            return new MeshWire.Answer("this folder is not shared with that repository", null);
        }
        mesh.called(from, message.name());
        boolean news = message.members() != null && mesh.heard(folder.get(), from, MeshWire.told(message));
        String digest = mesh.of(message.to()).digest();
        Way way = new Way(message.to(), new Client(from, message.from()));
        Talk talk = talks.computeIfAbsent(way, first -> new Talk());
        boolean heardNew = !message.digest().equals(talk.heard);
        talk.heard = message.digest();
        if (news) {
            onWorker(() -> tellAll(message.to()));
        } else if (heardNew) {
            onWorker(() -> tell(way));
        }
        return new MeshWire.Answer(null, digest);
    }
}
