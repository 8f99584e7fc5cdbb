package dev.tandem.gitsync.history;

import dev.tandem.gitsync.annex.AnnexedFiles;
import dev.tandem.gitsync.annex.Key;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.eclipse.jgit.errors.AmbiguousObjectException;
import org.eclipse.jgit.errors.RevisionSyntaxException;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevSort;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.eclipse.jgit.treewalk.filter.AndTreeFilter;
import org.eclipse.jgit.treewalk.filter.PathFilter;
import org.eclipse.jgit.treewalk.filter.TreeFilter;

/** The history of one path, there or deleted. A file that was renamed has its older versions under its older name. */
public final class FileHistory {
    private final Repository git;
    private final String path;

    /** @param path in the folder, with slashes */
    public FileHistory(Repository git, String path) {
        this.git = git;
        this.path = path;
    }

    /**
     * The versions that a head has, newest first: also those that a merge did not take. A merge is one only if it made
     * of the file what no side had.
     */
    public List<FileVersion> of(ObjectId head, int most) throws IOException {
        List<FileVersion> versions = new ArrayList<>();
        try (RevWalk walk = new RevWalk(git);
                TreeWalk trees = new TreeWalk(walk.getObjectReader())) {
            trees.setFilter(AndTreeFilter.create(PathFilter.create(path), TreeFilter.ANY_DIFF));
            trees.setRecursive(true);
            begin(walk, head);
            for (RevCommit commit = walk.next(); commit != null && versions.size() < most; commit = walk.next()) {
                if (makesOne(commit, walk, trees)) {
                    walk.parseBody(commit);
                    versions.add(version(commit, walk.getObjectReader()));
                }
            }
        }
        return List.copyOf(versions);
    }

    /** What a head has at the path. */
    public Optional<Blob> present(ObjectId head) throws IOException {
        try (RevWalk walk = new RevWalk(git)) {
            return Blob.at(walk.getObjectReader(), walk.parseCommit(head).getTree(), path);
        }
    }

    /** What a commit has at the path; the commit may be any. */
    public Optional<FileVersion> version(ObjectId commit) throws IOException {
        try (RevWalk walk = new RevWalk(git)) {
            return Optional.of(version(walk.parseCommit(commit), walk.getObjectReader()))
                    .filter(version -> !version.isDeletion());
        }
    }

    /** The bytes that git has of a version, to be closed by the caller: of an annexed one its pointer. */
    public InputStream bytes(FileVersion version) throws IOException {
        ObjectReader reader = git.newObjectReader();
        try {
            ObjectId blob = version.blob().orElseThrow(() -> new IllegalArgumentException("a deletion has no bytes"));
            return new FilterInputStream(reader.open(blob, Constants.OBJ_BLOB).openStream()) {
                @Override
                public void close() throws IOException {
                    try (reader) {
                        super.close();
                    }
                }
            };
        } catch (IOException | RuntimeException failed) {
            reader.close();
            throw failed;
        }
    }

    private static void begin(RevWalk walk, ObjectId head) throws IOException {
        walk.sort(RevSort.TOPO);
        walk.sort(RevSort.COMMIT_TIME_DESC, true);
        walk.markStart(walk.parseCommit(head));
    }

    /** Whether the path is in a commit what it is in none of the commits before; files only, whatever is below. */
    private boolean makesOne(RevCommit commit, RevWalk walk, TreeWalk trees) throws IOException {
        trees.reset();
        Changes.addTrees(trees, commit, walk);
        while (trees.next()) {
            if (trees.getPathString().equals(path) && Changes.differsFromAll(trees)) {
                return true;
            }
        }
        return false;
    }

    /** The versions that led to what the head has; of a merge, those of the side that it took. */
    private List<FileVersion> line(ObjectId head) throws IOException {
        List<FileVersion> versions = new ArrayList<>();
        try (RevWalk walk = new RevWalk(git)) {
            walk.setTreeFilter(AndTreeFilter.create(PathFilter.create(path), TreeFilter.ANY_DIFF));
            begin(walk, head);
            for (RevCommit commit = walk.next(); commit != null; commit = walk.next()) {
                walk.parseBody(commit);
                versions.add(version(commit, walk.getObjectReader()));
            }
        }
        return versions;
    }

    /**
     * The version that a person means.
     *
     * @param when a commit, as git names it, or a time: {@code 2026-01-31}, {@code 2026-01-31T12:00}, with or without
     *     an offset; then the version that the file had at that time
     * @param zone of times without an offset; a date alone means the end of that day
     * @return empty if there is no such commit, or the file was not there
     */
    public Optional<FileVersion> at(ObjectId head, String when, ZoneId zone) throws IOException {
        Optional<Instant> time = time(when, zone);
        if (time.isPresent()) {
            return line(head).stream()
                    .filter(version -> !version.time().isAfter(time.get()))
                    .findFirst()
                    .filter(version -> !version.isDeletion());
        }
        try (RevWalk walk = new RevWalk(git)) {
            ObjectId commit = git.resolve(when + "^{commit}");
            return commit == null
                    ? Optional.empty()
                    : Optional.of(version(walk.parseCommit(commit), walk.getObjectReader()))
                            .filter(version -> !version.isDeletion());
        } catch (RevisionSyntaxException | AmbiguousObjectException notOne) {
            return Optional.empty();
        }
    }

    static Optional<Instant> time(String text, ZoneId zone) {
        String iso = text.strip().replace(' ', 'T');
        try {
            if (iso.matches("\\d{4}-\\d\\d-\\d\\d")) {
                return Optional.of(LocalDate.parse(iso)
                        .plusDays(1)
                        .atStartOfDay(zone)
                        .toInstant()
                        .minusSeconds(1));
            }
            if (iso.matches("\\d{4}-\\d\\d-\\d\\dT[0-9:.]+")) {
                return Optional.of(LocalDateTime.parse(iso).atZone(zone).toInstant());
            }
            return iso.matches("\\d{4}-\\d\\d-\\d\\dT.*")
                    ? Optional.of(OffsetDateTime.parse(iso).toInstant())
                    : Optional.empty();
        } catch (DateTimeException noTime) {
            return Optional.empty();
        }
    }

    private FileVersion version(RevCommit commit, ObjectReader reader) throws IOException {
        Optional<ObjectId> blob = Optional.empty();
        FileMode mode = FileMode.MISSING;
        try (TreeWalk walk = TreeWalk.forPath(reader, path, commit.getTree())) {
            if (walk != null && walk.getFileMode(0).getObjectType() == Constants.OBJ_BLOB) {
                blob = Optional.of(walk.getObjectId(0));
                mode = walk.getFileMode(0);
            }
        }
        Optional<Key> key = blob.isPresent() ? AnnexedFiles.key(reader, blob.get()) : Optional.empty();
        long size = blob.isEmpty()
                ? -1
                : key.isPresent()
                        ? key.get().sizeBytes().orElse(-1)
                        : reader.getObjectSize(blob.get(), Constants.OBJ_BLOB);
        PersonIdent author = commit.getAuthorIdent();
        return new FileVersion(
                commit.copy(),
                Instant.ofEpochSecond(commit.getCommitTime()),
                author == null ? "" : author.getName(),
                commit.getShortMessage(),
                blob,
                mode,
                size,
                key);
    }
}
