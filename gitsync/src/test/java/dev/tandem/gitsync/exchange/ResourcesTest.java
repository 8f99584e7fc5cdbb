package dev.tandem.gitsync.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.gitsync.testing.TempFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.eclipse.jgit.lib.StoredConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Two folders on systems that differ")
class ResourcesTest {
    private final TempFolder.Clock clock = new TempFolder.Clock();
    private final TempFolder.Clock behind = new TempFolder.Clock();
    private TempFolder left;
    private TempFolder right;

    @BeforeEach
    void create(@TempDir Path directory) throws IOException {
        left = new TempFolder(directory.resolve("left"), clock);
        right = new TempFolder(directory.resolve("right"), behind);
    }

    @AfterEach
    void close() {
        left.close();
        right.close();
    }

    @ParameterizedTest(
            name = "names that another system takes for one, or cannot have, are files like any others: {0} {1}")
    @CsvSource({
        "README, readme",
        "caf\u00e9, cafe\u0301",
        "dot., dot",
        "'space ', space",
        "con, aux.txt",
        "a:b, a?b",
        "d/x, D/x",
        "back\\slash, back"
    })
    void names(String one, String two) throws IOException {
        left.write(one, "1").write(two, "2").commitAll();
        left.pushTo(right);

        right.integrate(left);

        assertThat(right.files()).isEqualTo(left.files()).hasSize(2);
        assertThat(right.commitAll().head()).isEmpty();
    }

    @Test
    @DisplayName("a disk that is as full as it may be takes no push, and takes it when there is room again")
    void reserve() throws IOException {
        left.write("a", "1").commitAll();
        reserve("1000 PB");

        assertThatThrownBy(() -> left.pushTo(right)).hasStackTraceContaining("annex.diskreserve");

        assertThat(new SyncedRefs(right.repository.git()).head(left.repository.uuid()))
                .isEmpty();
        // what is done here is still kept
        right.write("mine", "2");
        assertThat(right.commitAll().head()).isPresent();
        reserve("1");
        left.pushTo(right);
        right.integrate(left);
        assertThat(right.files()).hasSize(2);
    }

    private void reserve(String size) throws IOException {
        StoredConfig config = right.repository.git().getConfig();
        config.setString("annex", null, "diskreserve", size);
        config.save();
    }

    @Test
    @DisplayName("a clock that jumps back loses nothing: the edit made by it comes after what it was made from")
    void clockJumpsBack() throws IOException {
        left.write("a", "1\n").commitAll();
        left.pushTo(right);
        right.integrate(left);
        behind.pass(Duration.ofDays(-3000));

        right.write("a", "2\n").commitAll();
        left.write("b", "1\n").commitAll();
        left.pushTo(right);
        right.integrate(left);
        right.pushTo(left);
        left.integrate(right);

        assertThat(left.files())
                .isEqualTo(right.files())
                .containsEntry("a", "2\n")
                .containsEntry("b", "1\n");
        assertThat(left.head()).isEqualTo(right.head()).isNotEqualTo(Optional.empty());
    }
}
