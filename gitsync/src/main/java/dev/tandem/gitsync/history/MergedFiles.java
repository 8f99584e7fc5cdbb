package dev.tandem.gitsync.history;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.eclipse.jgit.lib.AnyObjectId;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.revwalk.filter.RevFilter;
import org.eclipse.jgit.treewalk.EmptyTreeIterator;
import org.eclipse.jgit.treewalk.TreeWalk;

/**
 * What a merge of two commits made of each file: found by comparing its tree with theirs and with that of the commit
 * they have in common. Of several of those, one serves: that says which edits are old, and nothing is decided by it but
 * what a person is shown.
 *
 * @param both files that both sides had changed, in the order of their paths
 */
record MergedFiles(List<File> both, AutomaticMerges.Taken onlyOne, AutomaticMerges.Taken onlyTwo) {
    /** As many are told of; a merge of two folders of the same files that never met can have any number. */
    private static final int BOTH_MAX = 10_000;

    /** Files that only one side changed are counted to here. */
    private static final int TAKEN_MAX = 10_000;

    private static final int TAKEN_NAMED_MAX = 10;

    /** One file on the two sides and in the merge; the variants are those that the merge has made of it. */
    record File(
            String path,
            AutomaticMerges.How how,
            Optional<Blob> one,
            Optional<Blob> two,
            Optional<Blob> merged,
            Map<String, Blob> variants) {}

    private record Found(String path, Optional<Blob> merged, Optional<Blob> one, Optional<Blob> two) {}

    /** Trees of the walk. */
    private static final int MERGED = 0;

    private static final int ONE = 1;
    private static final int TWO = 2;
    private static final int BASE = 3;

    static MergedFiles of(RevWalk commits, RevCommit merge, RevCommit one, RevCommit two) throws IOException {
        List<Found> both = new ArrayList<>();
        Map<String, Map<String, Blob>> variants = new TreeMap<>();
        Counter fromOne = new Counter();
        Counter fromTwo = new Counter();
        Optional<RevCommit> base = base(commits, one, two);
        try (TreeWalk walk = new TreeWalk(commits.getObjectReader())) {
            walk.addTree(merge.getTree());
            walk.addTree(one.getTree());
            walk.addTree(two.getTree());
            if (base.isPresent()) {
                walk.addTree(base.get().getTree());
            } else {
                walk.addTree(new EmptyTreeIterator());
            }
            while (walk.next()) {
                if (same(walk, ONE, TWO) && same(walk, MERGED, ONE)) {
                    continue;
                }
                if (walk.isSubtree()) {
                    walk.enterSubtree();
                    continue;
                }
                Found found =
                        new Found(walk.getPathString(), Blob.of(walk, MERGED), Blob.of(walk, ONE), Blob.of(walk, TWO));
                Optional<VariantName> variant = VariantName.of(found.path);
                if (variant.isPresent() && found.merged.isPresent() && found.one.isEmpty() && found.two.isEmpty()) {
                    variants.computeIfAbsent(variant.get().original(), path -> new TreeMap<>())
                            .put(found.path, found.merged.get());
                } else if (same(walk, BASE, ONE) && same(walk, MERGED, TWO)) {
                    fromTwo.add(found.path);
                } else if (same(walk, BASE, TWO) && same(walk, MERGED, ONE)) {
                    fromOne.add(found.path);
                } else if (both.size() < BOTH_MAX) {
                    both.add(found);
                }
            }
        }
        List<File> files = new ArrayList<>();
        for (Found found : both) {
            Map<String, Blob> made = variants.getOrDefault(found.path, Map.of());
            files.add(new File(found.path, how(found, made), found.one, found.two, found.merged, made));
        }
        return new MergedFiles(files, fromOne.taken(), fromTwo.taken());
    }

    private static AutomaticMerges.How how(Found found, Map<String, Blob> variants) {
        if (!variants.isEmpty()) {
            return AutomaticMerges.How.KEPT_BOTH;
        }
        if (found.merged.isEmpty()) {
            return AutomaticMerges.How.MOVED;
        }
        if (found.merged.equals(found.one) || found.merged.equals(found.two)) {
            return found.one.isEmpty() || found.two.isEmpty()
                    ? AutomaticMerges.How.KEPT_EDIT
                    : AutomaticMerges.How.TOOK_ONE;
        }
        return AutomaticMerges.How.MERGED;
    }

    private static boolean same(TreeWalk walk, int a, int b) {
        return walk.getRawMode(a) == walk.getRawMode(b) && walk.idEqual(a, b);
    }

    private static Optional<RevCommit> base(RevWalk commits, RevCommit one, RevCommit two) throws IOException {
        commits.reset();
        commits.setRevFilter(RevFilter.MERGE_BASE);
        commits.markStart(one);
        commits.markStart(two);
        List<RevCommit> bases = new ArrayList<>();
        for (RevCommit base = commits.next(); base != null; base = commits.next()) {
            bases.add(base);
        }
        commits.reset();
        commits.setRevFilter(RevFilter.ALL);
        Optional<RevCommit> first = bases.stream().min(AnyObjectId::compareTo);
        if (first.isPresent()) {
            commits.parseHeaders(first.get());
        }
        return first;
    }

    private static final class Counter {
        private final List<String> some = new ArrayList<>();
        private int files;

        void add(String path) {
            if (some.size() < TAKEN_NAMED_MAX) {
                some.add(path);
            }
            files = Math.min(files + 1, TAKEN_MAX);
        }

        AutomaticMerges.Taken taken() {
            return new AutomaticMerges.Taken(files, List.copyOf(some));
        }
    }
}
