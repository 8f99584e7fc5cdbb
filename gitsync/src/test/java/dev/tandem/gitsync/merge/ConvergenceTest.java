package dev.tandem.gitsync.merge;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("Devices that edit and exchange at random")
final class ConvergenceTest {
    private static final List<String> PATHS = List.of("a", "a/b", "a/c.txt", "d.txt", "e/f/g.md", "e/f", "x.bin");

    static IntStream seeds() {
        return IntStream.range(0, Integer.getInteger("merge.seeds", 150));
    }

    @ParameterizedTest(name = "end with one head and every version, seed {0}")
    @MethodSource("seeds")
    void converge(int seed) throws IOException {
        Random random = new Random(seed);
        History history = new History();
        List<ObjectId> heads = new ArrayList<>(
                Collections.nCopies(2 + random.nextInt(3), history.commit(Map.of("d.txt", lines(random)))));
        Set<String> written = new HashSet<>();
        for (int step = 0; step < 25; step++) {
            int device = random.nextInt(heads.size());
            if (random.nextInt(3) > 0) {
                Map<String, String> files = history.files(heads.get(device));
                edit(random, files, written, step);
                // Clocks differ by more than the time between two commits.
                heads.set(
                        device,
                        history.commitAt(1_000_000_000 + step + random.nextInt(40) * device, files, heads.get(device)));
            } else {
                int other = random.nextInt(heads.size());
                List<ObjectId> both = new ArrayList<>(List.of(heads.get(device), heads.get(other)));
                Collections.shuffle(both, random);
                heads.set(device, ConvergentMerge.merge(history.git, both).head());
            }
        }

        // Everybody hears of everybody: each merges the same heads, in an order of its own.
        Set<ObjectId> ends = new HashSet<>();
        ObjectId end = heads.get(0);
        for (int device = 0; device < heads.size(); device++) {
            List<ObjectId> all = new ArrayList<>(heads);
            Collections.shuffle(all, random);
            end = ConvergentMerge.merge(history.git, all).head();
            ends.add(end);
        }

        // ... or hears of one after the other, some of whom have merged meanwhile.
        while (heads.size() > 1) {
            ObjectId one = heads.remove(random.nextInt(heads.size()));
            ObjectId two = heads.get(random.nextInt(heads.size()));
            ObjectId both =
                    ConvergentMerge.merge(history.git, List.of(one, two)).head();
            assertThat(ConvergentMerge.contains(history.git, both, one)).isTrue();
            assertThat(ConvergentMerge.contains(history.git, both, two)).isTrue();
            heads.set(heads.indexOf(two), both);
        }
        ends.add(heads.get(0));

        assertThat(ends).hasSize(1);
        Map<String, String> files = history.files(end);
        assertThat(files.values()).noneMatch(text -> text.contains("<<<<<<<") || text.contains(">>>>>>>"));
        String all = String.join("\n", files.values());
        assertThat(written).allMatch(all::contains);
    }

    /** Only adds lines and files of unique words and renames files, so that each must be found in the end. */
    private static void edit(Random random, Map<String, String> files, Set<String> written, int step) {
        String word = "w" + step + "x" + Integer.toHexString(random.nextInt());
        String path = PATHS.get(random.nextInt(PATHS.size()));
        String old = files.get(path);
        if (old != null && random.nextInt(5) == 0) {
            files.remove(path);
            files.put("moved/" + step + path.substring(path.lastIndexOf('/') + 1), old);
        } else if (old != null && !path.endsWith(".bin")) {
            List<String> lines = new ArrayList<>(List.of(old.split("\n")));
            lines.add(random.nextInt(lines.size() + 1), word);
            files.put(path, String.join("\n", lines) + "\n");
            written.add(word);
        } else if (old != null) {
            files.put(path, old + "\0" + word); // appends: what the variants hold
            written.add(word);
        } else if (files.keySet().stream().noneMatch(p -> p.startsWith(path + "/") || path.startsWith(p + "/"))) {
            files.put(path, word + "\n" + lines(random));
            written.add(word);
        }
    }

    private static String lines(Random random) {
        Map<Integer, String> lines = new TreeMap<>();
        for (int i = 0; i < 3 + random.nextInt(6); i++) {
            lines.put(i, "line " + i);
        }
        return String.join("\n", lines.values()) + "\n";
    }
}
