package dev.tandem.assistant;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.assistant.core.HeldDeletion;
import dev.tandem.xmpp.testing.VirtualTime;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Counting what vanishes")
final class MassDeletionTest {
    private static final int FILES = 40;
    private static final FileTime LONG_AGO = FileTime.from(Instant.parse("2001-02-03T04:05:06Z"));

    @TempDir
    Path root;

    private final VirtualTime time = new VirtualTime(new Random(1));
    private Repository git;
    private MassDeletion deletions;

    @BeforeEach
    void aFolder() throws Exception {
        git("init", "-q", "-b", "main");
        for (int i = 0; i < FILES; i++) {
            Files.writeString(root.resolve("f" + i), "content " + i);
            Files.setLastModifiedTime(root.resolve("f" + i), LONG_AGO);
        }
        git = new FileRepositoryBuilder().setWorkTree(root.toFile()).build();
        deletions = new MassDeletion(git, time, "laptop");
        commit();
    }

    @AfterEach
    void close() {
        git.close();
    }

    private String git(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("git", "-c", "user.name=Ada", "-c", "user.email=ada@localhost"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .directory(root.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }

    private void commit() throws Exception {
        git("add", "-A");
        git("commit", "-q", "--allow-empty", "-m", "x");
    }

    private ObjectId head() throws IOException {
        return git.resolve("HEAD");
    }

    private Set<String> delete(int from, int to) throws IOException {
        Set<String> paths = new TreeSet<>();
        for (int i = from; i < to; i++) {
            Files.delete(root.resolve("f" + i));
            paths.add("f" + i);
        }
        return paths;
    }

    /** As the worker does: committed if nothing is held. */
    private Optional<HeldDeletion> burst(Set<String> paths) throws Exception {
        Optional<HeldDeletion> held = deletions.inFiles(paths, head());
        if (held.isEmpty()) {
            commit();
        }
        return held;
    }

    @Test
    @DisplayName("what goes in several commits within a few seconds counts as one")
    void burstsCount() throws Exception {
        assertThat(burst(delete(0, 10))).isEmpty();
        time.pass(3_000);
        assertThat(burst(delete(10, 20))).isEmpty();
        time.pass(3_000);

        assertThat(burst(delete(20, 25))).contains(new HeldDeletion(25, FILES, null));
    }

    @Test
    @DisplayName(
            "what another device has deleted, and the user has agreed to, is not counted again with what goes here")
    void ofOthers() throws Exception {
        assertThat(burst(delete(0, 1))).isEmpty();
        ObjectId before = head();
        Set<String> theirs = delete(1, 26);
        commit(); // the checkout of a merge
        assertThat(deletions.inMerge(before, head(), "phone")).isPresent();

        assertThat(burst(theirs)).isEmpty();
        assertThat(burst(delete(26, 27))).isEmpty();
    }

    @Test
    @DisplayName("what goes minutes apart does not")
    void slowly() throws Exception {
        assertThat(burst(delete(0, 10))).isEmpty();
        time.pass(60_000);
        assertThat(burst(delete(10, 20))).isEmpty();
        time.pass(60_000);
        assertThat(burst(delete(20, 25))).isEmpty();
    }

    @Test
    @DisplayName("what is held stays so, however long the answer takes, and after a restart")
    void waits() throws Exception {
        burst(delete(0, 15));
        Set<String> second = delete(15, 25);
        assertThat(burst(second)).isPresent();
        time.pass(Duration.ofDays(1).toMillis());
        assertThat(burst(second)).isPresent();

        deletions = new MassDeletion(git, time, "laptop");
        assertThat(burst(second)).contains(new HeldDeletion(25, FILES, null));

        deletions.decided();
        assertThat(burst(second)).as("it was meant").isEmpty();
        deletions = new MassDeletion(git, time, "laptop");
        assertThat(burst(delete(25, 26))).isEmpty();
    }

    @Test
    @DisplayName("undone, all of it is back, with the times that the files had")
    void undone() throws Exception {
        burst(delete(0, 15));
        Set<String> second = delete(15, 25);
        assertThat(burst(second)).isPresent();

        assertThat(deletions.restore(second, head())).hasSize(25);

        for (int i = 0; i < FILES; i++) {
            assertThat(root.resolve("f" + i)).hasContent("content " + i);
            assertThat(Files.getLastModifiedTime(root.resolve("f" + i))).isEqualTo(LONG_AGO);
        }
    }

    @Test
    @DisplayName("files that are moved in several commits do not vanish")
    void moved() throws Exception {
        Files.createDirectory(root.resolve("new"));
        for (int burst = 0; burst < 4; burst++) {
            Set<String> paths = new TreeSet<>(Set.of("new"));
            for (int i = burst * 10; i < burst * 10 + 10; i++) {
                Files.move(root.resolve("f" + i), root.resolve("new/f" + i));
                paths.add("f" + i);
            }
            assertThat(burst(paths)).as("burst %d", burst).isEmpty();
            time.pass(1_000);
        }
    }

    @Test
    @DisplayName("what comes back by itself ends the question, and is not counted later")
    void back() throws Exception {
        Set<String> paths = delete(0, 25);
        assertThat(burst(paths)).isPresent();
        for (String path : paths) {
            Files.writeString(root.resolve(path), "again");
        }
        assertThat(burst(paths)).isEmpty();
        time.pass(60_000);
        assertThat(burst(delete(0, 15))).isEmpty();
    }
}
