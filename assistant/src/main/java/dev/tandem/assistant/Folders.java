package dev.tandem.assistant;

import dev.tandem.assistant.api.ActionFailed;
import dev.tandem.assistant.commands.Command;
import dev.tandem.assistant.core.Client;
import dev.tandem.assistant.core.Event;
import dev.tandem.assistant.store.Store;
import dev.tandem.assistant.store.StoredDevice;
import dev.tandem.assistant.store.StoredFolder;
import dev.tandem.assistant.store.StoredPeer;
import dev.tandem.gitsync.repo.FolderRepository;
import dev.tandem.gitsync.repo.RepositoryException;
import dev.tandem.gitsync.repo.RepositorySetup;
import dev.tandem.xmpp.account.DeviceId;
import dev.tandem.xmpp.link.LinkStream;
import dev.tandem.xmpp.link.Links;
import dev.tandem.xmpp.link.PeerInfo;
import dev.tandem.xmpp.link.Priority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** The folders that are open, and the peers' messages on their way to the right one. Any thread. */
final class Folders {
    private final Map<UUID, OpenFolder> open = new ConcurrentHashMap<>();
    private final Store store;
    private final OpenFolder.Shared shared;
    private final RepositorySetup setup;

    Folders(Store store, OpenFolder.Shared shared, RepositorySetup setup) {
        this.store = store;
        this.shared = shared;
        this.setup = setup;
        Links links = shared.links();
        links.register(
                PushWire.CAN_PUSH,
                (from, body) ->
                        message(from, body, (folder, message, client) -> folder.told(client, message.announcement())));
        links.register(
                PushWire.REQUEST,
                (from, body) -> message(from, body, (folder, message, client) -> folder.asked(client)));
        links.register(Holders.SERVICE, (from, body) -> answer(from, body, OpenFolder::asked));
        links.register(Holders.DOUBT, (from, body) -> answer(from, body, OpenFolder::doubted));
        links.registerStream(PushWire.STREAM, (from, body, stream) -> opened(from, body, stream, OpenFolder::offered));
        links.registerStream(
                ContentWire.STREAM,
                Priority.BACKGROUND,
                (from, body, stream) -> opened(from, body, stream, OpenFolder::contentAsked));
    }

    Collection<OpenFolder> all() {
        return open.values();
    }

    Optional<OpenFolder> byName(String name) {
        return open.values().stream()
                .filter(folder -> folder.stored().name().equals(name))
                .findFirst();
    }

    OpenFolder named(String name) throws ActionFailed {
        return byName(name)
                .orElseThrow(() -> new ActionFailed(
                        ActionFailed.Kind.FAILED,
                        "there is no folder called " + name + "; `tandem status` lists them"));
    }

    /** The folder in which a file is, or would be. */
    OpenFolder of(Path file) throws ActionFailed {
        return open.values().stream()
                .filter(folder -> file.startsWith(folder.stored().path()))
                .findFirst()
                .orElseThrow(() -> new ActionFailed(
                        ActionFailed.Kind.FAILED, file + " is in no synced folder; `tandem status` lists them"));
    }

    /** Opens what the store knows; a folder that cannot be opened becomes an alert, not the end of the daemon. */
    void openStored() {
        for (StoredFolder stored : store.folders().list()) {
            try {
                opened(stored, FolderRepository.open(stored.path(), setup));
            } catch (IOException broken) {
                shared.records()
                        .raise(
                                stored.name(),
                                stored.uuid() + " open",
                                "error",
                                "The folder " + stored.path() + " cannot be opened (" + Diagnosis.brief(broken)
                                        + "): it is not synced; repair or remount it and restart the daemon, or `tandem remove "
                                        + stored.name() + "`.");
            }
        }
    }

    /** Says where a new folder is to be and what it is to be called; refuses what is taken. Changes nothing. */
    Command.Place plan(Path directory, Optional<String> name, Optional<String> branch) throws ActionFailed {
        Path path = directory.toAbsolutePath().normalize();
        String chosen = name.orElseGet(() -> String.valueOf(path.getFileName()));
        checkNew(path, chosen);
        return new Command.Place(
                path.toString(),
                chosen,
                branch.orElse(null),
                !Files.exists(path.resolve(".git")),
                !Files.exists(path),
                null);
    }

    /**
     * Creates or adopts a repository; may be repeated, also after a crash in its middle.
     *
     * @return the folder, to be stored
     */
    StoredFolder create(Command.Place place) throws ActionFailed {
        Path path = Path.of(place.directory());
        String branch = place.branch();
        try {
            if (place.newRepository()) {
                HalfMade.remove(path.resolve(".git"));
            }
            RepositorySetup wanted = branch == null ? setup : setup.withInitialBranch(branch);
            UUID uuid;
            try (FolderRepository repository = FolderRepository.createOrAdopt(path, wanted)) {
                uuid = repository.uuid();
            }
            if (open.containsKey(uuid)) {
                throw new ActionFailed(
                        ActionFailed.Kind.FAILED,
                        path + " is a copy of a folder that is synced already (same annex.uuid); nothing was changed;"
                                + " clone it with git instead of copying it");
            }
            return new StoredFolder(place.name(), path, uuid, false);
        } catch (RepositoryException refused) {
            throw new ActionFailed(ActionFailed.Kind.FAILED, Diagnosis.brief(refused));
        } catch (IOException failure) {
            throw new ActionFailed(
                    ActionFailed.Kind.FAILED, Diagnosis.of(path, failure).line());
        }
    }

