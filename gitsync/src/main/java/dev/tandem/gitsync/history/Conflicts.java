package dev.tandem.gitsync.history;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.jspecify.annotations.Nullable;

/**
 * Files of which a merge has kept several versions, and the commits that settle them. That a conflict is settled is
 * remembered by the names of the files and nothing else, so every device knows: what no longer has a variant's name is
 * no longer in conflict.
 */
public final class Conflicts {
    /** Free names tried before something must be wrong. */
    private static final int NAMES_MAX = 1_000;

    /**
     * One version.
     *
     * @param isVariant whether it has a variant's name, and not the file's own
     * @param sizeBytes of the content, -1 if not known
     * @param origin who made it and when, as far as recent history tells
     */
    public record Side(String path, boolean isVariant, Blob blob, long sizeBytes, Optional<Origin> origin) {
        private Side by(@Nullable Origin maker) {
            return new Side(path, isVariant, blob, sizeBytes, Optional.ofNullable(maker));
        }
    }

    /** The commit that made a version. */
    public record Origin(ObjectId commit, Instant time, String by) {}

    /**
     * A file in conflict.
     *
     * @param path its own name, whether one of the versions has it or not
     * @param sides the one with the file's own name first; only one is left if the others were deleted
     */
    public record Conflict(String path, List<Side> sides) {}

    /** Those of a folder; {@code complete} unless there are more. */
    public record Listing(List<Conflict> conflicts, boolean complete) {}

    /**
     * A version as somebody was shown it.
     *
     * @param name that it is to have from now on, in the same directory; empty for one that is free
     */
    public record Shown(String path, ObjectId blob, Optional<String> name) {}

    private final Repository git;

    public Conflicts(Repository git) {
        this.git = git;
    }

    /** Those that are in the files of {@code head}, in the order of their paths. */
    public Listing list(ObjectId head, int most) throws IOException {
        Map<String, List<String>> variants = new TreeMap<>();
        try (RevWalk commits = new RevWalk(git);
                TreeWalk walk = new TreeWalk(commits.getObjectReader())) {
            RevCommit commit = commits.parseCommit(head);
            walk.addTree(commit.getTree());
            walk.setRecursive(true);
            while (walk.next()) {
                String path = walk.getPathString();
                VariantName.of(path)
                        .ifPresent(name -> variants.computeIfAbsent(name.original(), original -> new ArrayList<>())
                                .add(path));
            }
            List<Conflict> conflicts = new ArrayList<>();
            for (Map.Entry<String, List<String>> variant : variants.entrySet()) {
                if (conflicts.size() == most) {
                    break;
                }
                conflicts.add(conflict(commits.getObjectReader(), commit, variant.getKey(), variant.getValue()));
            }
            return new Listing(withOrigins(head, conflicts), conflicts.size() == variants.size());
        }
    }

    private static Conflict conflict(ObjectReader reader, RevCommit commit, String path, List<String> variants)
            throws IOException {
        List<Side> sides = new ArrayList<>();
        List<String> paths = new ArrayList<>(List.of(path));
        paths.addAll(variants);
        for (String at : paths) {
            Optional<Blob> blob = Blob.at(reader, commit.getTree(), at);
            if (blob.isPresent()) {
                sides.add(new Side(at, !at.equals(path), blob.get(), blob.get().sizeBytes(reader), Optional.empty()));
            }
        }
        return new Conflict(path, List.copyOf(sides));
    }

    private List<Conflict> withOrigins(ObjectId head, List<Conflict> conflicts) throws IOException {
        Set<Origins.Wanted> wanted = new HashSet<>();
        conflicts.forEach(conflict -> conflict.sides.forEach(side -> wanted.add(wanted(conflict, side))));
        Map<Origins.Wanted, Origin> origins = Origins.of(git, head, wanted);
        return conflicts.stream()
                .map(conflict -> new Conflict(
                        conflict.path,
                        conflict.sides.stream()
                                .map(side -> side.by(origins.get(wanted(conflict, side))))
                                .toList()))
                .toList();
    }

    /** A version was made under the file's own name, before a merge gave it the variant's, or edited under that. */
    private static Origins.Wanted wanted(Conflict conflict, Side side) {
        return new Origins.Wanted(side.blob.id(), new HashSet<>(List.of(conflict.path, side.path)));
    }

    /**
     * One version becomes the file's content, the others are deleted; history has them all the same.
     *
     * @param path the file's own name
     * @param keep the path of the version that stays
     * @param shown all versions, as whoever decides has seen them
     */
    public Proposal keep(ObjectId head, String path, String keep, List<Shown> shown, PersonIdent who)
            throws IOException {
        Conflict now = now(head, path);
        Optional<Proposal> stale = refusal(now, shown);
        if (stale.isPresent()) {
            return stale.get();
        }
        Optional<Side> kept =
                now.sides.stream().filter(side -> side.path.equals(keep)).findFirst();
        if (kept.isEmpty()) {
            return new Proposal.Refused(keep + " is no version of " + path);
        }
        TreeChange change = new TreeChange().put(path, kept.get().blob);
        now.sides.forEach(side -> change.remove(side.path));
        String what = kept.get().isVariant ? keep.substring(keep.lastIndexOf('/') + 1) : "its own version";
        return change.commit(git, head, who, "Settle the conflict of " + path + ": keep " + what);
    }

