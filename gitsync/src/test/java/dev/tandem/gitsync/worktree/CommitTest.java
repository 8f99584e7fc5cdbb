package dev.tandem.gitsync.worktree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.gitsync.worktree.WorkTree.Change;
import dev.tandem.gitsync.worktree.WorkTree.Committed;
import dev.tandem.gitsync.worktree.WorkTree.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A commit of changed paths")
final class CommitTest {
    @TempDir
    Path root;

    private TestFolder folder;

    @BeforeEach
    void open() throws IOException {
        folder = new TestFolder(root);
    }

    @Test
    @DisplayName("holds files with all kinds of names, empty ones, links and executable ones")
    void allKinds() throws IOException {
        folder.write("naïve/日本/ü.txt", "u");
        folder.write("-rf", "dash");
        folder.write("with space", "");
        folder.write("run", "#!");
        Files.setPosixFilePermissions(root.resolve("run"), PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.createSymbolicLink(root.resolve("link"), Path.of("naïve"));

        ObjectId head = folder.commitAll();

        assertThat(folder.files(head))
                .isEqualTo(new TreeMap<>(Map.of(
                        "naïve/日本/ü.txt", "u", "-rf", "dash", "with space", "", "run", "x:#!", "link", "l:naïve")));
        assertThat(folder.workTree.scan()).isEmpty();
        assertThat(folder.start().scan()).isEmpty();
    }

    @Test
    @DisplayName("says what it added, modified and deleted")
    void changes() throws IOException {
        folder.write("a", "1");
        folder.write("b/c", "1");
        folder.commitAll();
        folder.write("a", "22");
        Files.delete(root.resolve("b/c"));
        folder.write("d", "1");

        Committed done = folder.workTree.commit(Set.of("a", "b", "b/c", "d", "gone"));

        assertThat(done.changes())
                .containsExactlyInAnyOrder(
                        new Change(Kind.MODIFIED, "a"), new Change(Kind.DELETED, "b/c"), new Change(Kind.ADDED, "d"));
        assertThat(folder.files(folder.head())).isEqualTo(Map.of("a", "22", "d", "1"));
    }

    @Test
    @DisplayName("is not made where nothing changed, and then reads nothing")
    void echo() throws IOException {
        folder.write("a", "1");
        ObjectId head = folder.commitAll();

        assertThat(folder.workTree.commit(Set.of("a", "")).head()).isEmpty();
        folder.setTime("a", Instant.now().minus(Duration.ofDays(1)));
        assertThat(folder.workTree.commit(Set.of("a")).head()).isEmpty();

        assertThat(folder.head()).isEqualTo(head);
        assertThat(folder.workTree.scan()).isEmpty();
    }

    @Test
    @DisplayName("sees an edit of the same size whose time was set back to the same instant")
    void sameSizeSameTime() throws IOException {
        folder.write("a", "one");
        Instant time = Files.getLastModifiedTime(root.resolve("a")).toInstant();
        folder.commitAll();
        folder.write("a", "two");
        folder.setTime("a", time);

        assertThat(folder.workTree.scan()).containsExactly("a");
        assertThat(folder.files(folder.commitAll())).isEqualTo(Map.of("a", "two"));
    }

    @Test
    @DisplayName("does not trust an index entry that is as young as the index, even without a change time")
    void racyEntry() throws IOException {
        Instant ahead = Instant.now().plus(Duration.ofHours(1));
        Stat seen = new Stat(Stat.Kind.FILE, 3, ahead, 0, 1);
        org.eclipse.jgit.dircache.DirCacheEntry entry = new org.eclipse.jgit.dircache.DirCacheEntry("a");
        entry.setFileMode(org.eclipse.jgit.lib.FileMode.REGULAR_FILE);
        entry.setLastModified(ahead);
        entry.setLength(3);

        assertThat(seen.matches(entry, ahead.plusSeconds(9), true)).isTrue();
        assertThat(seen.matches(entry, ahead.plusMillis(1), true)).isFalse();
        seen.recordIn(entry, ahead.plusMillis(1));
        entry.setObjectId(ObjectId.fromString("5626abf0f72e58d7a153368ba57db4c673c0e171"));
        assertThat(seen.matches(entry, ahead.plusSeconds(9), true)).isFalse();
    }

    @Test
    @DisplayName("leaves out a file that was written within the settle time, unless told not to wait")
    void unsettled() throws IOException {
        folder.write("old", "1");
        folder.write("new", "1");
        folder.setTime("new", folder.clock.instant().plusMillis(500));

        Committed done = folder.workTree.commit(Set.of("old", "new"));

        assertThat(done.unsettled()).containsExactly("new");
        assertThat(folder.files(folder.head())).isEqualTo(Map.of("old", "1"));
        folder.workTree.commitUnsettled(done.unsettled());
        assertThat(folder.files(folder.head())).isEqualTo(Map.of("old", "1", "new", "1"));
    }

    @Test
    @DisplayName("follows a file that became a directory, and back")
    void fileAndDirectory() throws IOException {
        folder.write("n", "file");
        folder.commitAll();
        Files.delete(root.resolve("n"));
        folder.write("n/a/b", "1");

        folder.workTree.commit(Set.of("n"));
        assertThat(folder.files(folder.head())).isEqualTo(Map.of("n/a/b", "1"));

        Files.delete(root.resolve("n/a/b"));
        Files.delete(root.resolve("n/a"));
        Files.delete(root.resolve("n"));
        folder.write("n", "file");
        folder.workTree.commit(Set.of("n", "n/a"));
        assertThat(folder.files(folder.head())).isEqualTo(Map.of("n", "file"));
        assertThat(folder.workTree.scan()).isEmpty();
    }

    @Test
    @DisplayName("takes a directory for deleted where a link to another one is now")
    void linkInPlaceOfDirectory() throws IOException {
        folder.write("d/f", "1");
        folder.write("e/f", "1");
        folder.commitAll();
        Files.delete(root.resolve("d/f"));
        Files.delete(root.resolve("d"));
        Files.createSymbolicLink(root.resolve("d"), Path.of("e"));

        assertThat(folder.workTree.scan()).containsExactlyInAnyOrder("d", "d/f");
        folder.workTree.commit(Set.of("d", "d/f"));
        assertThat(folder.files(folder.head())).isEqualTo(Map.of("d", "l:e", "e/f", "1"));
    }

    @Test
    @DisplayName("leaves ignored files, nested repositories and our own temporary files alone")
    void leftAlone() throws IOException {
        folder.write(".gitignore", "*.log\nbuild/\n!keep.log\n");
        folder.write("a.log", "1");
        folder.write("keep.log", "1");
        folder.write("build/x", "1");
        folder.write("sub/.gitignore", "y\n");
        folder.write("sub/y", "1");
        folder.write("nested/.git/HEAD", "ref: refs/heads/x\n");
        folder.write("nested/f", "1");
        folder.write("d/.tandem-tmp-1", "left by a crash");

        folder.workTree.commit(
                Set.of("a.log", "build", "build/x", "sub/y", "nested", "nested/f", "d", "d/.tandem-tmp-1"));
        folder.commitAll();

        assertThat(folder.files(folder.head())).containsOnlyKeys(".gitignore", "keep.log", "sub/.gitignore");
        assertThat(root.resolve("d/.tandem-tmp-1")).doesNotExist();
        assertThat(folder.workTree.scan()).isEmpty();
    }

    @Test
    @DisplayName("waits while the user's git holds index.lock, and does nothing")
    void busy() throws IOException {
        folder.write("a", "1");
        ObjectId head = folder.commitAll();
        folder.write("a", "22");
        Files.createFile(root.resolve(".git/index.lock"));

        assertThatThrownBy(() -> folder.workTree.commit(Set.of("a"))).isInstanceOf(BusyException.class);

        assertThat(folder.head()).isEqualTo(head);
        Files.delete(root.resolve(".git/index.lock"));
        folder.workTree.commit(Set.of("a"));
        assertThat(folder.files(folder.head())).isEqualTo(Map.of("a", "22"));
    }

    @ParameterizedTest(name = "repairs itself after a crash at {0}")
    @ValueSource(strings = {"commit.objects", "commit.lock", "commit.ref"})
    void crash(String step) throws IOException {
        folder.write("a", "1");
        folder.write("gone", "1");
        folder.commitAll();
        folder.write("a", "22");
        folder.write("b", "1");
        Files.delete(root.resolve("gone"));
        folder.failpoints.add(name -> {
            if (name.equals(step)) {
                throw new Crash();
            }
        });
        assertThatThrownBy(() -> folder.workTree.commit(Set.of("a", "b", "gone")))
                .isInstanceOf(Crash.class);
        folder.failpoints.clear();

        folder.start();
        folder.workTree.commit(folder.workTree.scan());

        assertThat(folder.files(folder.head())).isEqualTo(Map.of("a", "22", "b", "1"));
        assertThat(folder.workTree.scan()).isEmpty();
        assertThat(root.resolve(".git/index.lock")).doesNotExist();
    }

    @Test
    @DisplayName("packs many new files at once")
    void pack() throws IOException {
        for (int i = 0; i < 300; i++) {
            folder.write("d/" + i, "content " + i);
        }

        folder.commitAll();

        assertThat(folder.files(folder.head())).hasSize(300);
        try (var packs = Files.list(root.resolve(".git/objects/pack"))) {
            assertThat(packs.filter(p -> p.toString().endsWith(".pack"))).hasSize(1);
        }
    }

    @Test
    @DisplayName("says which names it cannot hold, and never holds one that other devices would refuse")
    void names() throws Exception {
        folder.write("a", "1");
        folder.write(".g\u200cit", "1");
        folder.write("git~1", "1");
        Process touch = new ProcessBuilder("sh", "-c", "printf 1 > \"$(printf 'bad\\377')\"")
                .directory(root.toFile())
                .start();
        assertThat(touch.waitFor()).isZero();

        Committed done = folder.workTree.commit(Set.of(""));

        assertThat(done.problems()).hasSize(1);
        assertThat(done.unsettled()).isEmpty();
        assertThat(folder.files(folder.head())).isEqualTo(Map.of("a", "1"));
    }

    @Test
    @DisplayName("keeps what the user staged elsewhere")
    void staged() throws IOException {
        folder.write("a", "1");
        folder.commitAll();
        folder.write("b", "1");
        folder.write("a", "22");

        folder.workTree.commit(Set.of("a"));

        assertThat(folder.files(folder.head())).isEqualTo(Map.of("a", "22"));
        assertThat(folder.workTree.scan()).containsExactly("b");
    }

    /** Ends the call as the death of the process would: nobody cleans up. */
    static final class Crash extends Error {
        private static final long serialVersionUID = 1L;
    }
}