    /** Stores a folder that was created; within the transaction of the command that did. */
    void keep(StoredFolder stored) {
        store.folders().store(stored);
        store.journal()
                .append(
                        shared.clock().instant(),
                        "folder-added",
                        stored.name(),
                        Map.of("path", stored.path().toString()));
    }

    /** Opens a folder that is stored, unless it is open, and describes it; may be repeated. */
    OpenFolder open(Command.Place place) throws IOException, ActionFailed {
        UUID uuid = UUID.fromString(Objects.requireNonNull(place.uuid()));
        StoredFolder stored = store.folders().list().stream()
                .filter(folder -> folder.uuid().equals(uuid))
                .findFirst()
                .orElseThrow(() -> new ActionFailed(
                        ActionFailed.Kind.FAILED, "the folder " + place.name() + " was removed meanwhile"));
        OpenFolder folder = open.get(uuid);
        if (folder == null) {
            folder = opened(stored, FolderRepository.open(stored.path(), setup));
        }
        folder.describe(describe(stored.path()));
        if (place.newRepository()) {
            folder.settleLargeFiles();
        }
        return folder;
    }

    /** A name that no folder has yet. */
    String freeName(String wanted) {
        String name = wanted;
        for (int i = 2; byName(name).isPresent(); i++) {
            name = wanted + "-" + i;
        }
        return name;
    }

    /** The open folder of a uuid. */
    Optional<OpenFolder> of(String uuid) {
        return Optional.ofNullable(open.get(UUID.fromString(uuid)));
    }

    private String describe(Path path) {
        return shared.device() + ":" + path;
    }

    private void checkNew(Path path, String name) throws ActionFailed {
        if (byName(name).isPresent()) {
            throw new ActionFailed(
                    ActionFailed.Kind.FAILED,
                    "a folder called " + name + " is synced already; nothing was changed; choose another with --name");
        }
        for (OpenFolder other : open.values()) {
            Path taken = other.stored().path();
            if (path.startsWith(taken) || taken.startsWith(path)) {
                throw new ActionFailed(
                        ActionFailed.Kind.FAILED,
                        path + " and the synced folder " + taken
                                + " lie inside each other; nothing was changed; choose a directory outside it");
            }
        }
    }

    private OpenFolder opened(StoredFolder stored, FolderRepository repository) throws IOException {
        OpenFolder folder = OpenFolder.open(stored, repository, peersOf(stored), shared);
        open.put(folder.uuid(), folder);
        for (DeviceId device : shared.links().up()) {
            shared.links().peer(device).ifPresent(peer -> folder.post(linkUp(device, peer)));
        }
        return folder;
    }

    private List<StoredPeer> peersOf(StoredFolder stored) {
        return store.peers().list(stored.uuid());
    }

    void remove(OpenFolder folder) throws IOException, InterruptedException {
        open.remove(folder.uuid());
        store.folders().delete(folder.uuid());
        folder.close();
    }

    void closeAll() throws InterruptedException, IOException {
        for (OpenFolder folder : open.values()) {
            folder.close();
        }
        open.clear();
    }

    void postToAll(Event event) {
        open.values().forEach(folder -> folder.post(event));
    }

    /** What a folder is told of a link; one without an account has the one through which the device was paired. */
    Event linkUp(DeviceId device, PeerInfo peer) {
        String jid = peer.account().isEmpty()
                ? store.devices().get(device).map(StoredDevice::jid).orElse("")
                : peer.account();
        String name = store.memberships().alias(device).orElse(peer.name());
        return new Event.LinkUp(device, name, jid, peer.carrierKind());
    }

    /** How a folder takes a message. */
    private interface Taking {
        CompletableFuture<PushWire.Answer> by(OpenFolder folder, PushWire.Message message, Client from);
    }

    private CompletableFuture<byte[]> message(DeviceId from, byte[] body, Taking taken) throws IOException {
        PushWire.Message message = PushWire.message(body);
        OpenFolder folder = open.get(message.to());
        CompletableFuture<PushWire.Answer> answer = folder == null
                ? CompletableFuture.completedFuture(PushWire.Answer.refusal(notHere(message)))
                : taken.by(folder, message, new Client(from, message.from()));
        return answer.thenApply(PushWire::encode);
    }

    /** How a folder takes a question about a content. */
    private interface Asking {
        CompletableFuture<Holders.Here> by(OpenFolder folder, Holders.Question question);
    }

    private CompletableFuture<byte[]> answer(DeviceId from, byte[] body, Asking asking) throws IOException {
        Holders.Question question = PushWire.decode(body, Holders.Question.class);
        OpenFolder folder = open.get(question.to());
        Client client = new Client(from, question.from());
        if (folder == null
                || folder.snapshot().peers().stream()
                        .noneMatch(peer -> peer.client().equals(client))) {
            return CompletableFuture.completedFuture(PushWire.encode(new Holders.Here(false, "not known here")));
        }
        return asking.by(folder, question).thenApply(PushWire::encode);
    }

    /** How a folder takes a stream. */
    private interface Opening {
        void by(OpenFolder folder, Client from, LinkStream stream);
    }

    private void opened(DeviceId from, byte[] body, LinkStream stream, Opening opening) throws IOException {
        PushWire.Message message = PushWire.message(body);
        OpenFolder folder = open.get(message.to());
        if (folder == null) {
            stream.reset(notHere(message));
            return;
        }
        opening.by(folder, new Client(from, message.from()), stream);
    }

    private String notHere(PushWire.Message message) {
        return "no folder with the repository " + message.to() + " on " + shared.device();
    }
}
