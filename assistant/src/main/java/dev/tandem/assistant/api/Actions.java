package dev.tandem.assistant.api;

import dev.tandem.assistant.store.Journal;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Everything a user can ask of a running daemon. The local API calls it; the daemon implements it.
 *
 * <p>Calls may block for as long as their own description says and come from any thread.
 */
public interface Actions {
    /**
     * The same actions, asked for under a name. What outlives the asking (add, offer, join, get, drop, restore,
     * remotes, forget) is done once under one name: asked again, also after a restart of the daemon, it gives the first
     * one's result.
     *
     * @param request unique to what is asked, chosen by whoever asks
     */
    Actions under(String request);

    /** The daemon, its accounts, folders, peers and alerts as of now. Answers from memory, at once. */
    Status status();

    /**
     * Signs in to an account and remembers it; returns when the first attempt has succeeded or failed. A wrong password
     * or a refused certificate leaves nothing behind.
     */
    void addAccount(NewAccount account) throws ActionFailed;

    /** Makes a new account on its server, then does the same. */
    void registerAccount(NewAccount account) throws ActionFailed;

    /** Signs out and forgets the account. */
    void removeAccount(String jid) throws ActionFailed;

    /** Starts keeping a directory in sync; returns when its repository stands and the first scan is committed. */
    Status.Folder addFolder(Path directory, Optional<String> name) throws ActionFailed;

    /** Stops keeping a folder in sync; files and history stay. */
    void removeFolder(String name) throws ActionFailed;

    /** Makes a one-time code for a folder, valid for ten minutes. */
    Offer offer(String folder) throws ActionFailed;

    /** Blocks until the offer's code was used, expired or burnt. */
    Paired awaitPaired(Offer offer, Duration timeout) throws ActionFailed;

    /** Joins with a code from another device; returns when both hold the same commit or with what went wrong. */
    Paired join(String jid, String code, Optional<Path> directory) throws ActionFailed;

    /** Syncs now; returns when this device and every reachable peer hold the same commit. No name: all folders. */
    List<Synced> sync(Optional<String> folder, Duration timeout) throws ActionFailed;

    /**
     * Brings the content of large files here, wanted or not, and remembers that it was asked for; returns when all is
     * here that can be had. Directories stand for all that is in them.
     */
    List<Content> get(List<Path> paths, Duration timeout) throws ActionFailed;

    /**
     * Removes the content of large files from this device; refused for each of which too few other copies can be
     * verified at this moment, unless {@code force}d.
     */
    List<Content> drop(List<Path> paths, boolean force) throws ActionFailed;

    /** Says which repositories are known to hold the content of large files. */
    List<Whereis> whereis(List<Path> paths) throws ActionFailed;

    /**
     * Makes a git repository a remote of a folder, in git's own configuration, and starts to sync with it. Safe to
     * repeat.
     *
     * @param url what git takes: an absolute path, or an ssh or https address
     */
    void addRemote(String folder, String name, String url) throws ActionFailed;

    /** Forgets a git remote; what was exchanged with it stays on both sides. */
    void removeRemote(String folder, String name) throws ActionFailed;

    /** The git remotes of a folder, and how they stand. */
    List<Status.Remote> remotes(String folder) throws ActionFailed;

    /** Every version of a file that is or was in a folder, newest first. */
    List<Version> history(Path file) throws ActionFailed;

    /**
     * Brings a version of a file back, as a new version; what stands at that place is kept as a version before.
     *
     * @param at a commit, or a time
     * @param to where in the same folder; none for where it was
     */
    Restored restore(Path file, String at, Optional<Path> to) throws ActionFailed;

    /** What there is to be seen of the folders' past. */
    HistoryViews views();

    /** The devices that this one is paired with, and the folders that it shares with each. */
    List<Device> peers() throws ActionFailed;

    /**
     * Revokes a device: no folder is shared with it any more, its links are closed, and it is not let in again, here
     * and on the other devices of its folders.
     *
     * @param device its fingerprint, the beginning of that, or its name
     */
    Device forget(String device) throws ActionFailed;

    /**
     * Calls a device something else: another one on this device only, {@code this} one on all.
     *
     * @param device its fingerprint, the beginning of that, or its name; or {@code this}
     */
    void rename(String device, String name) throws ActionFailed;

    /**
     * Asks all devices how the folders stand that they share with this one, this one included. Returns when each has
     * answered, or refused, left or been silent for 15 s; of one client only one such question is under way, its next
     * one waits.
     *
     * @param client who asks
     * @param each takes an answer as it comes; what it throws ends the question
     */
    void statusOfAll(String client, Consumer<DeviceStatus> each) throws ActionFailed;

    /**
     * Merges the journals of all devices by time, as far as they are about folders that they share with this one.
     * Otherwise like {@link #statusOfAll}.
     *
     * @param since no older entries
     */
    void logOfAll(String client, Instant since, Consumer<DeviceEntry> each) throws ActionFailed;

    /**
     * Says whether a deletion that Tandem holds is meant: if so, it is carried out, else the files come back on all
     * devices. Fails if nothing is held.
     */
    void decideDeletion(String folder, boolean meant) throws ActionFailed;

    /** What was asked for, outlives the asking and is not finished, in the order of asking. */
    List<Wish> queue();

    /** Tries one of these now, instead of when its wait is over. */
    void retry(long id) throws ActionFailed;

