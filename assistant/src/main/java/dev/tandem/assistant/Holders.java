package dev.tandem.assistant;

import dev.tandem.assistant.core.Client;
import dev.tandem.assistant.core.FolderSnapshot;
import dev.tandem.gitsync.annex.ContentStore;
import dev.tandem.gitsync.annex.DropCheck;
import dev.tandem.gitsync.annex.Key;
import dev.tandem.xmpp.link.Links;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the holders of a content whether they have it at this moment, and answers when asked. Any thread. */
final class Holders {
    /** The request: {@link Question}, answered by {@link Here}. */
    static final String SERVICE = "content.here";

    /** The request, a {@link Question} too: what came from there was not the content. Answered by {@link Here}. */
    static final String DOUBT = "content.doubt";

    private static final Logger LOG = LoggerFactory.getLogger(Holders.class);
    private static final Duration ANSWER = Duration.ofSeconds(15);

    /**
     * Whether a content is there.
     *
     * @param to the asked repository's annex UUID, which also names the folder
     * @param from the asking repository's
     */
    record Question(UUID to, UUID from, String key) {}

    /** The answer; {@code refused} is why there is none, or null. */
    record Here(boolean here, @Nullable String refused) {}

    private final UUID self;
    private final FolderContents contents;
    private final Links links;
    private final Beside beside;

    /** Repositories that can be looked into, besides the devices that can be asked. */
    interface Beside {
        /** Those that can be looked into now, and whether each has a content. */
        Map<UUID, Boolean> have(Key key) throws IOException;
    }

    Holders(UUID self, FolderContents contents, Links links, Beside beside) {
        this.self = self;
        this.contents = contents;
        this.links = links;
        this.beside = beside;
    }

    /** Judges whether our copy may go; the caller keeps everybody from relying on it meanwhile. */
    DropCheck.Answer judge(Key key, List<String> files, List<FolderSnapshot.PeerSnapshot> peers) throws IOException {
        return judge(key, files, proofs(key, peers));
    }

    /** The same, by what is known of the copies. */
    DropCheck.Answer judge(Key key, List<String> files, Map<UUID, DropCheck.Proof> proofs) throws IOException {
        return DropCheck.judge(
                key,
                self,
                DropCheck.Whose.OWN,
                contents.copiesNeeded().of(files),
                proofs,
                contents.branch().settings().trust());
    }

    /** Asks everybody who can be reached; the rest is as the location log says. Our own copy may be among them. */
    Map<UUID, DropCheck.Proof> proofs(Key key, List<FolderSnapshot.PeerSnapshot> peers) throws IOException {
        Map<UUID, CompletableFuture<Boolean>> asked = new HashMap<>();
        for (FolderSnapshot.PeerSnapshot peer : peers) {
            if (peer.online()) {
                Question question = new Question(peer.client().uuid(), self, key.toString());
                asked.put(
                        peer.client().uuid(),
                        links.request(peer.client().device(), SERVICE, PushWire.encode(question), ANSWER)
                                .thenApply(Holders::isHere));
            }
        }
        Map<UUID, DropCheck.Proof> proofs = new HashMap<>();
        FolderContents.holders(contents.branch().copies(key))
                .forEach(holder -> proofs.put(holder, DropCheck.Proof.LOGGED));
        beside.have(key).forEach((uuid, here) -> {
            if (here) {
                proofs.put(uuid, DropCheck.Proof.SEEN);
            } else {
                proofs.remove(uuid);
            }
        });
        asked.forEach((uuid, answer) -> {
            try {
                if (answer.join()) {
                    proofs.put(uuid, DropCheck.Proof.SEEN);
                } else {
                    proofs.remove(uuid);
                }
            } catch (CompletionException silent) {
                LOG.debug("{} does not say whether it has {}", uuid, key, silent);
            }
        });
        return proofs;
    }

    private static boolean isHere(byte[] body) {
        try {
            return PushWire.decode(body, Here.class).here;
        } catch (IOException malformed) {
            throw new CompletionException(malformed);
        }
    }

    /** Tells a holder that what it sent was not the content, so that it looks at its copy. */
    void doubt(Client holder, String key) {
        var unused = links.request(
                        holder.device(), DOUBT, PushWire.encode(new Question(holder.uuid(), self, key)), ANSWER)
                .whenComplete((answer, failure) -> {
                    if (failure != null) {
                        LOG.debug("{} cannot be told that its {} is damaged", holder, key, failure);
                    }
                });
    }

    /** The answer to a peer: no, if our own copy is just being removed. */
    Here answer(Question question) throws IOException {
        Optional<Key> key = Key.parse(question.key);
        if (key.isEmpty()) {
            return new Here(false, null);
        }
        Optional<ContentStore.Held> held = contents.store().hold(key.get());
        if (held.isEmpty()) {
            return new Here(false, null);
        }
        held.get().close();
        return new Here(true, null);
    }
}
