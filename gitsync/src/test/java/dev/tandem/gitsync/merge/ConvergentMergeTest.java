package dev.tandem.gitsync.merge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.gitsync.merge.ConvergentMerge.Merged;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("A convergent merge")
final class ConvergentMergeTest {
    private static final String KEY_A = "/annex/objects/SHA256E-s1--aa.gz\n";
    private static final String KEY_B = "/annex/objects/SHA256E-s2--bb.gz\n";
    private static final String KEY_C = "/annex/objects/SHA256E-s3--cc.gz\n";

    private final History history = new History();

    record Case(
            String law,
            Map<String, String> base,
            Map<String, String> one,
            Map<String, String> two,
            Map<String, String> merged) {
        @Override
        public String toString() {
            return law;
        }
    }

    private static Map<String, String> tree(String... pathsAndContents) {
        Map<String, String> tree = new TreeMap<>();
        for (int i = 0; i < pathsAndContents.length; i += 2) {
            tree.put(pathsAndContents[i], pathsAndContents[i + 1]);
        }
        return tree;
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case("takes the same change once", tree("f", "1"), tree("f", "2"), tree("f", "2"), tree("f", "2")),
                new Case(
                        "takes what one side added",
                        tree("f", "1"),
                        tree("f", "1", "g", "2"),
                        tree("f", "1"),
                        tree("f", "1", "g", "2")),
                new Case(
                        "takes what the other side deleted",
                        tree("f", "1", "g", "2"),
                        tree("f", "1", "g", "2"),
                        tree("f", "1"),
                        tree("f", "1")),
                new Case(
                        "keeps both edits of different parts of a text",
                        tree("f", "a\nb\nc\nd\ne\n"),
                        tree("f", "A\nb\nc\nd\ne\n"),
                        tree("f", "a\nb\nc\nd\nE\n"),
                        tree("f", "A\nb\nc\nd\nE\n")),
                new Case(
                        "keeps line ends as they are",
                        tree("f", "a\r\nb\r\nc\r\nd\r\ne"),
                        tree("f", "A\r\nb\r\nc\r\nd\r\ne"),
                        tree("f", "a\r\nb\r\nc\r\nd\r\nE"),
                        tree("f", "A\r\nb\r\nc\r\nd\r\nE")),
                new Case(
                        "keeps both versions of one line, the later one under the name",
                        tree("d/f.txt", "a\n"),
                        tree("d/f.txt", "one\n"),
                        tree("d/f.txt", "two\n"),
                        tree("d/f.txt", "two\n", "d/f.variant-5626.txt", "one\n")),
                new Case(
                        "keeps both versions of a binary file",
                        tree("f.bin", "a\0\nb\nc\nd\n"),
                        tree("f.bin", "A\0\nb\nc\nd\n"),
                        tree("f.bin", "a\0\nb\nc\nD\n"),
                        tree("f.bin", "a\0\nb\nc\nD\n", "f.variant-974e.bin", "A\0\nb\nc\nd\n")),
                new Case(
                        "lets an edit survive a delete",
                        tree("f", "1", "g", ""),
                        tree("f", "2", "g", ""),
                        tree("g", ""),
                        tree("f", "2", "g", "")),
                new Case(
                        "lets an edit below a deleted directory survive",
                        tree("d/f", "1", "d/g", "1"),
                        tree("d/f", "2", "d/g", "1"),
                        tree(),
                        tree("d/f", "2")),
                new Case("takes one of two equal new files", tree(), tree("f", "1"), tree("f", "1"), tree("f", "1")),
                new Case(
                        "keeps both of two different new files",
                        tree(),
                        tree("f", "one\n"),
                        tree("f", "two\n"),
                        tree("f", "two\n", "f.variant-5626", "one\n")),
                new Case(
                        "lets a directory keep the name when the file is the later one",
                        tree(),
                        tree("n/x", "1"),
                        tree("n", "one\n"),
                        tree("n/x", "1", "n.variant-5626", "one\n")),
                new Case(
                        "lets a directory keep the name when the file is the earlier one",
                        tree(),
                        tree("n", "one\n"),
                        tree("n/x", "1"),
                        tree("n/x", "1", "n.variant-5626", "one\n")),
                new Case(
                        "keeps an edited file that became a directory elsewhere",
                        tree("n", "0"),
                        tree("n", "one\n"),
                        tree("n/x", "1"),
                        tree("n/x", "1", "n.variant-5626", "one\n")),
                new Case(
                        "lets a file take the place of an unedited directory",
                        tree("n/x", "1", "f", "1"),
                        tree("n/x", "1", "f", "2"),
                        tree("n", "file", "f", "1"),
                        tree("n", "file", "f", "2")),
                new Case(
                        "joins an executable bit with an edit",
                        tree("f", "1"),
                        tree("f", "x:1"),
                        tree("f", "2"),
                        tree("f", "x:2")),
                new Case(
                        "takes the executable bit away where one side did",
                        tree("f", "x:1"),
                        tree("f", "1"),
                        tree("f", "x:2"),
                        tree("f", "2")),
                new Case(
                        "keeps a link and a file of one name",
                        tree("f", "0"),
                        tree("f", "one\n"),
                        tree("f", "l:target"),
                        tree("f", "l:target", "f.variant-5626", "one\n")),
                new Case(
                        "names a variant of a variant by its whole hash",
                        tree("a.variant-1.txt", "0"),
                        tree("a.variant-1.txt", "one\n"),
                        tree("a.variant-1.txt", "two\n"),
                        tree(
                                "a.variant-1.txt",
                                "two\n",
                                "a.variant-1.variant-5626abf0f72e58d7a153368ba57db4c673c0e171.txt",
                                "one\n")),
                new Case(
                        "takes a longer name where the short one is in use",
                        tree("f", "0", "f.variant-5626", "mine"),
                        tree("f", "one\n", "f.variant-5626", "mine"),
                        tree("f", "two\n", "f.variant-5626", "mine"),
                        tree(
                                "f",
                                "two\n",
                                "f.variant-5626",
                                "mine",
                                "f.variant-5626abf0f72e58d7a153368ba57db4c673c0e171",
                                "one\n")),
                new Case(
                        "gives a name that starts with a dot no base",
                        tree(),
                        tree(".foo", "one\n"),
                        tree(".foo", "two\n"),
                        tree(".foo", "two\n", ".variant-5626.foo", "one\n")),
                new Case(
                        "makes variants of both of two annexed versions, as git-annex does",
                        tree("f.gz", "0"),
                        tree("f.gz", KEY_A),
                        tree("f.gz", KEY_B),
                        tree(
                                "f.variant-" + md5("SHA256E-s1--aa.gz") + ".gz",
                                KEY_A,
                                "f.variant-" + md5("SHA256E-s2--bb.gz") + ".gz",
                                KEY_B)),
                new Case(
                        "lets a plain file keep the name beside an annexed one, as git-annex does",
                        tree("f.gz", "0"),
                        tree("f.gz", "one\n"),
                        tree("f.gz", KEY_B),
                        tree("f.gz", "one\n", "f.variant-" + md5("SHA256E-s2--bb.gz") + ".gz", KEY_B)),
                new Case(
                        "joins an executable bit with an edit of an annexed file, as git does",
                        tree("f", KEY_A, "g", "1\n"),
                        tree("f", "x:" + KEY_A, "g", "x:1\n"),
                        tree("f", KEY_B, "g", KEY_B),
                        tree("f", "x:" + KEY_B, "g", "x:" + KEY_B)),
                new Case(
                        "lets an edit follow a rename, as git does",
                        tree("f.gz", KEY_A, "d/t", "1\n", "x", ""),
                        tree("g.gz", KEY_A, "e/u", "x:1\n", "x", ""),
                        tree("f.gz", KEY_B, "d/t", "2\n", "x", ""),
                        tree("g.gz", KEY_B, "e/u", "x:2\n", "x", "")),
                new Case(
                        "meets a file of the other side where the rename ends",
                        tree("f.gz", KEY_A),
                        tree("g.gz", KEY_A),
                        tree("f.gz", KEY_B, "g.gz", KEY_C),
                        tree(
                                "g.variant-" + md5("SHA256E-s2--bb.gz") + ".gz",
                                KEY_B,
                                "g.variant-" + md5("SHA256E-s3--cc.gz") + ".gz",
                                KEY_C)),
                new Case(
                        "lets a file that was renamed here and removed there survive",
                        tree("f.gz", KEY_A, "t", "1\n", "x", ""),
                        tree("d/f.gz", KEY_A, "u", "1\n", "x", ""),
                        tree("x", ""),
                        tree("d/f.variant-" + md5("SHA256E-s1--aa.gz") + ".gz", KEY_A, "u", "1\n", "x", "")),
                new Case(
                        "keeps both names where both sides renamed",
                        tree("f.gz", KEY_A),
                        tree("g.gz", KEY_A),
                        tree("h.gz", KEY_A),
                        tree("g.gz", KEY_A, "h.gz", KEY_A)),
                new Case(
                        "follows the new name with the same end, and only one of several",
                        tree("d/f", "1\n", "e/g", "1\n"),
                        tree("x/a", "1\n", "x/f", "1\n"),
                        tree("d/f", "2\n", "e/g", "1\n"),
                        tree("x/a", "1\n", "x/f", "2\n")),
                new Case(
                        "follows no rename into a place that the other side has made a file",
                        tree("f", "1\n", "x", ""),
                        tree("d/f", "1\n", "x", ""),
                        tree("f", "2\n", "d", "3\n", "x", ""),
                        tree("f", "2\n", "d/f", "1\n", "d.variant-0075", "3\n", "x", "")),
                new Case(
                        "prefers an unlocked file to the link of the same key, as git-annex does",
                        tree("f", "0"),
                        tree("f", "l:.git/annex/objects/a/b/SHA256E-s1--aa.gz/SHA256E-s1--aa.gz"),
                        tree("f", KEY_A),
                        tree("f", KEY_A)));
    }

    private static String md5(String key) {
        return new AnnexKey(key).shortHash();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void mergesTrees(Case given) throws IOException {
        ObjectId base = history.commit(given.base);
        ObjectId one = history.commit(given.one, base);
        ObjectId two = history.commit(given.two, base);

        Merged merged = ConvergentMerge.merge(history.git, List.of(one, two));

        assertThat(history.files(merged.head())).isEqualTo(given.merged);
        assertThat(ConvergentMerge.merge(history.git, List.of(two, one))).isEqualTo(merged);
    }

    @Test
    @DisplayName("names the variant of annex.md's example as git-annex does")
    void variantNames() {
        assertThat(Variant.name("", "foo.tar.gz", "1d85", "k")).isEqualTo("foo.tar.variant-1d85.gz");
        assertThat(Variant.name("", "noext", "0a29", "k")).isEqualTo("noext.variant-0a29");
        assertThat(Variant.name("", "foo.variant-abcd.gz", "1", "SHA256E-s8--h.gz"))
                .isEqualTo("foo.variant-abcd.variant-SHA256E-s8--h.gz.gz");
        assertThat(Variant.name("", "é".repeat(127) + ".x", "abcd", "k").length())
                .isLessThanOrEqualTo(255);
    }

    @Test
    @DisplayName("is no merge where one head contains the others")
    void fastForward() throws IOException {
        ObjectId a = history.commit(tree("f", "1"));
        ObjectId b = history.commit(tree("f", "2"), a);

        Merged merged = ConvergentMerge.merge(history.git, List.of(b, a, b));

        assertThat(merged).isEqualTo(new Merged(b, false, List.of()));
    }

    @Test
    @DisplayName("PUSH-22: is the same whoever merged what first, and merges no merges")
    void associative() throws IOException {
        ObjectId r = history.commit(tree("f", "0"));
        ObjectId a = history.commitAt(100, tree("f", "a"), r);
        ObjectId b = history.commitAt(200, tree("f", "b"), r);
        ObjectId c = history.commitAt(300, tree("f", "c"), r);
        ObjectId ac = ConvergentMerge.merge(history.git, List.of(a, c)).head();
        ObjectId bc = ConvergentMerge.merge(history.git, List.of(b, c)).head();
        ObjectId all = ConvergentMerge.merge(history.git, List.of(a, b, c)).head();

        assertThat(ConvergentMerge.merge(history.git, List.of(ac, b)).head()).isEqualTo(all);
        assertThat(ConvergentMerge.merge(history.git, List.of(bc, a)).head()).isEqualTo(all);
        assertThat(ConvergentMerge.merge(history.git, List.of(ac, bc)).head()).isEqualTo(all);
        assertThat(ConvergentMerge.merge(history.git, List.of(all, ac))).isEqualTo(new Merged(all, false, List.of()));
        assertThat(ConvergentMerge.contains(history.git, all, ac)).isTrue();
        assertThat(ConvergentMerge.contains(history.git, ac, all)).isFalse();
        assertThat(parents(all))
                .containsExactly(
                        ConvergentMerge.merge(history.git, List.of(a, b)).head(), c);
    }

    @Test
    @DisplayName("keeps what somebody made by hand, also if it says that it is such a merge")
    void forgedMerge() throws IOException {
        ObjectId a = history.commitAt(100, tree("f", "a"));
        ObjectId b = history.commitAt(200, tree("g", "b"));
        ObjectId c = history.commitAt(300, tree("h", "c"));
        ObjectId genuine = ConvergentMerge.merge(history.git, List.of(a, b)).head();
        ObjectId forged = history.rewritten(genuine, tree("f", "a", "g", "b", "by hand", "x"));

        ObjectId merged =
                ConvergentMerge.merge(history.git, List.of(forged, genuine, c)).head();

        assertThat(history.files(merged)).isEqualTo(tree("f", "a", "g", "b", "h", "c", "by hand", "x"));
        assertThat(parents(merged)).containsExactlyInAnyOrder(forged, c);
        assertThat(ConvergentMerge.contains(history.git, genuine, forged)).isFalse();
    }

    private List<ObjectId> parents(ObjectId commit) throws IOException {
        try (RevWalk walk = new RevWalk(history.git)) {
            return Arrays.stream(walk.parseCommit(commit).getParents())
                    .map(RevCommit::copy)
                    .toList();
        }
    }

    @Test
    @DisplayName("takes all from its parents: order, time, people")
    void derived() throws IOException {
        ObjectId a = history.commitAt(500, tree("f", "1"));
        ObjectId b = history.commitAt(400, tree("g", "2"));

        Merged merged = ConvergentMerge.merge(history.git, List.of(a, b));

        try (RevWalk walk = new RevWalk(history.git)) {
            RevCommit commit = walk.parseCommit(merged.head());
            assertThat(commit.getParent(0).getId()).isEqualTo(b);
            assertThat(commit.getCommitTime()).isEqualTo(500);
            assertThat(commit.getAuthorIdent()).isEqualTo(commit.getCommitterIdent());
        }
        assertThat(history.files(merged.head())).isEqualTo(tree("f", "1", "g", "2"));
    }

    @Test
    @DisplayName("merges several bases into one first, and leaves no trace of it")
    void crissCross() throws IOException {
        //      a ── m1 ── x        m1, m2: both merges of a and b, resolved by hand
        //  r <    X
        //      b ── m2 ── y
        ObjectId r = history.commit(tree("f", "1\n2\n3\n4\n5\n6\n7\n"));
        ObjectId a = history.commit(tree("f", "A\n2\n3\n4\n5\n6\n7\n"), r);
        ObjectId b = history.commit(tree("f", "1\n2\n3\n4\n5\n6\nB\n"), r);
        ObjectId m1 = history.commit(tree("f", "A\n2\n3\n4\n5\n6\nB\n", "x", ""), a, b);
        ObjectId m2 = history.commit(tree("f", "A\n2\n3\n4!\n5\n6\nB\n"), b, a);

        Merged merged = ConvergentMerge.merge(history.git, List.of(m1, m2));

        assertThat(history.files(merged.head())).isEqualTo(tree("f", "A\n2\n3\n4!\n5\n6\nB\n", "x", ""));
        assertThat(merged.conflicts()).isEmpty();
    }
}
