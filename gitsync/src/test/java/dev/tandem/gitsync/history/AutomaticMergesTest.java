package dev.tandem.gitsync.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.tandem.gitsync.history.AutomaticMerges.Combined;
import dev.tandem.gitsync.history.AutomaticMerges.How;
import dev.tandem.gitsync.history.AutomaticMerges.Merge;
import dev.tandem.gitsync.history.AutomaticMerges.Now;
import dev.tandem.gitsync.history.AutomaticMerges.Taken;
import dev.tandem.gitsync.history.AutomaticMerges.Which;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On the laptop, whose side is the first one, as it commits earlier. */
@DisplayName("An automatic merge")
class AutomaticMergesTest {
    private static final String TEXT = "1\n2\n3\n4\n5\n6\n7\n";

    private TwoDevices both;

    @BeforeEach
    void oneOfEachKind(@TempDir Path directory) throws IOException {
        both = new TwoDevices(directory);
        both.laptop
                .write("clash", "begin\n")
                .write("gone", "begin\n")
                .write("here", "x")
                .write("old", TEXT)
                .write("text", TEXT)
                .write("there", "x");
        both.begin();
        both.laptop
                .write("clash", "laptop\n")
                .delete("gone")
                .write("here", "y")
                .delete("old")
                .write("new", TEXT)
                .write("text", TEXT.replace("1", "laptop"));
        both.phone
                .write("clash", "phone\n")
                .write("gone", "phone\n")
                .write("old", TEXT.replace("7", "phone"))
                .write("text", TEXT.replace("7", "phone"))
                .write("there", "y");
        both.meet();
    }

    @AfterEach
    void close() {
        both.close();
    }

    private AutomaticMerges merges() {
        return new AutomaticMerges(both.laptop.repository.git());
    }

    private Merge merge() throws IOException {
        List<Merge> merges = merges().page(both.head(), 0, 10, 10).merges();
        assertThat(merges).hasSize(1);
        return merges.get(0);
    }

    private Combined combined(String path) throws IOException {
        return merge().combined().stream()
                .filter(file -> file.path().equals(path))
                .findFirst()
                .orElseThrow();
    }

    private Proposal undo(Which side) throws IOException {
        return merges().undo(both.head(), merge().commit(), side, Optional.empty(), both.who());
    }

    private Proposal undo(Which side, Map<String, String> only) throws IOException {
        return merges().undo(both.head(), merge().commit(), side, Optional.of(only), both.who());
    }

    @Test
    @DisplayName("tells its sides, what it made of the files that both changed, and which only one changed")
    void told() throws IOException {
        Merge merge = merge();

        assertThat(merge.one().by()).isEqualTo("laptop");
        assertThat(merge.two().by()).isEqualTo("phone");
        assertThat(merge.combined())
                .extracting(Combined::path, Combined::how, Combined::now)
                .containsExactlyInAnyOrder(
                        tuple("clash", How.KEPT_BOTH, Now.AS_MERGED),
                        tuple("gone", How.KEPT_EDIT, Now.AS_MERGED),
                        tuple("old", How.MOVED, Now.AS_MERGED),
                        tuple("new", How.MERGED, Now.AS_MERGED),
                        tuple("text", How.MERGED, Now.AS_MERGED));
        assertThat(merge.files()).isEqualTo(5);
        assertThat(merge.fromOne()).isEqualTo(new Taken(1, List.of("here")));
        assertThat(merge.fromTwo()).isEqualTo(new Taken(1, List.of("there")));
        assertThat(combined("clash").variants()).hasSize(1);
        assertThat(merges().merge(both.head(), merge.commit(), 10)).contains(merge);
        assertThat(merges().merge(both.head(), merge.one().commit(), 10)).isEmpty();
    }

    @Test
    @DisplayName("is undone to one side's versions, of the files it combined only")
    void undone() throws IOException {
        both.carryOut(undo(Which.ONE));

        assertThat(both.laptop.files())
                .containsOnly(
                        Map.entry("clash", "laptop\n"),
                        Map.entry("here", "y"),
                        Map.entry("new", TEXT),
                        Map.entry("text", TEXT.replace("1", "laptop")),
                        Map.entry("there", "y"));
        assertThat(merge().combined()).extracting(Combined::now).containsOnly(Now.AS_ONE, Now.AS_MERGED);
        assertThat(combined("text").now()).isEqualTo(Now.AS_ONE);

        both.carryOut(undo(Which.TWO));
        assertThat(both.laptop.files())
                .containsOnly(
                        Map.entry("clash", "phone\n"),
                        Map.entry("gone", "phone\n"),
                        Map.entry("here", "y"),
                        Map.entry("old", TEXT.replace("7", "phone")),
                        Map.entry("text", TEXT.replace("7", "phone")),
                        Map.entry("there", "y"));
    }

    @Test
    @DisplayName("that was undone stays so when the other device comes again")
    void lasting() throws IOException {
        both.carryOut(undo(Which.ONE));
        Map<String, String> files = both.laptop.files();

        both.laptop.pushTo(both.phone);
        both.phone.integrate(both.laptop);
        both.phone.pushTo(both.laptop);
        both.laptop.integrate(both.phone);

        assertThat(both.laptop.files()).isEqualTo(files);
        assertThat(both.phone.files()).isEqualTo(files);
    }

    @Test
    @DisplayName("is not undone where a file changed since, unless that file is asked for as it was seen")
    void changed() throws IOException {
        both.laptop.write("text", "edited\n").commitAll();
        assertThat(TwoDevices.refusal(undo(Which.ONE))).contains("text has changed since the merge");

        String seen = combined("text").seen();
        assertThat(combined("text").now()).isEqualTo(Now.CHANGED);
        both.laptop.write("text", "again\n").commitAll();
        assertThat(TwoDevices.refusal(undo(Which.ONE, Map.of("text", seen)))).contains("since it was shown");

        both.carryOut(undo(Which.ONE, Map.of("text", combined("text").seen())));
        assertThat(both.laptop.read("text")).isEqualTo(TEXT.replace("1", "laptop"));
        assertThat(both.laptop.read("clash")).isEqualTo("phone\n");
    }

    @Test
    @DisplayName("is not undone for a file that it did not combine, nor is any other commit")
    void others() throws IOException {
        assertThat(TwoDevices.refusal(undo(Which.ONE, Map.of("here", "")))).contains("here was not combined");
        assertThat(merges().undo(both.head(), merge().one().commit(), Which.ONE, Optional.empty(), both.who()))
                .isInstanceOf(Proposal.Refused.class);
        assertThat(merges().paths(merge().commit())).contains("clash", "text").hasSize(6);
    }
}
