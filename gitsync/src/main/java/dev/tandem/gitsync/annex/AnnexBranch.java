package dev.tandem.gitsync.annex;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.eclipse.jgit.dircache.DirCache;
import org.eclipse.jgit.dircache.DirCacheBuilder;
import org.eclipse.jgit.dircache.DirCacheEditor;
import org.eclipse.jgit.dircache.DirCacheEntry;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.RefUpdate;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.eclipse.jgit.treewalk.filter.TreeFilter;

/**
 * The {@code git-annex} branch of one repository.
 *
 * <p>Every write holds git-annex's own {@code journal.lck} and takes in what git-annex has left in its journal, so that
 * both programs may run at once and neither loses a line. Thread-safe; one instance for each repository of a process,
 * because a POSIX lock belongs to the process.
 */
public final class AnnexBranch {
    private static final String REF = Constants.R_HEADS + "git-annex";
    private static final String UUID_LOG = "uuid.log";
    private static final Pattern UUID_FORM = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    private static final byte[] NOTHING = {};

    private final Repository git;
    private final InstantSource clock;

    /** The branch of that repository, there or not yet. */
    public AnnexBranch(Repository git, InstantSource clock) {
        this.git = git;
        this.clock = clock;
    }

    /** Its tip; empty until something was written. */
    public Optional<ObjectId> tip() throws IOException {
        Ref ref = git.exactRef(REF);
        return ref == null ? Optional.empty() : Optional.ofNullable(ref.getObjectId());
    }

    /** What every known repository is called. */
    public Map<UUID, String> descriptions() throws IOException {
        Map<UUID, String> all = new LinkedHashMap<>();
        for (LogLines.Described line : LogLines.descriptions(read(UUID_LOG)).values()) {
            // special remotes may have ids of other forms; they are no repositories of ours
            if (UUID_FORM.matcher(line.uuid()).matches()) {
                all.put(UUID.fromString(line.uuid()), line.description());
            }
        }
        return all;
    }

    /** Records what a repository is called; does nothing where that is recorded already. */
    public synchronized void describe(UUID uuid, String description) throws IOException {
        locked(() -> {
            Map<String, byte[]> files = journal();
            byte[] log = files.getOrDefault(UUID_LOG, read(UUID_LOG));
            Optional<byte[]> changed = LogLines.describe(log, uuid, description, clock.instant());
            if (changed.isPresent()) {
                files.put(UUID_LOG, changed.get());
                commit(files, "update");
                forgetJournal(files);
            }
            return changed.isPresent();
        });
    }

    /**
     * Takes in what other repositories have recorded. Two repositories that hold the same tips end with the same
     * commit. A commit is made only for lines that no tip has together; where two tips have the same lines, the lower
     * id is taken, so that merges end: the lines can only become more, and then the id can only become lower.
     *
     * @return whether the tip has moved
     */
    public synchronized boolean union(Collection<ObjectId> others) throws IOException {
        Optional<ObjectId> before = tip();
        if (others.isEmpty()
                || others.stream().allMatch(other -> Optional.of(other).equals(before))) {
            return false;
        }
        return locked(() -> {
            Map<String, byte[]> files = journal();
            if (!files.isEmpty()) {
                commit(files, "update");
                forgetJournal(files);
            }
            List<ObjectId> heads = new ArrayList<>(others);
            tip().ifPresent(heads::add);
            ObjectId merged = merge(heads);
            if (Optional.of(merged).equals(tip())) {
                return false;
            }
            move(merged);
            return true;
        });
    }

    private interface Change {
        boolean make() throws IOException;
    }

