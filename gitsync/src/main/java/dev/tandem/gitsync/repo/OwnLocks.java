package dev.tandem.gitsync.repo;

import dev.tandem.gitsync.points.Failpoint;
import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.Repository;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the locks of refs that a crash of ours has left from those that the user's git holds: before JGit locks a ref,
 * a note of that lies in {@code .git/tandem/locks}, and the next start removes the locks of which there are notes.
 * Without that a lock stays for ever, and nothing can move the ref any more.
 */
public final class OwnLocks {
    private static final Logger LOG = LoggerFactory.getLogger(OwnLocks.class);
    /** The index instead of a ref: noted until its lock has a second name, by which it is known from then on. */
    public static final String INDEX = "index";
    /** Git's configuration. */
    public static final String CONFIG = "config";
    /** How far from the note in time a lock of the index may be to be ours: the note is made right before. */
    private static final Duration NOTED_BEFORE = Duration.ofSeconds(2);
    /** How the file of a kept pack begins when a push was being received. */
    private static final String KEPT_BY_US = "jgit receive-pack";

    private OwnLocks() {}

    /** What is done with a ref. */
    public interface Step<T> {
        T run() throws IOException;
    }

    /** Runs what moves a ref; one thread at a time for each ref. */
    public static <T> T noted(Repository git, String ref, Step<T> step) throws IOException {
        note(git, ref);
        Failpoint.at("ref.noted");
        try {
            T done = step.run();
            Failpoint.at("ref.moved");
            return done;
        } finally {
            forget(git, ref);
            Failpoint.at("ref.forgotten");
        }
    }

    /** The same for any refs below a prefix, which ends with a slash, where only the step finds out which these are. */
    public static <T> T notedBelow(Repository git, String prefix, Step<T> step) throws IOException {
        if (!prefix.startsWith(Constants.R_REFS) || !prefix.endsWith("/")) {
            throw new IllegalArgumentException("no prefix of refs: " + prefix);
        }
        return noted(git, prefix, step);
    }

    /** Notes that a ref is about to be locked. */
    public static void note(Repository git, String ref) throws IOException {
        Path note = note(ref, Files.createDirectories(notes(git)));
        try {
            Files.createFile(note);
        } catch (FileAlreadyExistsException left) {
            LOG.debug("noted already: {}", ref);
        }
    }

    /** The ref is not locked any more. */
    public static void forget(Repository git, String ref) throws IOException {
        Files.deleteIfExists(note(ref, notes(git)));
    }

    private static Path note(String ref, Path notes) {
        return notes.resolve(URLEncoder.encode(ref, StandardCharsets.UTF_8));
    }

    /** Removes what a crash has left; while nothing else of ours is at work in that repository. */
    static void removeStale(Repository git) throws IOException {
        Path notes = notes(git);
        if (Files.isDirectory(notes)) {
            try (Stream<Path> all = Files.list(notes)) {
                for (Path note : (Iterable<Path>) all::iterator) {
                    String ref = URLDecoder.decode(String.valueOf(note.getFileName()), StandardCharsets.UTF_8);
                    for (Path lock : locks(git, ref, note)) {
                        if (Files.deleteIfExists(lock)) {
                            LOG.debug("removed the lock that a crash has left: {}", lock);
                        }
                    }
                    Files.deleteIfExists(note);
                }
            }
        }
        removeKept(git.getDirectory().toPath().resolve("objects").resolve("pack"));
    }

    private static List<Path> locks(Repository git, String ref, Path note) throws IOException {
        Path top = git.getDirectory().toPath();
        if (ref.startsWith(Constants.R_REFS) && ref.endsWith("/") && Repository.isValidRefName(ref + "x")) {
            return locksBelow(top.resolve(ref), Files.getLastModifiedTime(note).toInstant());
        }
        Path lock = top.resolve(ref + ".lock");
        boolean ours = ref.equals(INDEX) ? isOurs(lock, note) : ref.equals(CONFIG) || Repository.isValidRefName(ref);
        return ours ? List.of(lock) : List.of();
    }

    /** Those that were made since the note: older ones are somebody else's. */
    private static List<Path> locksBelow(Path directory, Instant noted) throws IOException {
        List<Path> locks = new ArrayList<>();
        if (Files.isDirectory(directory)) {
            try (Stream<Path> all = Files.walk(directory)) {
                for (Path file : (Iterable<Path>) all::iterator) {
                    boolean since = file.toString().endsWith(".lock")
                            && !Files.getLastModifiedTime(file)
                                    .toInstant()
                                    .plus(NOTED_BEFORE)
                                    .isBefore(noted);
                    if (since) {
                        locks.add(file);
                    }
                }
            }
        }
        return locks;
    }

    /** An empty lock that was made right after the note: git's own is hardly ever there for long. */
    private static boolean isOurs(Path lock, Path note) throws IOException {
        if (!Files.exists(lock) || Files.size(lock) > 0) {
            return false;
        }
        Instant noted = Files.getLastModifiedTime(note).toInstant();
        Instant locked = Files.getLastModifiedTime(lock).toInstant();
        return Duration.between(noted, locked).abs().compareTo(NOTED_BEFORE) <= 0;
    }

    /** While a push is received its pack is kept from git's garbage collection; afterwards it must not be. */
    private static void removeKept(Path packs) throws IOException {
        if (!Files.isDirectory(packs)) {
            return;
        }
        try (var kept = Files.newDirectoryStream(packs, "*.keep{,.lock}")) {
            for (Path file : kept) {
                if (file.toString().endsWith(".lock") || Files.readString(file).startsWith(KEPT_BY_US)) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    private static Path notes(Repository git) {
        return git.getDirectory().toPath().resolve("tandem").resolve("locks");
    }
}
