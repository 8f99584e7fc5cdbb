package dev.tandem.gitsync.worktree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.gitsync.merge.ConvergentMerge;
import dev.tandem.gitsync.worktree.WorkTree.CheckedOut;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.TreeFormatter;
import org.eclipse.jgit.revwalk.RevWalk;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A checkout")
final class CheckoutTest {
    @TempDir
    Path root;

    private TestFolder folder;

    @BeforeEach
    void open() throws IOException {
        folder = new TestFolder(root);
    }

    private void assertClean() throws IOException {
        assertThat(folder.workTree.scan()).isEmpty();
        assertThat(folder.workTree.interrupted()).isEmpty();
        assertThat(root.resolve(".git/index.lock")).doesNotExist();
        try (Stream<Path> all = Files.walk(root)) {
            assertThat(all.filter(p -> p.toString().contains(SafePath.TEMP))).isEmpty();
        }
    }

    @Test
    @DisplayName("brings everything in, with the sender's times, and makes no commit of its own")
    void receives() throws IOException {
        Instant sent = Instant.parse("2020-02-02T02:02:02.123Z");
        ObjectId tip = folder.peer(Map.of("a", "1", "d/é", "", "run", "x:#!", "l", "l:a"));

        CheckedOut out = folder.workTree.checkOut(tip, (path, blob) -> Optional.of(sent));

        assertThat(out.done()).isTrue();
        assertThat(out.changes()).hasSize(4);
        assertThat(folder.read("a")).isEqualTo("1");
        assertThat(Files.isExecutable(root.resolve("run"))).isTrue();
        assertThat(Files.readSymbolicLink(root.resolve("l"))).hasToString("a");
        assertThat(Files.getLastModifiedTime(root.resolve("a")).toInstant()).isEqualTo(sent);
        assertThat(folder.workTree
                        .commit(java.util.Set.of("a", "d", "run", "l", ""))
                        .head())
                .isEmpty();
        assertThat(folder.head()).isEqualTo(tip);
        assertClean();
    }

    @Test
    @DisplayName("modifies, deletes, renames, and removes directories that are empty then")
    void changes() throws IOException {
        ObjectId one = folder.peer(Map.of("a", "1", "d/e/f", "1", "n", "file", "m/x", "1"));
        folder.workTree.checkOut(one, TestFolder.UNKNOWN);
        ObjectId two = folder.peer(Map.of("a", "x:2", "g", "1", "n/x", "dir", "m", "file"), one);

        assertThat(folder.workTree.checkOut(two, TestFolder.UNKNOWN).done()).isTrue();

        assertThat(root.resolve("d")).doesNotExist();
        assertThat(folder.read("n/x")).isEqualTo("dir");
        assertThat(folder.read("m")).isEqualTo("file");
        assertThat(Files.isExecutable(root.resolve("a"))).isTrue();
        assertClean();
    }

    @Test
    @DisplayName("leaves a merge of Tandem's for one that contains the same edits, and nothing that anybody made")
    void fromMergeToMerge() throws IOException {
        ObjectId base = folder.peer(Map.of("f", "0"));
        ObjectId a = folder.peer(Map.of("f", "0", "a", "1"), base);
        ObjectId b = folder.peer(Map.of("f", "0", "b", "1"), base);
        ObjectId c = folder.peer(Map.of("f", "0", "c", "1"), base);
        ObjectId ac = ConvergentMerge.merge(folder.git, List.of(a, c)).head();
        ObjectId abc = ConvergentMerge.merge(folder.git, List.of(ac, b)).head();
        folder.workTree.checkOut(ac, TestFolder.UNKNOWN);

        assertThat(folder.workTree.checkOut(abc, TestFolder.UNKNOWN).done()).isTrue();

        assertThat(folder.files(folder.head())).isEqualTo(Map.of("f", "0", "a", "1", "b", "1", "c", "1"));
        assertThat(folder.read("b")).isEqualTo("1");
        assertClean();
        assertThatThrownBy(() -> folder.workTree.checkOut(b, TestFolder.UNKNOWN))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("does not contain the current");
    }

