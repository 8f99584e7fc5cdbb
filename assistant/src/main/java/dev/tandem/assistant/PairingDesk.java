package dev.tandem.assistant;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.tandem.assistant.api.ActionFailed;
import dev.tandem.assistant.api.Actions;
import dev.tandem.assistant.store.Store;
import dev.tandem.assistant.store.StoredDevice;
import dev.tandem.assistant.store.StoredPeer;
import dev.tandem.xmpp.account.Messenger;
import dev.tandem.xmpp.link.Links;
import dev.tandem.xmpp.pairing.PairedDevice;
import dev.tandem.xmpp.pairing.Pairing;
import dev.tandem.xmpp.pairing.PairingException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Pairs folders of this daemon with those of others: from a code to a stored device and a known repository. */
final class PairingDesk {
    private static final Logger LOG = LoggerFactory.getLogger(PairingDesk.class);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(50);
    private static final Duration JOIN = Duration.ofSeconds(60);
    private static final Duration FIRST_SYNC = Duration.ofSeconds(60);
    private static final Pattern NAME = Pattern.compile("(?!\\.{1,2}$)[^/\\\\\\p{Cc}\\p{Cf}]{1,100}");
    private static final Pattern BRANCH = Pattern.compile("[A-Za-z0-9._-]{1,100}");
    private static final ObjectMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    /** What the two sides tell each other once the code has proven them: sealed, so nobody else reads it. */
    record Facts(String folder, UUID uuid, String branch, String device) {
        byte[] encode() {
            try {
                return JSON.writeValueAsBytes(this);
            } catch (JsonProcessingException bug) {
                throw new IllegalStateException(bug);
            }
        }

        static Facts parse(byte[] json) throws IOException {
            Facts facts = JSON.readValue(json, Facts.class);
            if (facts == null
                    || facts.uuid == null
                    || !has(facts.folder, NAME)
                    || !has(facts.device, NAME)
                    || !has(facts.branch, BRANCH)) {
                throw new IOException("the other device sent facts that make no sense");
            }
            return facts;
        }

        private static boolean has(@Nullable String text, Pattern form) {
            return text != null && form.matcher(text).matches();
        }

        /** The name of a new directory: never one that is hidden, as keys and settings are, unless the user says so. */
        String directoryName() throws IOException {
            if (folder.startsWith(".")) {
                throw new IOException("the other device calls the folder " + folder + "; say into which directory");
            }
            return folder;
        }
    }

    private final Map<String, CompletableFuture<Actions.Paired>> offers = new ConcurrentHashMap<>();
    private final Store store;
    private final Links links;
    private final Pairing pairing;
    private final Accounts accounts;
    private final Folders folders;
    private final Records records;
    private final InstantSource clock;
    private final String device;

    PairingDesk(
            Store store,
            Links links,
            Pairing pairing,
            Accounts accounts,
            Folders folders,
            Records records,
            InstantSource clock,
            String device) {
        this.store = store;
        this.links = links;
        this.pairing = pairing;
        this.accounts = accounts;
        this.folders = folders;
        this.records = records;
        this.clock = clock;
        this.device = device;
    }

