package dev.tandem.gitsync.worktree;

import dev.tandem.gitsync.extra.Directories;
import dev.tandem.gitsync.extra.Directories.Mark;
import dev.tandem.gitsync.extra.Extra;
import dev.tandem.gitsync.extra.Gathered;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.Repository;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directories that history says are kept, and those of the work tree. What has been made of history so far is in
 * {@code .git/tandem/directories}; it can be lost, and is then found again in history. Owned by one work tree.
 */
final class EmptyDirectories {
    private static final Logger LOG = LoggerFactory.getLogger(EmptyDirectories.class);

    /** So many commits, of which none says anything, are looked through again after a restart. */
    private static final int UNWRITTEN_MAX = 64;

    private final Repository git;
    private final Path root;
    private final Path file;
    private @Nullable ObjectId at;
    private Directories known = Directories.NONE;
    private boolean read;
    private int unwritten;

    EmptyDirectories(Repository git, Path root) {
        this.git = git;
        this.root = root;
        this.file = git.getDirectory().toPath().resolve("tandem").resolve("directories");
    }

    /** As of the last {@link #follow}. */
    Directories known() {
        return known;
    }

    /** Whether a directory of the work tree stays when its last file goes. */
    boolean isKept(Path directory) {
        return known.isKept(root.relativize(directory).toString().replace(java.io.File.separatorChar, '/'));
    }

    /** Makes and removes what commits say that have come since, by a checkout or by the user's own git. */
    void follow(@Nullable ObjectId head) throws IOException {
        read();
        if (head == null || head.equals(at)) {
            return;
        }
        try (ObjectReader reader = git.newObjectReader()) {
            ObjectId from = at == null || !reader.has(at) ? null : at;
            Map<String, Mark> said =
                    Gathered.between(reader, from, head, blob -> false).directories();
            Directories before = known;
            known = known.with(said);
            for (String path : said.keySet()) {
                if (!known.isKept(path) && before.isKept(path)) {
                    remove(path);
                }
            }
            for (String path : said.keySet()) {
                if (known.isKept(path) && !before.isKept(path)) {
                    make(path);
                }
            }
            moved(head, said);
        }
    }

    /** A commit of ours was made, of what is in the work tree already. */
    void committed(ObjectId head, Map<String, Mark> said) throws IOException {
        known = known.with(said);
        moved(head, said);
    }

    private void moved(ObjectId head, Map<String, Mark> said) throws IOException {
        at = head.copy();
        if (!said.isEmpty() || ++unwritten >= UNWRITTEN_MAX) {
            write();
            unwritten = 0;
        }
    }

    /** Of a whole work tree: what has to become part of a commit. */
    Set<String> changed(Set<String> empty) throws IOException {
        Set<String> changed = new TreeSet<>(empty);
        changed.removeIf(path -> known.isKept(path) || !SafePath.isSafe(path));
        for (String path : known.kept().keySet()) {
            if (!empty.contains(path) && !isRealDirectory(path)) {
                changed.add(path);
            }
        }
        return changed;
    }

    private void make(String path) throws IOException {
        if (!SafePath.isSafe(path)) {
            return;
        }
        for (int slash = path.indexOf('/'); ; slash = path.indexOf('/', slash + 1)) {
            Path directory = root.resolve(slash < 0 ? path : path.substring(0, slash));
            Stat stat = Stat.of(directory);
            if (stat == null) {
                Files.createDirectory(directory);
            } else if (!stat.isDirectory()) {
                return; // a file has its name, or a link: nothing is ever made behind one
            }
            if (slash < 0) {
                return;
            }
        }
    }

    /** Removes it if nothing is in it, and then those above it that hold nothing and are not kept themselves. */
    private void remove(String path) throws IOException {
        if (!SafePath.isSafe(path) || !isRealDirectory(path)) {
            return;
        }
        try {
            Files.delete(root.resolve(path));
        } catch (DirectoryNotEmptyException | NoSuchFileException e) {
            return; // it holds something now
        }
        int slash = path.lastIndexOf('/');
        if (slash > 0 && !known.isKept(path.substring(0, slash))) {
            remove(path.substring(0, slash));
        }
    }

    /** Whether it is a directory with nothing in it. */
    boolean isEmpty(String path) throws IOException {
        if (!isRealDirectory(path)) {
            return false;
        }
        try (DirectoryStream<Path> children = Files.newDirectoryStream(root.resolve(path))) {
            return !children.iterator().hasNext();
        } catch (NoSuchFileException | NotDirectoryException | AccessDeniedException gone) {
            return false; // or not for us to see
        }
    }

    boolean isBelowRealDirectories(String path) throws IOException {
        int slash = path.lastIndexOf('/');
        return slash < 0 || isRealDirectory(path.substring(0, slash));
    }

    /** Whether it is a directory below nothing but directories. */
    boolean isRealDirectory(String path) throws IOException {
        for (int slash = path.indexOf('/'); ; slash = path.indexOf('/', slash + 1)) {
            Stat stat = Stat.of(root.resolve(slash < 0 ? path : path.substring(0, slash)));
            if (stat == null || !stat.isDirectory()) {
                return false;
            }
            if (slash < 0) {
                return true;
            }
        }
    }

    /** As a commit that nobody ever sees: the same form, the same checks. */
    private void read() throws IOException {
        if (read) {
            return;
        }
        read = true;
        try {
            byte[] bytes = Files.readAllBytes(file);
            String id = new String(
                    bytes, 0, Math.min(bytes.length, Constants.OBJECT_ID_STRING_LENGTH), StandardCharsets.US_ASCII);
            if (ObjectId.isId(id)) {
                known = Directories.NONE.with(Extra.checked(bytes).directories());
                at = ObjectId.fromString(id);
            }
        } catch (NoSuchFileException first) {
            known = Directories.NONE;
        } catch (IOException damaged) {
            LOG.debug("{} is made anew from history: {}", file, damaged.toString());
        }
    }

    private void write() throws IOException {
        Path next = file.resolveSibling("directories.new");
        Files.createDirectories(file.getParent());
        String id = (at == null ? ObjectId.zeroId() : at).name();
        Files.writeString(next, id + "\n" + new Extra(List.of(), new TreeMap<>(known.marks())).header());
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