    /** Takes one of these back; what it has done until then stays. */
    void cancel(long id) throws ActionFailed;

    /** Stops syncing a folder, or all, until resumed; survives a restart. */
    void pause(Optional<String> folder) throws ActionFailed;

    /** Syncs a paused folder, or all, again. */
    void resume(Optional<String> folder) throws ActionFailed;

    /**
     * Looks at everything that may be wrong: servers and links, which takes up to half a minute, and all content of
     * large files, which is read.
     *
     * @param folder whose content; none for all
     * @param repair whether to mend what can be mended
     */
    Checkup examine(Optional<String> folder, boolean repair) throws ActionFailed;

    /** Asks the daemon to end in order; returns at once. */
    void stop();

    /**
     * An account to sign in to.
     *
     * @param jid bare JID
     * @param password in the clear, over loopback only; kept in the home, mode 0600
     * @param server {@code HOST:PORT}, or null to look it up (SRV, then the domain)
     * @param trustedCertificate PEM file of the one certificate to accept besides the system's authorities, or null
     */
    record NewAccount(
            String jid,
            String password,
            @Nullable String server,
            @Nullable String trustedCertificate) {}

    /**
     * A code to be typed on the other device.
     *
     * @param jid our account, bare
     * @param code three words joined by hyphens
     * @param folder the folder's name
     */
    record Offer(String jid, String code, String folder) {}

    /**
     * A finished pairing.
     *
     * @param folder the folder's name here
     * @param path where it is here
     * @param device the other device's fingerprint
     * @param name the other device's name
     */
    record Paired(String folder, String path, String device, String name) {}

    /**
     * What a manual sync reached.
     *
     * @param folder its name
     * @param head the commit that all reachable peers hold, or null for a folder without a commit
     * @param peers how many peers confirmed it
     * @param unreachable names of peers that are away: not waited for, but said
     * @param outOfReach contents of large files that are wanted here and on no device that can be reached
     */
    record Synced(String folder, @Nullable String head, int peers, List<String> unreachable, int outOfReach) {}

    /**
     * Something that was asked for.
     *
     * @param kind what, as a word
     * @param folder the folder's name, or null
     * @param state {@code queued} or {@code running}
     * @param step how far it is
     * @param attempts of this step that came to nothing
     * @param next when it is tried again
     */
    record Wish(
            long id,
            String kind,
            @Nullable String folder,
            String state,
            String step,
            int attempts,
            Instant next,
            @Nullable String lastError) {}

    /**
     * What became of one large file.
     *
     * @param folder its folder's name
     * @param path in the folder
     * @param done whether it became what was asked
     * @param reason why not, or null
     */
    record Content(
            String folder,
            String path,
            boolean done,
            @Nullable String reason) {}

    /**
     * Where one large file's content is, as far as is known.
     *
     * @param folder its folder's name
     * @param path in the folder
     * @param key git-annex's name of the content
     */
    record Whereis(String folder, String path, String key, List<Copy> copies) {}

    /**
     * A repository that is known to hold a content.
     *
     * @param uuid its annex UUID
     * @param name what it is called
     * @param here whether it is this device's
     */
    record Copy(String uuid, String name, boolean here) {}

    /**
     * A version of a file.
     *
     * @param commit that made it
     * @param by the device, or who committed
     * @param deleted whether that commit deleted the file
     * @param size in bytes, -1 if not known
     * @param key git-annex's name of the content, or null if it is in git
     * @param here whether its content is on this device
     * @param present whether it is what the folder has there now; versions of both sides of a merge are listed, so the
     *     newest need not be
     */
    record Version(
            String commit,
            Instant time,
            String by,
            String message,
            boolean deleted,
            long size,
            @Nullable String key,
            boolean here,
            boolean present) {}

    /**
     * A version that was brought back.
     *
     * @param path in the folder
     * @param commit the old one
     * @param time of the old one
     * @param here whether its content is here, or still to come
     */
    record Restored(String folder, String path, String commit, Instant time, boolean here) {}

    /**
     * A paired device.
     *
     * @param device its fingerprint
     * @param jid the account through which it was paired, bare
     * @param online whether there is a link to it
     * @param folders the names of the folders that are shared with it
     * @param introducedBy by folder, the name of the device that introduced it, where it was not paired with this one
     */
    record Device(
            String device,
            String name,
            String jid,
            boolean online,
            List<String> folders,
            Map<String, String> introducedBy) {}

    /**
     * How one device answered.
     *
     * @param device its fingerprint
     * @param answer null if none came
     * @param reason why not, or null
     */
    record DeviceStatus(
            String device,
            String name,
            @Nullable SharedFolders answer,
            @Nullable String reason) {}

    /** The folders of a device that it shares with this one, under its own names for them. */
    record SharedFolders(List<SharedFolder> folders) {}

    /**
     * A folder as another device tells it; see {@link Status.Folder}.
     *
     * @param uuid the other device's repository
     */
    record SharedFolder(
            String name,
            String uuid,
            String branch,
            @Nullable String head,
            String state,
            @Nullable String reason,
            int pendingChanges,
            int missingContent) {}

    /**
     * Something that happened on one device.
     *
     * @param device its fingerprint
     * @param entry null for the last word about a device that has not told everything
     * @param reason why not, or null
     */
    record DeviceEntry(
            String device,
            String name,
            Journal.@Nullable Entry entry,
            @Nullable String reason) {}
}
