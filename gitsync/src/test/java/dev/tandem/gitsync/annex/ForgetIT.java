package dev.tandem.gitsync.annex;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("What git annex forget has forgotten")
@SuppressWarnings("NullAway") // fields that JUnit sets
final class ForgetIT {
    @TempDir
    Path root;

    private Path home;
    private Commands theirs;
    private AnnexedFolder one;
    private AnnexedFolder two;
    private ObjectId before;

    @BeforeEach
    void create() throws Exception {
        home = Files.createDirectories(root.resolve("home"));
        theirs = in(Files.createDirectories(root.resolve("theirs")));
        theirs.git("init", "-q", "-b", "main");
        theirs.annex("init", "theirs");
        theirs.annex("config", "--set", "annex.addunlocked", "true");
        Files.write(root.resolve("theirs/f.bin"), new byte[30_000]);
        theirs.annex("add", "f.bin");
        theirs.git("commit", "-qm", "one");
        for (String clone : List.of("one", "two")) {
            theirs.git("clone", "-q", ".", "../" + clone);
            in(root.resolve(clone)).annex("init", clone);
        }
        one = new AnnexedFolder(root.resolve("one"), true);
        two = new AnnexedFolder(root.resolve("two"), true);
        before = one.branch.tip().orElseThrow();
    }