    @Test
    @DisplayName("touches nothing where a file was edited, and both versions are kept by the merge after")
    void editedBefore() throws IOException {
        ObjectId one = folder.peer(Map.of("a", "1\n", "b", "1\n"));
        folder.workTree.checkOut(one, TestFolder.UNKNOWN);
        ObjectId two = folder.peer(Map.of("a", "peer\n", "b", "peer\n"), one);
        folder.write("b", "mine\n");

        CheckedOut out = folder.workTree.checkOut(two, TestFolder.UNKNOWN);

        assertThat(out.done()).isFalse();
        assertThat(out.changedMeanwhile()).containsExactly("b");
        assertThat(folder.read("a")).isEqualTo("1\n");
        folder.receive(two);
        assertThat(folder.files(folder.head()))
                .containsEntry("a", "peer\n")
                .containsValues("mine\n", "peer\n")
                .hasSize(3);
        assertClean();
    }

    @Test
    @DisplayName("does not overwrite an untracked file, nor a directory with one in it")
    void untrackedInTheWay() throws IOException {
        ObjectId one = folder.peer(Map.of("z", "1"));
        folder.workTree.checkOut(one, TestFolder.UNKNOWN);
        folder.write("a", "mine");
        folder.write("d/x", "mine");
        folder.write("same", "same");
        ObjectId two = folder.peer(Map.of("z", "1", "a", "peer", "d", "peer", "same", "same"), one);

        assertThat(folder.workTree.checkOut(two, TestFolder.UNKNOWN).changedMeanwhile())
                .containsExactlyInAnyOrder("a", "d/x");
        folder.receive(two);

        assertThat(folder.files(folder.head())).containsValues("mine", "peer").hasSize(7 - 1);
        assertClean();
    }

    @Test
    @DisplayName("puts an ignored file that is in the way aside: it would never become a version")
    void ignoredInTheWay() throws IOException {
        ObjectId one = folder.peer(Map.of(".gitignore", "*.log*\n"));
        folder.workTree.checkOut(one, TestFolder.UNKNOWN);
        folder.write("a.log", "mine");
        folder.write("b/y.log", "mine");
        ObjectId two = folder.peer(Map.of(".gitignore", "*.log*\n", "a.log", "peer", "b", "peer"), one);

        assertThat(folder.workTree.checkOut(two, TestFolder.UNKNOWN).done()).isTrue();

        assertThat(folder.read("a.log")).isEqualTo("peer");
        assertThat(folder.read("b")).isEqualTo("peer");
        assertThat(folder.read("b.variant-local1/y.log")).isEqualTo("mine");
        try (Stream<Path> all = Files.list(root)) {
            assertThat(all.filter(p -> p.getFileName().toString().startsWith("a.variant-")))
                    .hasSize(1);
        }
        assertClean();
    }

    @Test
    @DisplayName("keeps an edit of the very instant before the rename, and the peer's version too")
    void editedDuring() throws IOException {
        ObjectId one = folder.peer(Map.of("a", "1\n", "b", "1\n", "c", "1\n", "d", "1\n"));
        folder.workTree.checkOut(one, TestFolder.UNKNOWN);
        ObjectId two = folder.peer(Map.of("a", "peer\n", "b", "peer\n", "c", "peer\n"), one);
        folder.failpoints.add(name -> {
            if (name.equals("checkout.prepared")) {
                edit("b", "mine\n");
                edit("d", "mine\n");
            }
        });

        CheckedOut out = folder.workTree.checkOut(two, TestFolder.UNKNOWN);
        folder.failpoints.clear();

        assertThat(out.done()).isFalse();
        assertThat(out.changedMeanwhile()).containsExactly("b", "d");
        assertThat(folder.head()).isEqualTo(one);
        ObjectId mine = folder.workTree.commit(folder.workTree.scan()).head().orElseThrow();
        assertThat(folder.files(mine))
                .as("a version on top of the old head with nothing of the peer's in it")
                .isEqualTo(Map.of("a", "1\n", "b", "mine\n", "c", "1\n", "d", "mine\n"));
        folder.receive(two);
        assertThat(folder.files(folder.head()))
                .containsEntry("a", "peer\n")
                .containsEntry("d", "mine\n")
                .hasSize(5);
        assertThat(folder.files(folder.head()).values()).contains("mine\n", "peer\n");
        assertClean();
    }

