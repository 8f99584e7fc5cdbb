package dev.tandem.gitsync.extra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.gitsync.extra.Directories.Mark;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("What is known of empty directories")
class DirectoriesTest {
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    @DisplayName("is the same in whatever order, grouping and number it is heard")
    void joins(long seed) {
        Random random = new Random(seed);
        Directories a = any(random);
        Directories b = any(random);
        Directories c = any(random);

        assertThat(a.with(b.marks())).isEqualTo(b.with(a.marks()));
        assertThat(a.with(b.marks()).with(c.marks()))
                .isEqualTo(a.with(b.with(c.marks()).marks()));
        assertThat(a.with(a.marks())).isEqualTo(a);
        assertThat(a.with(b.marks()).with(a.marks())).isEqualTo(a.with(b.marks()));
    }

    private static Directories any(Random random) {
        TreeMap<String, Mark> marks = new TreeMap<>();
        for (int i = random.nextInt(8); i >= 0; i--) {
            marks.put("d" + random.nextInt(5), new Mark(1 + random.nextInt(3), random.nextBoolean()));
        }
        return new Directories(marks);
    }

    @Test
    @DisplayName("is what was said last, and of two words that did not know of each other the one that keeps")
    void lastWord() {
        Directories made = Directories.NONE.with(Map.of("d", Directories.NONE.next("d", true)));
        Directories removed = made.with(Map.of("d", made.next("d", false)));
        Directories madeAgain = made.with(Map.of("d", made.next("d", true)));

        assertThat(made.isKept("d")).isTrue();
        assertThat(removed.isKept("d")).isFalse();
        assertThat(made.with(removed.marks()).isKept("d")).isFalse();
        assertThat(removed.with(madeAgain.marks()).isKept("d")).isTrue();
    }

    @Test
    @DisplayName("is found at, below and above a path, and nowhere beside it")
    void near() {
        Mark here = new Mark(1, true);
        Directories known = Directories.NONE.with(Map.of(
                "a", here, "a/b", here, "a/b/c", here, "a/bc", here, "a/b.d", here, "a/b/gone", new Mark(2, false)));

        assertThat(known.near("a/b")).containsOnlyKeys("a", "a/b", "a/b/c");
    }

    @Test
    @DisplayName("has bounds")
    void bounds() {
        TreeMap<String, Mark> many = new TreeMap<>();
        for (int i = 0; i < Directories.MAX + 10; i++) {
            many.put(String.format("%07d", i), new Mark(1, true));
        }

        assertThat(Directories.NONE.with(many).marks()).hasSize(Directories.MAX).doesNotContainKey("0100001");
        assertThatThrownBy(() -> new Mark(0, true)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Mark(Directories.MAX_COUNT + 1, true))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
