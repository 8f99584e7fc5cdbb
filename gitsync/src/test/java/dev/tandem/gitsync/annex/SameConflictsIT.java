package dev.tandem.gitsync.annex;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.gitsync.merge.ConvergentMerge;
import dev.tandem.gitsync.merge.ConvergentMerge.Merged;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * One side resolves with Tandem, the other with {@code git annex sync}, from the same two commits and without hearing
 * of each other; then they meet. Every row of a table of conflicts, with Tandem on either side. Each row that git-annex
 * resolves has a merge of its own: of several conflicts at once this version fails on some ("pathspec did not match any
 * files"), or names a variant after another row's file.
 */
@DisplayName("Tandem and git-annex, each for itself,")
@SuppressWarnings("NullAway") // fields that JUnit sets
final class SameConflictsIT {
    @TempDir
    Path root;

    private Path home;

    @BeforeEach
    void makeHome() throws IOException {
        home = Files.createDirectories(root.resolve("home"));
        Files.writeString(home.resolve(".gitconfig"), "[protocol \"file\"]\n\tallow = always\n");
    }

    /** Objects and their directories cannot be written, nor deleted by an ordinary user. */
    @AfterEach
    void makeWritable() throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            for (Path path :
                    (Iterable<Path>) all.filter(p -> Files.isDirectory(p, LinkOption.NOFOLLOW_LINKS))::iterator) {
                Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
        }
    }

    /** What happens in a clone before it commits. */
    private interface Edit {
        void in(Clone clone) throws Exception;
    }

    /** Files in a directory of their own, and what each side does to them. */
    private record Row(String name, Edit base, Edit one, Edit two) {}

    /** What git-annex itself makes of a conflict. */
    private enum Theirs {
        RESOLVED,
        /** It commits the right mode and leaves the file with another, which its next commit then takes. */
        MODE_SLIPS,
        /** It leaves the conflict to the user, or each of two git-annex would end with a tree of its own. */
        UNRESOLVED
    }

    private record Rows(String what, Theirs theirs, List<Row> rows) {
        @Override
        public String toString() {
            return what;
        }
    }

    private static Row row(String name, Edit base, Edit one, Edit two) {
        return new Row(name, base, one, two);
    }

    private static final Edit NOTHING = clone -> {};

    static Stream<Arguments> tables() {
        return Stream.of(
                        new Rows(
                                "edits, removals and new files",
                                Theirs.RESOLVED,
                                List.of(
                                        row(
                                                "edit-edit",
                                                c -> c.large("f.tar.gz", 1),
                                                c -> c.large("f.tar.gz", 2),
                                                c -> c.large("f.tar.gz", 3)),
                                        row("add-add", NOTHING, c -> c.large("é ü.x", 2), c -> c.large("é ü.x", 3)),
                                        row("same", NOTHING, c -> c.large("f.x", 2), c -> c.large("f.x", 2)),
                                        row(
                                                "edit-delete",
                                                c -> c.large("f.mkv", 1),
                                                c -> c.large("f.mkv", 2),
                                                c -> c.remove("f.mkv")),
                                        row(
                                                "delete-edit",
                                                c -> c.large("f.mkv", 1),
                                                c -> c.remove("f.mkv"),
                                                c -> c.large("f.mkv", 3)),
                                        row(
                                                "edit-delete-directory",
                                                c -> c.large("d/f.mkv", 1),
                                                c -> c.large("d/f.mkv", 2),
                                                c -> c.remove("d")),
                                        row(
                                                "double",
                                                c -> c.large("f.variant-abcd.gz", 1),
                                                c -> c.large("f.variant-abcd.gz", 2),
                                                c -> c.large("f.variant-abcd.gz", 3)),
                                        row(
                                                "x.variant-d",
                                                c -> c.large("f.gz", 1),
                                                c -> c.large("f.gz", 2),
                                                c -> c.large("f.gz", 3)),
                                        row(
                                                "texts",
                                                c -> c.text("f.txt", "1\n2\n3\n4\n5\n6\n7\n"),
                                                c -> c.text("f.txt", "1!\n2\n3\n4\n5\n6\n7\n"),
                                                c -> c.text("f.txt", "1\n2\n3\n4\n5\n6\n7!\n")))),
                        new Rows(
                                "an annexed file that became a plain one",
                                Theirs.RESOLVED,
                                List.of(row(
                                        "annexed-plain",
                                        c -> c.large("f.txt", 1),
                                        c -> c.large("f.txt", 2),
                                        c -> c.text("f.txt", "small\n")))),
                        new Rows(
                                "a plain file that became an annexed one",
                                Theirs.RESOLVED,
                                List.of(row(
                                        "plain-annexed",
                                        c -> c.text("f.txt", "1\n"),
                                        c -> c.text("f.txt", "2\n"),
                                        c -> c.large("f.txt", 3)))),
                        new Rows(
                                "a new annexed and a new plain file",
                                Theirs.RESOLVED,
                                List.of(row(
                                        "annexed-plain-new",
                                        NOTHING,
                                        c -> c.large("f.txt", 2),
                                        c -> c.text("f.txt", "small\n")))),
                        new Rows(
                                "a name without an end",
                                Theirs.RESOLVED,
                                List.of(row(
                                        "no-ext", c -> c.large("f", 1), c -> c.large("f", 2), c -> c.large("f", 3)))),
                        new Rows(
                                "executable files",
                                Theirs.MODE_SLIPS,
                                List.of(
                                        row(
                                                "exec-edit",
                                                c -> c.large("run", 1),
                                                c -> c.executable("run"),
                                                c -> c.large("run", 3)),
                                        row(
                                                "exec-and-edit-edit",
                                                c -> c.large("run.x", 1),
                                                c -> c.large("run.x", 2).executable("run.x"),
                                                c -> c.large("run.x", 3)),
                                        row(
                                                "exec-delete",
                                                c -> c.large("run", 1),
                                                c -> c.executable("run"),
                                                c -> c.remove("run")),
                                        row(
                                                "exec-text",
                                                c -> c.text("run", "1\n"),
                                                c -> c.executable("run"),
                                                c -> c.text("run", "2\n")))),
                        new Rows(
                                "an executable and a plain file with the same content",
                                Theirs.MODE_SLIPS,
                                List.of(row(
                                        "exec-new",
                                        NOTHING,
                                        c -> c.large("run", 2).executable("run"),
                                        c -> c.large("run", 2)))),
                        new Rows(
                                "names",
                                Theirs.RESOLVED,
                                List.of(
                                        row(
                                                "rename-edit",
                                                c -> c.large("f.iso", 1),
                                                c -> c.move("f.iso", "g.iso"),
                                                c -> c.large("f.iso", 3)),
                                        row(
                                                "rename-directory",
                                                c -> c.large("d/f.iso", 1),
                                                c -> c.move("d", "e"),
                                                c -> c.large("d/f.iso", 3)),
                                        row(
                                                "rename-text",
                                                c -> c.text("f", "1\n"),
                                                c -> c.move("f", "g"),
                                                c -> c.text("f", "2\n")),
                                        row(
                                                "rename-exec",
                                                c -> c.large("f", 1),
                                                c -> c.move("f", "g"),
                                                c -> c.executable("f")),
                                        row(
                                                "rename-same",
                                                c -> c.large("f", 1),
                                                c -> c.move("f", "g"),
                                                c -> c.move("f", "g")))),
                        new Rows(
                                "a name that is new here and given there",
                                Theirs.RESOLVED,
                                List.of(row(
                                        "rename-add",
                                        c -> c.large("f.iso", 1),
                                        c -> c.move("f.iso", "g.iso"),
                                        c -> c.large("f.iso", 3).large("g.iso", 4)))),
                        new Rows(
                                "a rename against a removal",
                                Theirs.RESOLVED,
                                List.of(row(
                                        "rename-delete",
                                        c -> c.large("f.iso", 1),
                                        c -> c.move("f.iso", "d/g.iso"),
                                        c -> c.remove("f.iso")))),
                        new Rows(
                                "a rename and an edit against an edit",
                                Theirs.RESOLVED,
                                List.of(row(
                                        "rename-and-edit-edit",
                                        c -> c.large("f.iso", 1),
                                        c -> c.move("f.iso", "g.iso").large("g.iso", 2),
                                        c -> c.large("f.iso", 3)))),
                        new Rows(
                                "a locked and an unlocked file with the same content",
                                Theirs.RESOLVED,
                                List.of(
                                        row(
                                                "lock-unlocked",
                                                NOTHING,
                                                c -> c.large("f.bin", 2).lock("f.bin"),
                                                c -> c.large("f.bin", 2)),
                                        row(
                                                "lock-executable",
                                                NOTHING,
                                                c -> c.large("g.bin", 3).lock("g.bin"),
                                                c -> c.large("g.bin", 3).executable("g.bin")))),
                        new Rows(
                                "a lock against nothing",
                                Theirs.RESOLVED,
                                List.of(row(
                                        "lock",
                                        c -> c.large("f.bin", 1),
                                        c -> c.lock("f.bin"),
                                        c -> c.text("x", "1\n")))),
                        new Rows(
                                "a lock against an edit",
                                Theirs.RESOLVED,
                                List.of(row(
                                        "lock-edit",
                                        c -> c.large("f.bin", 1),
                                        c -> c.lock("f.bin"),
                                        c -> c.large("f.bin", 3)))),
                        new Rows(
                                "two locked edits",
                                Theirs.RESOLVED,
                                List.of(row(
                                        "locked",
                                        c -> c.large("f.bin", 1),
                                        c -> c.large("f.bin", 2).lock("f.bin"),
                                        c -> c.large("f.bin", 3).lock("f.bin")))),
                        new Rows(
                                "what git-annex leaves to the user: texts",
                                Theirs.UNRESOLVED,
                                List.of(
                                        row(
                                                "texts",
                                                c -> c.text("f.txt", "1\n"),
                                                c -> c.text("f.txt", "2\n"),
                                                c -> c.text("f.txt", "3\n")),
                                        row("dot", c -> c.large(".f", 1), c -> c.large(".f", 2), c -> c.large(".f", 3)),
                                        row(
                                                "text-delete",
                                                c -> c.text("f.txt", "1\n"),
                                                c -> c.text("f.txt", "2\n"),
                                                c -> c.remove("f.txt")))),
                        new Rows(
                                "what git-annex resolves to another tree on either side: a file and a directory",
                                Theirs.UNRESOLVED,
                                List.of(row(
                                        "directory",
                                        c -> c.large("f.bin", 1),
                                        c -> c.large("f.bin", 2),
                                        c -> c.remove("f.bin").large("f.bin/x", 3)))),
                        new Rows(
                                "what git-annex resolves to another tree on either side: two new names",
                                Theirs.UNRESOLVED,
                                List.of(row(
                                        "rename-rename",
                                        c -> c.large("f.bin", 1),
                                        c -> c.move("f.bin", "g.bin"),
                                        c -> c.move("f.bin", "h.bin")))))
                .flatMap(SameConflictsIT::oneByOne)
                .flatMap(rows -> Stream.of(Arguments.of(rows, true), Arguments.of(rows, false)));
    }

    private static Stream<Rows> oneByOne(Rows table) {
        return table.theirs() == Theirs.UNRESOLVED
                ? Stream.of(table)
                : table.rows().stream().map(row -> new Rows(row.name(), table.theirs(), List.of(row)));
    }

    /** A clone of the base in which the real git and git-annex work. */
    private final class Clone {
        private final Path path;
        private final Commands commands;
        private String row = "";

        Clone(String name) {
            path = root.resolve(name);
            commands = new Commands(path, home);
        }

        Clone large(String file, int seed) throws IOException {
            byte[] bytes = new byte[20_000];
            new Random(31L * row.hashCode() + seed).nextBytes(bytes);
            return write(file, bytes);
        }

        Clone text(String file, String content) throws IOException {
            return write(file, content.getBytes(StandardCharsets.UTF_8));
        }

        private Clone write(String file, byte[] bytes) throws IOException {
            Path target = path.resolve(row).resolve(file);
            Files.createDirectories(target.resolveSibling(""));
            Files.deleteIfExists(target);
            Files.write(target, bytes);
            return this;
        }

        Clone executable(String file) {
            assertThat(path.resolve(row).resolve(file).toFile().setExecutable(true))
                    .isTrue();
            return this;
        }

        Clone remove(String file) throws Exception {
            commands.git("rm", "-qrf", row + "/" + file);
            return this;
        }

        Clone move(String from, String to) throws Exception {
            Files.createDirectories(path.resolve(row).resolve(to).resolveSibling(""));
            commands.git("mv", row + "/" + from, row + "/" + to);
            return this;
        }

        Clone lock(String file) throws Exception {
            commands.annex("add", row + "/" + file);
            commands.annex("lock", row + "/" + file);
            return this;
        }

        void commit(String message) throws Exception {
            commands.git("add", "-A");
            commands.git("commit", "-qm", message);
        }

        String tree(String commit) throws Exception {
            return commands.git("ls-tree", "-r", commit);
        }

        void judge() throws Exception {
            assertThat(commands.git("status", "--porcelain")).isEmpty();
            assertThat(commands.annex("fsck", "--quiet")).isEmpty();
            assertThat(commands.git("fsck", "--strict", "--no-dangling"))
                    .doesNotContain("error")
                    .doesNotContain("warning");
            assertThat(commands.run("git", "grep", "-lE", "^(<<<<<<<|>>>>>>>)", "HEAD")
                            .output())
                    .isEmpty();
            assertThat(commands.git("status", "--porcelain")).isEmpty();
        }
    }

    private Clone seed(Rows rows) throws Exception {
        Clone seed = new Clone("seed");
        Files.createDirectories(seed.path);
        seed.commands.git("init", "-q", "-b", "main");
        seed.commands.annex("init", "seed");
        seed.commands.annex("config", "--set", "annex.largefiles", "largerthan=10kb");
        seed.commands.annex("config", "--set", "annex.addunlocked", "true");
        seed.large("keep.bin", 1);
        for (Row row : rows.rows()) {
            seed.row = row.name();
            row.base().in(seed);
        }
        seed.commit("base");
        return seed;
    }

    private Clone cloneOf(Clone seed, String name) throws Exception {
        Clone clone = new Clone(name);
        seed.commands.git("clone", "-q", ".", "../" + name);
        clone.commands.annex("init", name);
        clone.commands.annex("get", "--quiet", ".");
        clone.commands.git("remote", "remove", "origin");
        return clone;
    }

    private static void edit(Clone clone, Rows rows, boolean one) throws Exception {
        for (Row row : rows.rows()) {
            clone.row = row.name();
            (one ? row.one() : row.two()).in(clone);
        }
        clone.commit(one ? "one" : "two");
    }

    private static final class Side implements AutoCloseable {
        private final AnnexedFolder folder;

        Side(Path path) throws IOException {
            folder = new AnnexedFolder(path, true);
        }

        /** As the daemon does it: the branch of locations first, then the files, then contents. */
        Merged merge(String ref, String annexRef) throws IOException {
            ObjectId annex = folder.git.resolve(annexRef);
            folder.branch.union(List.of(annex));
            folder.tree.commitUnsettled(folder.tree.scan());
            Merged merged =
                    ConvergentMerge.merge(folder.git, List.of(folder.git.resolve("HEAD"), folder.git.resolve(ref)));
            assertThat(folder.tree
                            .checkOut(merged.head(), (path, blob) -> Optional.empty())
                            .done())
                    .isTrue();
            return merged;
        }

        @Override
        public void close() {
            folder.close();
        }
    }

    @ParameterizedTest(name = "resolve alike: {0} (Tandem has the first side: {1})")
    @MethodSource("tables")
    void alike(Rows rows, boolean first) throws Exception {
        Clone seed = seed(rows);
        Clone ours = cloneOf(seed, "ours");
        Clone theirs = cloneOf(seed, "theirs");
        edit(ours, rows, first);
        edit(theirs, rows, !first);
        ours.commands.git("clone", "-q", "--bare", ".", "../hub");
        ours.commands.git("fetch", "-q", "../theirs", "main:refs/synced/u/main", "git-annex:refs/synced/u/git-annex");

        try (Side tandem = new Side(ours.path)) {
            Merged merged = tandem.merge("refs/synced/u/main", "refs/synced/u/git-annex");
            assertThat(merged.created()).isTrue();
            ours.judge();
            if (rows.theirs() != Theirs.UNRESOLVED) {
                theirs.commands.git("remote", "add", "hub", "../hub");
                theirs.commands.annex("sync", "hub");
                assertThat(ours.tree("HEAD")).isEqualTo(theirs.tree("HEAD"));
                if (rows.theirs() == Theirs.RESOLVED) {
                    theirs.judge();
                }
                theirs.commands.git("remote", "remove", "hub");
            }
            String resolved = ours.tree("HEAD");
            meet(tandem, ours, theirs);
            if (rows.theirs() != Theirs.MODE_SLIPS) {
                assertThat(ours.tree("HEAD")).isEqualTo(resolved);
            }
        }
    }

    /** What was resolved twice is exchanged, with contents: both have the same and nothing is left to do. */
    private static void meet(Side tandem, Clone ours, Clone theirs) throws Exception {
        theirs.commands.git("remote", "add", "ours", "../ours");
        theirs.commands.annex("sync", "--content", "ours");
        tandem.merge("refs/heads/synced/main", "refs/heads/synced/git-annex");
        theirs.commands.annex("sync", "--content", "ours");

        assertThat(ours.tree("HEAD")).isEqualTo(theirs.tree("HEAD"));
        assertThat(ours.commands.git("rev-parse", "HEAD")).isEqualTo(theirs.commands.git("rev-parse", "HEAD"));
        for (Clone clone : List.of(ours, theirs)) {
            clone.judge();
            assertThat(clone.commands.annex("find", "--not", "--in", "here")).isEmpty();
        }
    }
}
