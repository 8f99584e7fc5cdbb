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
 * All commits of one branch of one folder, on whatever device. Numbers stand for ids; 0 is no commit. Who merges the
 * same heads gets the same commit, as with the real merge.
 */
final class History {
    private final List<BitSet> ancestors = new ArrayList<>(List.of(new BitSet()));
    private final Map<TreeSet<Integer>, Integer> merges = new HashMap<>();

    /** A new commit on top of {@code parent}. */
    int commit(int parent) {
        BitSet before = new BitSet();
        before.or(ancestors.get(parent));
        before.set(parent);
        return add(before);
    }

    /** The heads as one: the one that holds all others, or their merge. */
    int merge(Collection<Integer> heads) {
        TreeSet<Integer> needed = new TreeSet<>(heads);
        needed.removeIf(head -> heads.stream().anyMatch(other -> other != (int) head && reaches(other, head)));
        needed.remove(0);
        if (needed.size() <= 1) {
            return needed.isEmpty() ? 0 : needed.first();
        }
        return merges.computeIfAbsent(needed, parents -> {
            BitSet before = new BitSet();
            parents.forEach(parent -> {
                before.or(ancestors.get(parent));
                before.set(parent);
            });
            return add(before);
        });
    }

    private int add(BitSet before) {
        ancestors.add(before);
        return ancestors.size() - 1;
    }

    boolean reaches(int from, int target) {
        return target == 0 || from == target || ancestors.get(from).get(target);
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
