package dev.tandem.gitsync.annex;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.gitsync.annex.Wanted.File;
import dev.tandem.gitsync.testing.TempFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A repository wants")
class WantedTest {
    private static final UUID HERE = new UUID(1, 0);
    private static final UUID B = new UUID(1, 1);
    private static final UUID C = new UUID(1, 2);
    private static final UUID D = new UUID(1, 3);
    private static final Key KEY = Key.parse("SHA256E-s1000--ab.mp3").orElseThrow();

    private final Map<UUID, Trust> trust = new HashMap<>();
    private final Map<UUID, Set<String>> groups = new HashMap<>();
    private final Map<String, String> groupWanted = new HashMap<>();

    private Wanted wanted(String expression) {
        return Wanted.by(HERE, settings(Map.of(HERE, expression), Map.of()));
    }

    private SharedSettings settings(Map<UUID, String> wanted, Map<UUID, String> required) {
        return new SharedSettings(
                Map.of(),
                trust,
                groups,
                wanted,
                required,
                groupWanted,
                OptionalInt.empty(),
                OptionalInt.empty(),
                Map.of());
    }

    private static File file(String path, UUID... holders) {
        return new File(path, KEY, Set.of(holders), new NumCopies(2, 1));
    }

    @Test
    @DisplayName("everything, and requires nothing, where nothing is said")
    void nothingSaid() {
        SharedSettings none = settings(Map.of(), Map.of());

        assertThat(Wanted.by(HERE, none).wants(file("a"))).isTrue();
        assertThat(Wanted.by(HERE, none).keeps(file("a", HERE, B))).isTrue();
        assertThat(Wanted.requiredBy(HERE, none).keeps(file("a", HERE))).isFalse();
    }

    @ParameterizedTest(name = "{0}: {1}")
    @DisplayName("what its expression matches")
    @CsvSource(delimiter = ';', textBlock = """
            include=*.mp3; true
            exclude=*.mp3; false
            include=a.mp3; false
            include=music/*; true
            largerthan=999b and smallerthan=1001b; true
            largerthan=1kb; false
            inbackend=SHA256E; true
            inbackend=SHA256; false
            securehash; true
            copies=2; true
            copies=3; false
            copies=trusted:1; false
            copies=trusted+:1; false
            copies=semitrusted:1; true
            copies=semitrusted:2; false
            copies=semitrusted+:1; true
            copies=untrusted:1; true
            copies=untrusted+:2; true
            copies=archive:1; true
            copies=archive:2; false
            copies=nobody:1; false
            lackingcopies=1; true
            lackingcopies=2; false
            approxlackingcopies=1; true
            inallgroup=archive; false
            inallgroup=semis; true
            inallgroup=nobody; true
            inpreferreddir; false
            unused; false
            present; false
            """)
    void terms(String expression, boolean expected) {
        trust.put(C, Trust.UNTRUSTED);
        trust.put(D, Trust.DEAD);
        groups.put(B, Set.of("archive", "semis"));
        groups.put(new UUID(1, 9), Set.of("archive"));

        Wanted wanted = wanted(expression);

        assertThat(wanted.problem()).isEmpty();
        assertThat(wanted.wants(file("music/a.mp3", B, C, D))).isEqualTo(expected);
    }

    @Test
    @DisplayName("what lies in a public directory, where that is preferred")
    void publicDirectory() {
        assertThat(wanted("inpreferreddir").wants(file("x/public/y/a"))).isTrue();
        assertThat(wanted("inpreferreddir").wants(file("x/public"))).isFalse();
    }

    @Test
    @DisplayName("to keep what it would fetch again, supposing that it had dropped it")
    void keeps() {
        assertThat(wanted("not copies=2").keeps(file("a", HERE, B))).isTrue();
        assertThat(wanted("not copies=2").keeps(file("a", HERE, B, C))).isFalse();
        assertThat(wanted("present").keeps(file("a", HERE, B))).isTrue();
        assertThat(wanted("present").wants(file("a", B))).isFalse();
    }

    @Test
    @DisplayName("by its standard group, if it is in exactly one")
    void standard() {
        groups.put(HERE, Set.of("client", "mine"));
        groups.put(B, Set.of("archive"));
        assertThat(wanted("standard").wants(file("archive/a"))).isTrue();
        assertThat(wanted("standard").wants(file("archive/a", B, C))).isFalse();
        assertThat(wanted("standard").wants(file("a", B, C))).isTrue();
        assertThat(wanted("standard").wants(file("archive/a", B)))
                .as("copies lack")
                .isTrue();

        groups.put(HERE, Set.of("client", "archive"));
        assertThat(wanted("standard").wants(file("a"))).isFalse();
        assertThat(wanted("standard").keeps(file("a", HERE))).isTrue();
    }

    @Test
    @DisplayName("by its group's own expression, which may mean the standard one")
    void groupWanted() {
        groups.put(HERE, Set.of("client"));
        groupWanted.put("client", "standard and exclude=out/*");
        assertThat(wanted("groupwanted").wants(file("a", B, C))).isTrue();
        assertThat(wanted("groupwanted").wants(file("out/a", B, C))).isFalse();

        groupWanted.put("client", "groupwanted");
        assertThat(wanted("groupwanted").wants(file("a", B, C))).isFalse();
        assertThat(wanted("groupwanted or include=a").wants(file("a", B, C))).isTrue();
    }

    @ParameterizedTest
    @DisplayName("neither to get nor to drop anything while it cannot be understood")
    @ValueSource(strings = {"balanced=x", "metadata=tag=done", "copies=x", "include=[a", "largerthan=big", "Standard"})
    void notUnderstood(String expression) {
        Wanted wanted = wanted("anything or " + expression);

        assertThat(wanted.problem()).hasValueSatisfying(line -> assertThat(line).contains("cannot be understood"));
        assertThat(wanted.wants(file("a", B))).isFalse();
        assertThat(wanted.keeps(file("a", HERE, B, C))).isTrue();
    }

    @Test
    @DisplayName("as many copies as attributes, the branch and git's configuration ask for, in this order")
    void copiesNeeded(@TempDir Path directory) throws IOException {
        try (TempFolder folder = new TempFolder(directory.resolve("f"), new TempFolder.Clock())) {
            CopiesNeeded needed = new CopiesNeeded(folder.repository.git(), folder.annex);
            assertThat(needed.of("a")).isEqualTo(NumCopies.DEFAULT);
            folder.repository.git().getConfig().setInt("annex", null, "numcopies", 4);
            assertThat(needed.of("a")).isEqualTo(new NumCopies(4, 1));
            folder.annex.needCopies(new NumCopies(3, 2));
            assertThat(needed.of("a")).isEqualTo(new NumCopies(3, 2));
            folder.write(".gitattributes", "*.x annex.numcopies=5\n*.y annex.mincopies=1 annex.numcopies=1\n");
            assertThat(needed.of("a.x")).isEqualTo(new NumCopies(5, 2));
            assertThat(needed.of("a.y")).isEqualTo(new NumCopies(1, 1));
            assertThat(needed.of(List.of("a.x", "a.y", "a"))).isEqualTo(new NumCopies(5, 2));
            assertThat(needed.of(List.of())).isEqualTo(new NumCopies(3, 2));
        }
    }
}
