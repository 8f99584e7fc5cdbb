package dev.tandem.gitsync.annex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("A file pattern")
class GlobTest {
    @ParameterizedTest(name = "{0}: {1} {2}")
    @DisplayName("matches whole paths")
    @CsvSource({
        "'', '', true",
        "'', a, false",
        "*, '', true",
        "*, a/b, true",
        "**, '', true",
        "a*, a, true",
        "a*b*c, a/b/b/c, true",
        "a*b*c, acb, false",
        "*a, aaaa, true",
        "*ab*ab, abab, true",
        "*ab*ab, ab, false",
        "?, '', false",
        "?, 𝄞, true",
        "[𝄞], 𝄞, true",
        "[a-c-e], -, true",
        "[a-c-e], d, false",
        "[-a], -, true",
        "[!-a], b, true",
        "[[:digit:]x]*, 7a, true",
        "[[:digit:]x]*, y, false",
        "[^[:alpha:]], 7, true",
        "[[], [, true",
        "a[b]c, abc, true",
        "a[b]c, ac, false"
    })
    void matches(String glob, String path, boolean expected) throws ExpressionException {
        assertThat(Glob.of(glob).test(path)).isEqualTo(expected);
    }

    @Test
    @DisplayName("takes no time worth mentioning, however it was made")
    void slow() {
        assertTimeoutPreemptively(Duration.ofSeconds(10), () -> {
            assertThat(Glob.of("*a".repeat(500) + "b").test("a".repeat(4000))).isFalse();
        });
    }

    @Test
    @DisplayName("matches what its parts match in turn: 20,000 cases against a plain search")
    void likeASearch() throws ExpressionException {
        Random random = new Random(3);
        int matched = 0;
        for (int i = 0; i < 20_000; i++) {
            String glob = random(random, "ab?**", 7);
            String path = random(random, "ab/", 9);
            boolean expected = search(glob, path);

            assertThat(Glob.of(glob).test(path)).as("%s %s", glob, path).isEqualTo(expected);
            matched += expected ? 1 : 0;
        }
        assertThat(matched).isBetween(1_000, 19_000);
    }

    private static String random(Random random, String letters, int lengthMax) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(lengthMax + 1); i > 0; i--) {
            text.append(letters.charAt(random.nextInt(letters.length())));
        }
        return text.toString();
    }

    private static boolean search(String glob, String path) {
        if (glob.isEmpty()) {
            return path.isEmpty();
        }
        if (glob.charAt(0) == '*') {
            return search(glob.substring(1), path) || (!path.isEmpty() && search(glob, path.substring(1)));
        }
        return !path.isEmpty()
                && (glob.charAt(0) == '?' || glob.charAt(0) == path.charAt(0))
                && search(glob.substring(1), path.substring(1));
    }
}
