package dev.tandem.assistant.simulation;

import dev.tandem.assistant.core.Tips;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * All commits of one branch of one folder, on whatever device. Numbers stand for ids; 0 is no commit. Each stands for a
 * set of commits that somebody made, and the same heads are the same merge for everybody, as with the real ones.
 */
abstract class History {
    private final List<BitSet> ancestors = new ArrayList<>(List.of(new BitSet()));
    private final List<BitSet> standsFor = new ArrayList<>(List.of(new BitSet()));

    /** Folder files: a merge is a function of its sources, and who merged what first does not matter. */
    static final class OfFiles extends History {
        private final Map<BitSet, Integer> merges = new HashMap<>();

        @Override
        BitSet ofCommit(int number, int parent) {
            BitSet itself = new BitSet();
            itself.set(number);
            return itself;
        }

        @Override
        int merge(Collection<Integer> heads) {
            BitSet sources = union(heads);
            BitSet contained = new BitSet();
            sources.stream().forEach(source -> contained.or(ancestors(source)));
            sources.andNot(contained);
            if (sources.cardinality() <= 1) {
                return sources.isEmpty() ? 0 : sources.nextSetBit(0);
            }
            Integer known = merges.get(sources);
            if (known != null) {
                return known;
            }
            int merge = add(sources.stream().boxed().toList(), sources);
            merges.put(sources, merge);
            return merge;
        }
    }

    /** The git-annex branch: a merge is the union of lines; of tips with the same lines the lowest is taken. */
    static final class OfLines extends History {
        private final Map<TreeSet<Integer>, Integer> merges = new HashMap<>();

        @Override
        BitSet ofCommit(int number, int parent) {
            BitSet lines = union(List.of(parent));
            lines.set(number);
            return lines;
        }

        @Override
        int merge(Collection<Integer> heads) {
            BitSet lines = union(heads);
            TreeSet<Integer> parents = new TreeSet<>(heads);
            for (int head : parents) {
                if (standsFor(head).equals(lines)) {
                    return head;
                }
            }
            Integer known = merges.get(parents);
            if (known != null) {
                return known;
            }
            int merge = add(parents, lines);
            merges.put(parents, merge);
            return merge;
        }
    }

    abstract BitSet ofCommit(int number, int parent);

    /** The heads as one. */
    abstract int merge(Collection<Integer> heads);

    /** A new commit on top of {@code parent}. */
    int commit(int parent) {
        return add(List.of(parent), ofCommit(ancestors.size(), parent));
    }

    final int add(Collection<Integer> parents, BitSet meaning) {
        BitSet before = new BitSet();
        parents.forEach(parent -> {
            before.or(ancestors.get(parent));
            before.set(parent);
        });
        ancestors.add(before);
        standsFor.add(meaning);
        return ancestors.size() - 1;
    }

    final BitSet ancestors(int commit) {
        return ancestors.get(commit);
    }

    final BitSet standsFor(int commit) {
        return standsFor.get(commit);
    }

    final BitSet union(Collection<Integer> heads) {
        BitSet all = new BitSet();
        heads.forEach(head -> all.or(standsFor.get(head)));
        return all;
    }

    boolean reaches(int from, int target) {
        return target == 0 || from == target || ancestors.get(from).get(target);
    }

    /** Whether a merge with {@code other} would add nothing to {@code head}. */
    boolean contains(int head, int other) {
        return reaches(head, other) || standsFor.get(other).stream().allMatch(source -> reaches(head, source));
    }

    /** How many commits there are. */
    int size() {
        return ancestors.size() - 1;
    }

    static Tips tips(int head, int annex) {
        return new Tips(id(head), id(annex));
    }

    static int number(@Nullable String id) {
        return id == null ? 0 : Integer.parseInt(id.substring(32), 16);
    }

    private static @Nullable String id(int number) {
        return number == 0 ? null : "0".repeat(32) + String.format("%08x", number);
    }
}
