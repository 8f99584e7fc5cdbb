package dev.tandem.gitsync.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.gitsync.history.FolderHistory.Deleted;
import dev.tandem.gitsync.history.FolderHistory.Step;
import dev.tandem.gitsync.history.PathChange.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The history of a folder")
class FolderHistoryTest {
    private TwoDevices both;

    @BeforeEach
    void open(@TempDir Path directory) throws IOException {
        both = new TwoDevices(directory);
    }

    @AfterEach
    void close() {
        both.close();
    }

    private FolderHistory history() {
        return new FolderHistory(both.laptop.repository.git());
    }

    private List<Step> steps(int most) throws IOException {
        return history().page(both.head(), 0, most, 10).steps();
    }

    private static PathChange change(Kind kind, String path) {
        return new PathChange(kind, path, Optional.empty());
    }

    @Test
    @DisplayName("says of each commit who made it and which files it added, changed, deleted or renamed")
    void steps() throws IOException {
        both.laptop.write("a", "a").write("dir/b", "b").write("dir/c", "c").commitAll();
        both.laptop.write("a", "aa").delete("dir/b").commitAll();
        both.laptop.delete("dir/c").write("new/d", "c").commitAll();

        List<Step> steps = steps(10);

        assertThat(steps).extracting(Step::by).containsOnly("laptop");
        assertThat(steps.get(0).some()).containsExactly(new PathChange(Kind.RENAMED, "new/d", Optional.of("dir/c")));
        assertThat(steps.get(1).some()).containsExactly(change(Kind.CHANGED, "a"), change(Kind.DELETED, "dir/b"));
        assertThat(steps.get(2).some())
                .containsExactly(change(Kind.ADDED, "a"), change(Kind.ADDED, "dir/b"), change(Kind.ADDED, "dir/c"));
        assertThat(steps.get(2).parent()).isEmpty();
        assertThat(history().step(steps.get(2).commit(), 1))
                .satisfies(step -> assertThat(step.files()).isEqualTo(3))
                .satisfies(step -> assertThat(step.some()).hasSize(1));
    }

    @Test
    @DisplayName("comes in pages that leave nothing out and name nothing twice")
    void pages() throws IOException {
        for (int i = 0; i < 7; i++) {
            both.laptop.write("file" + i, "x").commitAll();
        }

        List<Step> all = new ArrayList<>();
        FolderHistory.Page page = history().page(both.head(), 0, 3, 1);
        all.addAll(page.steps());
        while (page.next().isPresent()) {
            page = history().page(both.head(), page.next().getAsInt(), 3, 1);
            all.addAll(page.steps());
        }

        assertThat(all).isEqualTo(steps(100)).hasSize(7);
    }

    @Test
    @DisplayName("leaves out a merge that only brings edits together, and has one that made a text of both")
    void merges() throws IOException {
        both.laptop.write("text", "1\n2\n3\n4\n5\n6\n7\n").write("other", "x");
        both.begin();
        both.laptop.write("other", "y");
        both.phone.write("text", "1\n2\n3\n4\n5\n6\nphone\n");
        both.meet();
        assertThat(steps(10)).extracting(Step::automatic).containsExactly(false, false, false);

        both.laptop.write("text", "laptop\n2\n3\n4\n5\n6\nphone\n");
        both.phone.write("text", "1\n2\n3\n4\n5\n6\nphone too\n");
        both.meet();

        assertThat(steps(10)).extracting(Step::automatic).containsExactly(true, false, false, false, false, false);
        assertThat(steps(10).get(0).some()).containsExactly(change(Kind.CHANGED, "text"));
    }

    @Test
    @DisplayName("knows the files that were deleted and are not there again, but not those that were renamed")
    void deleted() throws IOException {
        both.laptop.write("gone", "1").write("back", "2").write("moved", "3").commitAll();
        both.laptop.delete("gone").delete("back").commitAll();
        both.laptop.write("back", "4").delete("moved").write("elsewhere", "3").commitAll();

        FolderHistory.DeletedFiles files = history().deleted(both.head(), 10);

        assertThat(files.complete()).isTrue();
        assertThat(files.files()).extracting(Deleted::path).containsExactly("gone");
        assertThat(new FileHistory(both.laptop.repository.git(), "gone")
                        .at(both.head(), files.files().get(0).last().name(), ZoneOffset.UTC))
                .isPresent();
        assertThat(history().deleted(both.head(), 0).complete()).isFalse();
    }
}