    Actions.Offer offer(String name) throws ActionFailed {
        OpenFolder folder = folders.named(name);
        Messenger account = anyAccount();
        Pairing.Offer offer = pairing.offer(facts(folder).encode());
        offers.put(offer.code(), offer.paired().thenApply(other -> {
            try {
                return settle(folder, other);
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        }));
        records.note(name, "pairing-offered", Map.of("expires", offer.expires().toString()));
        return new Actions.Offer(account.bareJid(), offer.code(), name);
    }

    Actions.Paired awaitPaired(Actions.Offer offer, Duration timeout) throws ActionFailed {
        CompletableFuture<Actions.Paired> paired = offers.get(offer.code());
        if (paired == null) {
            throw new ActionFailed(
                    ActionFailed.Kind.FAILED, "that code is not open; nothing was changed; ask for a new one");
        }
        try {
            return await(paired, timeout);
        } finally {
            if (paired.isDone()) {
                offers.remove(offer.code());
            }
        }
    }

    Actions.Paired join(String jid, String code, Optional<Path> directory) throws ActionFailed {
        Messenger account = accounts.online().stream()
                .filter(candidate -> candidate.bareJid().equals(jid))
                .findFirst()
                .orElse(anyAccount());
        AtomicReference<@Nullable Joining> joining = new AtomicReference<>();
        try {
            PairedDevice other = await(
                    pairing.join(account, jid, code, facts -> prepare(facts, directory, joining), JOIN),
                    JOIN.plusSeconds(5));
            OpenFolder folder = Objects.requireNonNull(joining.get()).folder;
            Actions.Paired paired = settle(folder, other);
            awaitFirstSync(folder);
            return paired;
        } catch (IOException failure) {
            undo(joining.get());
            throw new ActionFailed(
                    ActionFailed.Kind.FAILED,
                    "pairing failed: " + Diagnosis.brief(failure) + "; nothing was changed; ask for a new code");
        } catch (ActionFailed refused) {
            undo(joining.get());
            throw refused;
        }
    }

    /** What has been made for a pairing that may still fail. */
    private record Joining(OpenFolder folder, boolean added, boolean directoryMade) {}

    private byte[] prepare(byte[] theirs, Optional<Path> directory, AtomicReference<@Nullable Joining> joining) {
        try {
            Facts facts = Facts.parse(theirs);
            Path wanted = directory.isPresent()
                    ? directory.get()
                    : Path.of(System.getProperty("user.home"), facts.directoryName());
            Path path = wanted.toAbsolutePath().normalize();
            Optional<OpenFolder> known = folders.all().stream()
                    .filter(folder -> folder.stored().path().equals(path))
                    .findFirst();
            boolean made = !Files.exists(path);
            OpenFolder folder = known.isPresent()
                    ? known.get()
                    : folders.add(path, Optional.of(freeName(facts.folder)), Optional.of(facts.branch));
            joining.set(new Joining(folder, known.isEmpty(), made));
            return facts(folder).encode();
        } catch (IOException malformed) {
            throw new UncheckedIOException(malformed);
        } catch (ActionFailed refused) {
            throw new UncheckedIOException(new IOException(refused.getMessage(), refused));
        }
    }

    private String freeName(String wanted) {
        String name = wanted;
        for (int i = 2; folders.byName(name).isPresent(); i++) {
            name = wanted + "-" + i;
        }
        return name;
    }

    /** Pins the device and records its repository; from here on the two are peers. */
    private Actions.Paired settle(OpenFolder folder, PairedDevice other) throws IOException {
        Facts facts = Facts.parse(other.facts());
        store.devices().store(new StoredDevice(other.device(), facts.device, other.jid(), clock.instant()));
        StoredPeer peer = new StoredPeer(folder.uuid(), other.device(), facts.uuid, Optional.empty(), Optional.empty());
        store.peers().store(peer);
        folder.addPeer(peer, facts.device, other.jid());
        links.pinsChanged();
        links.peer(other.device()).ifPresent(info -> folder.post(folders.linkUp(other.device(), info)));
        String name = folder.stored().name();
        records.note(name, "paired", Map.of("device", facts.device, "jid", other.jid()));
        return new Actions.Paired(
                name, folder.stored().path().toString(), other.device().hex(), facts.device);
    }

    private void undo(@Nullable Joining joining) {
        if (joining == null || !joining.added) {
            return;
        }
        try {
            folders.remove(joining.folder);
            if (joining.directoryMade) {
                deleteTree(joining.folder.stored().path());
            }
        } catch (IOException leftover) {
            records.raise(
                    null,
                    "pairing",
                    "warning",
                    "A pairing failed and left " + joining.folder.stored().path()
                            + " behind; nothing is lost; delete it if you do not need it.");
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    /** Deletes a directory that this pairing made, unless somebody has put a file there meanwhile. */
    private static void deleteTree(Path root) throws IOException {
        try (var entries = Files.list(root)) {
            if (entries.anyMatch(entry -> !entry.getFileName().toString().equals(".git"))) {
                return;
            }
        }
        try (var tree = Files.walk(root)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private Facts facts(OpenFolder folder) {
        return new Facts(folder.stored().name(), folder.uuid(), folder.branch(), device);
    }

    private Messenger anyAccount() throws ActionFailed {
        return accounts.online().stream()
                .min(Comparator.comparing(Messenger::bareJid))
                .orElseThrow(
                        () -> new ActionFailed(
                                ActionFailed.Kind.FAILED,
                                "no account is online, so no other device can be reached; nothing was changed; see `tandem status`"));
    }

    /**
     * Waits until the other device has confirmed that both hold the same; it is paired all the same if that takes long.
     */
    private static void awaitFirstSync(OpenFolder folder) {
        long end = System.nanoTime() + FIRST_SYNC.toNanos();
        try {
            for (long left = FIRST_SYNC.toNanos(); left > 0; left = end - System.nanoTime()) {
                if (!folder.sync()
                        .end()
                        .get(left, TimeUnit.NANOSECONDS)
                        .confirmed()
                        .isEmpty()) {
                    return;
                }
                LockSupport.parkNanos(LOOK_AGAIN.toNanos()); // the link is not up yet
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException goesOn) {
            LOG.debug(
                    "the first sync of {} goes on in the background",
                    folder.stored().name());
        }
    }

    private static <T> T await(CompletableFuture<T> future, Duration timeout) throws ActionFailed {
        try {
            return future.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new ActionFailed(ActionFailed.Kind.FAILED, "the daemon is stopping; nothing was changed");
        } catch (TimeoutException late) {
            throw new ActionFailed(
                    ActionFailed.Kind.TIMED_OUT, "nobody has used the code yet; nothing was changed; try again");
        } catch (ExecutionException failed) {
            throw failure(failed);
        }
    }

    private static ActionFailed failure(ExecutionException failed) {
        Throwable cause = failed.getCause() == null ? failed : failed.getCause();
        if (cause instanceof PairingException refused) {
            return new ActionFailed(
                    refused.kind() == PairingException.Kind.TIMED_OUT
                            ? ActionFailed.Kind.TIMED_OUT
                            : ActionFailed.Kind.FAILED,
                    Diagnosis.brief(refused));
        }
        Throwable told = cause instanceof UncheckedIOException && cause.getCause() != null ? cause.getCause() : cause;
        return new ActionFailed(ActionFailed.Kind.FAILED, "pairing failed: " + Diagnosis.brief(told));
    }
}