    private boolean locked(Change change) throws IOException {
        Path file = annexDirectory().resolve("journal.lck");
        Files.createDirectories(file.getParent());
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            channel.lock(); // ends with the channel
            return change.make();
        }
    }

    private Path annexDirectory() {
        return git.getDirectory().toPath().resolve("annex");
    }

    /** What git-annex has written and not yet committed, united with the branch's version of the same file. */
    private Map<String, byte[]> journal() throws IOException {
        Map<String, byte[]> files = new LinkedHashMap<>();
        Path journal = annexDirectory().resolve("journal");
        if (!Files.isDirectory(journal)) {
            return files;
        }
        try (Stream<Path> entries = Files.list(journal)) {
            for (Path entry : entries.sorted().toList()) {
                String name = unescaped(entry.getFileName().toString());
                files.put(name, LogLines.union(read(name), Files.readAllBytes(entry)));
            }
        }
        return files;
    }

    private void forgetJournal(Map<String, byte[]> absorbed) throws IOException {
        for (String name : absorbed.keySet()) {
            Files.deleteIfExists(annexDirectory().resolve("journal").resolve(escaped(name)));
        }
    }

    private static String unescaped(String name) {
        return name.replace("__", "\0").replace('_', '/').replace('\0', '_');
    }

    private static String escaped(String name) {
        return name.replace("_", "__").replace('/', '_');
    }

    private byte[] read(String path) throws IOException {
        Optional<ObjectId> tip = tip();
        if (tip.isEmpty()) {
            return NOTHING;
        }
        try (RevWalk walk = new RevWalk(git);
                TreeWalk file =
                        TreeWalk.forPath(git, path, walk.parseCommit(tip.get()).getTree())) {
            return file == null ? NOTHING : git.open(file.getObjectId(0)).getBytes();
        }
    }

    private void commit(Map<String, byte[]> files, String message) throws IOException {
        try (ObjectInserter inserter = git.newObjectInserter();
                RevWalk walk = new RevWalk(git)) {
            Optional<ObjectId> parent = tip();
            Map<String, ObjectId> blobs = new LinkedHashMap<>();
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                blobs.put(file.getKey(), inserter.insert(Constants.OBJ_BLOB, file.getValue()));
            }
            DirCache tree = parent.isPresent()
                    ? tree(walk.parseCommit(parent.get()), walk.getObjectReader())
                    : DirCache.newInCore();
            put(tree, blobs);
            ObjectId commit = inserter.insert(
                    commitOf(tree.writeTree(inserter), parent.stream().toList(), clock.instant(), message));
            inserter.flush();
            move(commit);
        }
    }

    /** Heads in, one commit out, whatever the order in which they are given. */
    private ObjectId merge(List<ObjectId> heads) throws IOException {
        try (ObjectInserter inserter = git.newObjectInserter();
                ObjectReader reader = inserter.newReader();
                RevWalk walk = new RevWalk(reader)) {
            List<RevCommit> commits = new ArrayList<>();
            for (ObjectId head : new LinkedHashSet<>(heads)) {
                commits.add(walk.parseCommit(head));
            }
            commits.sort(
                    Comparator.<RevCommit>comparingInt(RevCommit::getCommitTime).thenComparing(RevCommit::name));
            RevCommit merged = commits.get(0);
            for (RevCommit next : commits.subList(1, commits.size())) {
                merged = mergeTwo(merged, next, inserter, walk);
            }
            inserter.flush();
            return merged.copy();
        }
    }

    private static RevCommit mergeTwo(RevCommit one, RevCommit two, ObjectInserter inserter, RevWalk walk)
            throws IOException {
        if (walk.isMergedInto(two, one)) {
            return one;
        }
        if (walk.isMergedInto(one, two)) {
            return two;
        }
        if (one.getTree().equals(two.getTree())) {
            return one.compareTo(two) < 0 ? one : two;
        }
        ObjectReader reader = walk.getObjectReader();
        Map<String, ObjectId> united = new LinkedHashMap<>();
        try (TreeWalk both = new TreeWalk(reader)) {
            both.addTree(one.getTree());
            both.addTree(two.getTree());
            both.setRecursive(true);
            both.setFilter(TreeFilter.ANY_DIFF);
            while (both.next()) {
                united.put(both.getPathString(), unite(both.getObjectId(0), both.getObjectId(1), reader, inserter));
            }
        }
        DirCache tree = tree(one, reader);
        put(tree, united);
        ObjectId root = tree.writeTree(inserter);
        if (root.equals(one.getTree()) || root.equals(two.getTree())) {
            return root.equals(one.getTree()) ? one : two;
        }
        Instant time = Instant.ofEpochSecond(Math.max(one.getCommitTime(), two.getCommitTime()));
        return walk.parseCommit(inserter.insert(commitOf(root, List.of(one, two), time, "union merge in git-annex")));
    }

    private static ObjectId unite(ObjectId one, ObjectId two, ObjectReader reader, ObjectInserter inserter)
            throws IOException {
        if (one.equals(ObjectId.zeroId())) {
            return two;
        }
        if (two.equals(ObjectId.zeroId())) {
            return one;
        }
        byte[] lines = LogLines.union(
                reader.open(one).getCachedBytes(), reader.open(two).getCachedBytes());
        return inserter.insert(Constants.OBJ_BLOB, lines);
    }

    private static CommitBuilder commitOf(
            ObjectId tree, List<? extends ObjectId> parents, Instant time, String message) {
        CommitBuilder commit = new CommitBuilder();
        PersonIdent ident = new PersonIdent("Tandem", "tandem@localhost", time, ZoneOffset.UTC);
        commit.setTreeId(tree);
        commit.setParentIds(List.copyOf(parents));
        commit.setAuthor(ident);
        commit.setCommitter(ident);
        commit.setMessage(message);
        return commit;
    }

    private static DirCache tree(RevCommit commit, ObjectReader reader) throws IOException {
        DirCache tree = DirCache.newInCore();
        DirCacheBuilder builder = tree.builder();
        builder.addTree(NOTHING, DirCacheEntry.STAGE_0, reader, commit.getTree());
        builder.finish();
        return tree;
    }

    private static void put(DirCache tree, Map<String, ObjectId> blobs) {
        DirCacheEditor editor = tree.editor();
        blobs.forEach((path, blob) -> editor.add(new DirCacheEditor.PathEdit(path) {
            @Override
            public void apply(DirCacheEntry entry) {
                entry.setFileMode(FileMode.REGULAR_FILE);
                entry.setObjectId(blob);
            }
        }));
        editor.finish();
    }

    private void move(ObjectId to) throws IOException {
        RefUpdate update = git.updateRef(REF);
        update.setExpectedOldObjectId(tip().orElse(ObjectId.zeroId()));
        update.setNewObjectId(to);
        update.setRefLogMessage("tandem: update", false);
        RefUpdate.Result result = update.forceUpdate();
        switch (result) {
            case NEW, FAST_FORWARD, FORCED, NO_CHANGE -> {}
            default -> throw new IOException("the git-annex branch moved meanwhile: " + result);
        }
    }
}