    /** All versions stay, each under a name of its own: the given one, or {@code name (2).ext} and so on. */
    public Proposal keepAll(ObjectId head, String path, List<Shown> shown, PersonIdent who) throws IOException {
        Conflict now = now(head, path);
        Optional<Proposal> stale = refusal(now, shown);
        if (stale.isPresent()) {
            return stale.get();
        }
        Map<String, Side> named = new LinkedHashMap<>();
        try (RevWalk walk = new RevWalk(git)) {
            RevCommit commit = walk.parseCommit(head);
            for (Side side : now.sides) {
                if (!side.isVariant) {
                    named.put(side.path, side);
                    continue;
                }
                Optional<String> wish = shown.stream()
                        .filter(one -> one.path.equals(side.path))
                        .findFirst()
                        .flatMap(Shown::name);
                if (wish.isPresent() && !isName(wish.get())) {
                    return new Proposal.Refused("\"" + wish.get() + "\" is no name for a file");
                }
                String directory = path.substring(0, path.lastIndexOf('/') + 1);
                Names names = new Names(walk.getObjectReader(), commit, named.keySet());
                String name = wish.isPresent() ? directory + wish.get() : names.free(path);
                if (!name.equals(side.path) && names.isTaken(name)) {
                    return new Proposal.Refused("there is a " + name + " already");
                }
                named.put(name, side);
            }
        }
        TreeChange change = new TreeChange();
        named.forEach((name, side) -> change.put(name, side.blob));
        now.sides.forEach(side -> change.remove(side.path));
        return change.commit(git, head, who, "Settle the conflict of " + path + ": keep all versions");
    }

    private static boolean isName(String name) {
        return !name.isBlank()
                && name.indexOf('/') < 0
                && name.indexOf('\0') < 0
                && VariantName.of(name).isEmpty();
    }

    /** Names in one directory of a commit. */
    private record Names(ObjectReader reader, RevCommit commit, Set<String> given) {
        boolean isTaken(String path) throws IOException {
            try (TreeWalk walk = TreeWalk.forPath(reader, path, commit.getTree())) {
                return walk != null || given.contains(path);
            }
        }

        /** The file's own name if no version has it, else one with a number. */
        String free(String path) throws IOException {
            int dot = path.lastIndexOf('.');
            boolean extension = dot > path.lastIndexOf('/') + 1;
            String base = extension ? path.substring(0, dot) : path;
            String end = extension ? path.substring(dot) : "";
            String name = path;
            for (int number = 2; isTaken(name); number++) {
                if (number == NAMES_MAX) {
                    throw new IOException("no free name for another version of " + path + ": choose one");
                }
                name = base + " (" + number + ")" + end;
            }
            return name;
        }
    }

    private Conflict now(ObjectId head, String path) throws IOException {
        String directory = path.substring(0, path.lastIndexOf('/') + 1);
        List<String> variants = new ArrayList<>();
        try (RevWalk commits = new RevWalk(git)) {
            RevCommit commit = commits.parseCommit(head);
            ObjectReader reader = commits.getObjectReader();
            ObjectId tree = commit.getTree();
            if (!directory.isEmpty()) {
                try (TreeWalk at = TreeWalk.forPath(reader, directory.substring(0, directory.length() - 1), tree)) {
                    if (at == null || !at.isSubtree()) {
                        return new Conflict(path, List.of());
                    }
                    tree = at.getObjectId(0);
                }
            }
            try (TreeWalk walk = new TreeWalk(reader)) {
                walk.addTree(tree);
                while (walk.next()) {
                    String file = directory + walk.getPathString();
                    if (VariantName.of(file).equals(Optional.of(new VariantName(path)))) {
                        variants.add(file);
                    }
                }
            }
            return conflict(reader, commit, path, variants);
        }
    }

    private static Optional<Proposal> refusal(Conflict now, List<Shown> shown) {
        Map<String, ObjectId> sides = new HashMap<>();
        now.sides.forEach(side -> sides.put(side.path, side.blob.id()));
        Map<String, ObjectId> seen = new HashMap<>();
        shown.forEach(one -> seen.put(one.path, one.blob));
        if (now.sides.stream().noneMatch(Side::isVariant)) {
            return Optional.of(new Proposal.Refused(now.path + " is in no conflict any more"));
        }
        return sides.equals(seen)
                ? Optional.empty()
                : Optional.of(new Proposal.Refused(
                        "the versions of " + now.path + " are others than those that were shown: look at them again"));
    }
}