    private void edit(String path, String content) {
        try {
            folder.write(path, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    @DisplayName("goes on after a crash at any step without a commit of its own, and keeps what was edited since")
    void crashAtEachStep() throws IOException {
        int steps = crashAt(Integer.MAX_VALUE, false, Files.createDirectory(root.resolve("r-count")));
        assertThat(steps).isGreaterThan(10);
        for (int k = 1; k <= steps; k++) {
            crashAt(k, false, Files.createDirectory(root.resolve("r-" + k)));
            crashAt(k, true, Files.createDirectory(root.resolve("e-" + k)));
        }
    }

    @Test
    @DisplayName(
            "goes on after a crash at any step from one merge of Tandem's to another that does not descend from it")
    void crashBetweenMerges() throws IOException {
        int steps = crashBetweenMerges(Integer.MAX_VALUE, false, Files.createDirectory(root.resolve("r-count")));
        assertThat(steps).isGreaterThan(5);
        for (int k = 1; k <= steps; k++) {
            crashBetweenMerges(k, false, Files.createDirectory(root.resolve("r-" + k)));
            crashBetweenMerges(k, true, Files.createDirectory(root.resolve("e-" + k)));
        }
    }

    private static int crashBetweenMerges(int k, boolean edit, Path root) throws IOException {
        TestFolder folder = new TestFolder(root);
        ObjectId base = folder.peer(Map.of("f", "0\n"));
        ObjectId a = folder.peer(Map.of("f", "0\n", "a", "1\n"), base);
        ObjectId b = folder.peer(Map.of("f", "b\n", "b", "1\n"), base);
        ObjectId c = folder.peer(Map.of("f", "c\n", "c", "1\n"), base);
        ObjectId ac = ConvergentMerge.merge(folder.git, List.of(a, c)).head();
        ObjectId abc = ConvergentMerge.merge(folder.git, List.of(ac, b)).head();
        folder.workTree.checkOut(ac, TestFolder.UNKNOWN);
        AtomicInteger hits = new AtomicInteger();
        folder.failpoints.add(name -> {
            if (hits.incrementAndGet() == k) {
                throw new CommitTest.Crash();
            }
        });
        try {
            folder.workTree.checkOut(abc, TestFolder.UNKNOWN);
        } catch (CommitTest.Crash e) {
            assertThat(hits).hasValue(k);
        }
        folder.failpoints.clear();
        folder.start();
        if (edit) {
            folder.write("a", "mine\n");
        }

        Optional<ObjectId> mine = folder.workTree.commit(folder.workTree.scan()).head();
        folder.receive(abc);

        Map<String, String> files = folder.files(folder.head());
        assertThat(files.values()).as("step %s", k).contains("b\n", "c\n");
        assertThat(files).containsKeys("a", "b", "c").containsEntry("a", edit ? "mine\n" : "1\n");
        if (!edit) {
            assertThat(mine).as("step %s", k).isEmpty();
            assertThat(folder.head()).as("step %s", k).isEqualTo(abc);
        }
        assertThat(folder.workTree.scan()).isEmpty();
        assertThat(folder.workTree.interrupted()).isEmpty();
        return hits.get();
    }

    private static int crashAt(int k, boolean edit, Path root) throws IOException {
        TestFolder folder = new TestFolder(root);
        ObjectId one = folder.peer(Map.of("a", "1\n", "b", "1\n", "d/e", "1\n", "n", "file", "m/x", "1", "u", "1\n"));
        folder.workTree.checkOut(one, TestFolder.UNKNOWN);
        Map<String, String> peers =
                Map.of("a", "peer\n", "b", "x:peer\n", "n/x", "dir", "m", "file", "new", "1", "u", "1\n");
        ObjectId two = folder.peer(peers, one);
        AtomicInteger hits = new AtomicInteger();
        folder.failpoints.add(name -> {
            if (hits.incrementAndGet() == k) {
                throw new CommitTest.Crash();
            }
        });
        try {
            folder.workTree.checkOut(two, TestFolder.UNKNOWN);
        } catch (CommitTest.Crash e) {
            assertThat(hits).hasValue(k);
        }
        folder.failpoints.clear();
        folder.start();
        boolean received = folder.head().equals(two);
        if (edit) {
            folder.write("a", "mine\n");
            folder.write("u", "mine\n");
        }

        Optional<ObjectId> mine = folder.workTree.commit(folder.workTree.scan()).head();
        folder.receive(two);

        if (edit) {
            assertThat(folder.read("a")).as("step %s", k).isIn("mine\n", "peer\n");
            assertThat(folder.files(folder.head()).values()).as("step %s", k).contains("mine\n");
            // Where the checkout was complete, the edit follows the peer's version instead of meeting it.
            assertThat(received || folder.files(folder.head()).containsValue("peer\n"))
                    .as("step %s", k)
                    .isTrue();
            assertThat(folder.read("u")).isEqualTo("mine\n");
        } else {
            assertThat(mine).as("step %s", k).isEmpty();
            assertThat(folder.head()).as("step %s", k).isEqualTo(two);
        }
        assertThat(folder.files(folder.head())).containsAllEntriesOf(edit ? Map.of("n/x", "dir", "m", "file") : peers);
        assertThat(folder.workTree.scan()).isEmpty();
        assertThat(folder.workTree.interrupted()).isEmpty();
        assertThat(root.resolve("d")).doesNotExist();
        return hits.get();
    }

    @Test
    @DisplayName("is finished by recover where nothing was edited")
    void recover() throws IOException {
        ObjectId one = folder.peer(Map.of("a", "1\n", "b", "1\n"));
        folder.workTree.checkOut(one, TestFolder.UNKNOWN);
        ObjectId two = folder.peer(Map.of("a", "2\n", "b", "2\n"), one);
        folder.failpoints.add(name -> {
            if (name.equals("checkout.placed")) {
                throw new CommitTest.Crash();
            }
        });
        assertThatThrownBy(() -> folder.workTree.checkOut(two, TestFolder.UNKNOWN))
                .isInstanceOf(CommitTest.Crash.class);
        folder.failpoints.clear();
        folder.start();

        assertThat(folder.workTree.interrupted()).contains(two);
        assertThat(folder.workTree.recover(TestFolder.UNKNOWN))
                .map(CheckedOut::done)
                .contains(true);

        assertThat(folder.head()).isEqualTo(two);
        assertThat(folder.read("b")).isEqualTo("2\n");
        assertClean();
    }

    @ParameterizedTest(name = "refuses the name \"{0}\" before it touches anything")
    @ValueSource(
            strings = {
                "..",
                ".",
                ".git",
                ".GIT",
                ".Git",
                "git~1",
                "GIT~1",
                ".git.",
                ".git ",
                ".g\u200cit",
                ".tandem-tmp-x"
            })
    void hostileNames(String name) throws IOException {
        ObjectId tip;
        try (ObjectInserter inserter = folder.git.newObjectInserter()) {
            ObjectId blob = inserter.insert(Constants.OBJ_BLOB, Constants.encode("evil"));
            TreeFormatter inner = new TreeFormatter();
            inner.append("hooks", FileMode.REGULAR_FILE, blob);
            ObjectId sub = inserter.insert(inner);
            TreeFormatter outer = new TreeFormatter();
            outer.append(Constants.encode(name), FileMode.TREE, sub);
            outer.append("zz", FileMode.REGULAR_FILE, blob);
            tip = folder.commit(inserter, inserter.insert(outer));
        }

        assertThatThrownBy(() -> folder.workTree.checkOut(tip, TestFolder.UNKNOWN))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("Refused");

        assertThat(root.resolve("zz")).doesNotExist();
        assertThat(root.resolve(".git/hooks/evil")).doesNotExist();
        assertThat(folder.workTree.interrupted()).isEmpty();
    }

    @Test
    @DisplayName("refuses to write through a symbolic link of the same tree")
    void throughLink(@TempDir Path outside) throws IOException {
        ObjectId tip;
        try (ObjectInserter inserter = folder.git.newObjectInserter()) {
            ObjectId link = inserter.insert(Constants.OBJ_BLOB, Constants.encode(outside.toString()));
            TreeFormatter inner = new TreeFormatter();
            inner.append("evil", FileMode.REGULAR_FILE, link);
            ObjectId sub = inserter.insert(inner);
            TreeFormatter outer = new TreeFormatter();
            outer.append("l", FileMode.SYMLINK, link);
            outer.append("l", FileMode.TREE, sub);
            tip = folder.commit(inserter, inserter.insert(outer));
        }

        assertThatThrownBy(() -> folder.workTree.checkOut(tip, TestFolder.UNKNOWN))
                .isInstanceOf(IOException.class);

        assertThat(outside).isEmptyDirectory();
    }

    @Test
    @DisplayName("of a directory does not follow the user's own link in its place")
    void userLink(@TempDir Path outside) throws IOException {
        ObjectId one = folder.peer(Map.of("z", "1"));
        folder.workTree.checkOut(one, TestFolder.UNKNOWN);
        Files.createSymbolicLink(root.resolve("d"), outside);

        folder.receive(folder.peer(Map.of("z", "1", "d/f", "1"), one));

        assertThat(outside).isEmptyDirectory();
        assertThat(folder.read("d/f")).isEqualTo("1");
        assertThat(folder.files(folder.head())).containsValue("l:" + outside);
        assertClean();
    }

    @Test
    @DisplayName("of a commit that does not contain the current one is refused")
    void notADescendant() throws IOException {
        folder.workTree.checkOut(folder.peer(Map.of("a", "1")), TestFolder.UNKNOWN);
        ObjectId other = folder.peer(Map.of("b", "1"));

        assertThatThrownBy(() -> folder.workTree.checkOut(other, TestFolder.UNKNOWN))
                .hasMessageContaining("merge");
    }

    @Test
    @DisplayName("gives a file of this very moment a time that an edit right after cannot have")
    void youngFile() throws IOException {
        Instant sent = folder.clock.instant();
        folder.workTree.checkOut(folder.peer(Map.of("a", "1")), (path, blob) -> Optional.of(sent));

        assertThat(Duration.between(Files.getLastModifiedTime(root.resolve("a")).toInstant(), sent))
                .isBetween(Duration.ZERO, Duration.ofSeconds(1));
        assertClean();
    }

    @Test
    @DisplayName("leaves no file to be read again because it has the time of its commit, a second ago")
    void wholeSecond() throws IOException {
        InstantSource clock = InstantSource.system();
        WorkTree tree = new WorkTree(folder.git, clock, "A", "a@b");
        Instant second = clock.instant().minusSeconds(1).truncatedTo(ChronoUnit.SECONDS);

        tree.checkOut(folder.peer(Map.of("f", "now")), (path, blob) -> Optional.of(second));

        assertThat(folder.git.readDirCache().getEntry("f").isSmudged()).isFalse();
        assertThat(Files.getLastModifiedTime(root.resolve("f")).toInstant().truncatedTo(ChronoUnit.SECONDS))
                .isEqualTo(second);
    }

    @Test
    @DisplayName("leaves no file to be read again because it was written long after the index was locked")
    void longCheckout() throws IOException {
        InstantSource clock = InstantSource.system();
        Path lock = root.resolve(".git/index.lock");
        WorkTree tree = new WorkTree(folder.git, clock, "A", "a@b", ContentFilter.NONE, step -> {
            if (step.equals("checkout.intent")) {
                lock.toFile().setLastModified(clock.instant().minusSeconds(60).toEpochMilli());
            }
        });
        Instant sent = clock.instant();

        tree.checkOut(folder.peer(Map.of("f", "now")), (path, blob) -> Optional.of(sent));

        assertThat(folder.git.readDirCache().getEntry("f").isSmudged()).isFalse();
    }

    @Test
    @DisplayName("gives a content beside git a time of an earlier second than the index: git need not hash it")
    void contentOfThisSecond(@TempDir Path store) throws IOException {
        InstantSource clock = InstantSource.system();
        Path content = Files.writeString(store.resolve("content"), "large");
        WorkTree tree = new WorkTree(folder.git, clock, "A", "a@b", new Beside(content));
        Instant sent = clock.instant();

        tree.checkOut(folder.peer(Map.of("f", "pointer")), (path, blob) -> Optional.of(sent));

        assertThat(folder.read("f")).isEqualTo("large");
        Instant modified = Files.getLastModifiedTime(root.resolve("f")).toInstant();
        assertThat(modified).isBetween(sent.minusSeconds(2), clock.instant().truncatedTo(ChronoUnit.SECONDS));
        assertThat(folder.git.readDirCache().getEntry("f").isSmudged()).isFalse();
    }

    /** Every file has that content. */
    private record Beside(Path content) implements ContentFilter {
        @Override
        public Optional<byte[]> clean(String path, Path file, long sizeBytes, @Nullable ObjectId tracked) {
            return Optional.empty();
        }

        @Override
        public Optional<Path> smudge(String path, byte[] blob) {
            return Optional.of(content);
        }
    }

    @Test
    @DisplayName("between two devices that merge leaves both with one commit and equal files")
    void twoDevices(@TempDir Path other) throws IOException {
        ObjectId one = folder.peer(Map.of("a", "1\n"));
        folder.workTree.checkOut(one, TestFolder.UNKNOWN);
        folder.write("a", "mine\n");
        ObjectId mine = folder.commitAll();
        ObjectId theirs = folder.peer(Map.of("a", "theirs\n"), one);

        folder.receive(theirs);

        ObjectId merged =
                ConvergentMerge.merge(folder.git, List.of(theirs, mine)).head();
        assertThat(folder.head()).isEqualTo(merged);
        try (RevWalk walk = new RevWalk(folder.git)) {
            assertThat(walk.parseCommit(merged).getParentCount()).isEqualTo(2);
        }
        assertThat(root.resolve(".git/MERGE_HEAD")).doesNotExist();
        assertClean();
    }
}