    @AfterEach
    void close() throws IOException {
        one.close();
        two.close();
        try (Stream<Path> all = Files.walk(root)) {
            for (Path path :
                    (Iterable<Path>) all.filter(p -> Files.isDirectory(p, LinkOption.NOFOLLOW_LINKS))::iterator) {
                Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
        }
    }

    private Commands in(Path directory) {
        return new Commands(directory, home);
    }

    /** The other's branch as it is now, brought here as a push would. */
    private ObjectId from(String other, AnnexedFolder to) throws Exception {
        in(to.path).git("fetch", "-q", "../" + other, "+git-annex:refs/synced/" + other + "/git-annex");
        return to.git.resolve("refs/synced/" + other + "/git-annex");
    }

    private static String history(AnnexedFolder folder) throws Exception {
        return new Commands(folder.path, folder.path.resolveSibling("home")).git("rev-list", "git-annex");
    }

    @Test
    @DisplayName("is forgotten by every device, keeps what each has recorded, and does not come back")
    void history() throws Exception {
        Key key = Key.parse("SHA256E-s1--new").orElseThrow();
        one.branch.record(one.repository.uuid(), Map.of(key, Presence.PRESENT));
        ObjectId notForgotten = two.branch.tip().orElseThrow();
        theirs.annex("forget", "--force");

        assertThat(one.branch.union(List.of(from("theirs", one)))).isTrue();

        assertThat(history(one)).doesNotContain(before.name());
        assertThat(one.branch.holders(key)).containsExactly(one.repository.uuid());
        assertThat(one.branch.descriptions()).containsValues("theirs", "one");
        assertThat(in(one.path).git("show", "git-annex:transitions.log"))
                .isEqualTo(theirs.git("show", "git-annex:transitions.log"));

        from("two", one);
        assertThat(one.branch.union(List.of(notForgotten))).isFalse();
        assertThat(one.branch.holds(notForgotten)).isTrue();
        assertThat(two.branch.union(List.of(from("one", two)))).isTrue();
        assertThat(two.branch.descriptions()).containsValues("theirs", "one", "two");
        assertThat(one.branch.union(List.of(from("two", one)))).isTrue();
        assertThat(one.branch.tip()).isEqualTo(two.branch.tip());

        theirs.git("fetch", "-q", "../one", "git-annex:refs/remotes/one/git-annex");
        theirs.annex("merge");
        assertThat(theirs.git("rev-list", "git-annex")).doesNotContain(before.name());
        assertThat(theirs.annex("whereis", "--key", "SHA256E-s1--new")).contains("(1 copy)");
        in(one.path).annex("describe", "here", "renamed");
        assertThat(history(one)).doesNotContain(before.name());
        assertThat(in(one.path).annex("whereis", "--key", "SHA256E-s1--new")).contains("(1 copy)");
    }

    @Test
    @DisplayName("includes the dead repositories, where that was asked for")
    void dead() throws Exception {
        UUID gone = UUID.fromString("11111111-1111-4111-8111-111111111111");
        Key key = AnnexedFolder.indexed(one.git, "f.bin").orElseThrow();
        one.branch.describe(gone, "gone");
        one.branch.record(gone, Map.of(key, Presence.PRESENT));
        from("one", two);
        theirs.git("fetch", "-q", "../one", "git-annex:refs/remotes/one/git-annex");
        theirs.annex("merge");
        theirs.annex("dead", "gone");
        theirs.annex("forget", "--force", "--drop-dead");

        one.branch.union(List.of(from("theirs", one)));

        assertThat(one.branch.descriptions()).doesNotContainKey(gone);
        assertThat(one.branch.holders(key)).doesNotContain(gone).hasSize(1);
        in(one.path).annex("describe", "here", "renamed");
        in(one.path).annex("fsck", "--fast");
        assertThat(one.branch.descriptions()).doesNotContainKey(gone).containsValue("renamed");
        assertThat(one.branch.holders(key)).doesNotContain(gone);
    }

    @Test
    @DisplayName("here is not brought back by what others still have")
    void forgottenHere() throws Exception {
        ObjectId old = two.branch.tip().orElseThrow();
        in(one.path).annex("forget", "--force");
        ObjectId forgotten = one.branch.tip().orElseThrow();
        from("two", one);

        assertThat(one.branch.union(List.of(old))).isFalse();

        assertThat(one.branch.tip()).contains(forgotten);
        assertThat(history(one)).doesNotContain(before.name());
    }

    @Test
    @DisplayName("is not brought back by a branch that only says so yet, as git-annex's own is for a moment")
    void saidOnly() throws Exception {
        String old = two.branch.tip().orElseThrow().name();
        Key key = Key.parse("SHA256E-s1--new").orElseThrow();
        in(one.path).annex("forget", "--force");
        String log = in(one.path).git("show", "git-annex:transitions.log");
        Path journal = Files.createDirectories(two.path.resolve(".git/annex/journal"));
        Files.writeString(journal.resolve("transitions.log"), log);
        two.branch.record(two.repository.uuid(), Map.of(key, Presence.PRESENT));
        assertThat(in(two.path).git("show", "git-annex:transitions.log")).isEqualTo(log);

        one.branch.union(List.of(from("two", one)));
        assertThat(history(one)).doesNotContain(old);

        assertThat(two.branch.union(List.of(from("one", two)))).isTrue();
        assertThat(history(two)).doesNotContain(old);
        one.branch.union(List.of(from("two", one)));
        assertThat(one.branch.holders(key)).containsExactly(two.repository.uuid());
        assertThat(one.branch.tip()).isEqualTo(two.branch.tip());
        assertThat(history(one)).doesNotContain(old);
    }

    @Test
    @DisplayName(
            "in a way that is not known here is not taken over, and is said; others are, and nobody is asked for more")
    void unknown() throws Exception {
        Files.writeString(root.resolve("theirs/t"), "ForgetTomorrow 1795272966.98s\n");
        String blob = theirs.git("hash-object", "-w", "t").strip();
        String tree = treeWithLog(blob);
        String commit = theirs.git("commit-tree", "-m", "x", tree).strip();
        theirs.git("update-ref", "refs/heads/git-annex", commit);
        ObjectId tip = from("theirs", one);

        assertThat(one.branch.union(List.of(tip))).isFalse();
        assertThat(one.branch.tip()).contains(before);
        assertThat(one.branch.notUnderstood(List.of(tip)))
                .hasValueSatisfying(line -> assertThat(line).contains("ForgetTomorrow", "update Tandem"));
        assertThat(one.branch.holds(tip)).isTrue();

        two.branch.describe(new UUID(7, 7), "seven");
        ObjectId other = from("two", one);
        assertThat(one.branch.union(List.of(tip, other))).isTrue();
        assertThat(one.branch.descriptions()).containsEntry(new UUID(7, 7), "seven");
        assertThat(one.branch.notUnderstood(List.of(other))).isEmpty();
    }

    private String treeWithLog(String blob) throws Exception {
        Files.writeString(root.resolve("theirs/tree"), "100644 blob " + blob + "\ttransitions.log\n");
        return theirs.git("-c", "alias.mk=!git mktree < tree", "mk").strip();
    }
}
