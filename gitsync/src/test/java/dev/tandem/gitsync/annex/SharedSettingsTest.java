package dev.tandem.gitsync.annex;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.gitsync.testing.TempFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.BiConsumer;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("What the repositories of a folder tell each other")
@SuppressWarnings("NullAway") // fields that JUnit sets
class SharedSettingsTest {
    private static final UUID A = UUID.fromString("11111111-1111-4111-8111-111111111111");
    private static final UUID B = UUID.fromString("22222222-2222-4222-8222-222222222222");
    private static final Key KEY = Key.parse(
                    "SHA256E-s27--57d91250fac9474e931a740cbf8ee43a1f75cbcb1f3ba6d5c837f61ca3f0bb61.sh")
            .orElseThrow();

    private TempFolder folder;
    private AnnexBranch branch;

    @BeforeEach
    void create(@TempDir Path directory) throws IOException {
        folder = new TempFolder(directory.resolve("f"), new TempFolder.Clock());
        branch = folder.annex;
    }

    @AfterEach
    void close() {
        folder.close();
    }

    private Map<String, String> files() throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (RevWalk commits = new RevWalk(folder.repository.git());
                TreeWalk walk = new TreeWalk(folder.repository.git())) {
            walk.addTree(commits.parseCommit(branch.tip().orElseThrow()).getTree());
            walk.setRecursive(true);
            while (walk.next()) {
                byte[] content =
                        folder.repository.git().open(walk.getObjectId(0)).getBytes();
                files.put(walk.getPathString(), new String(content, StandardCharsets.UTF_8));
            }
        }
        return files;
    }

    @Test
    @DisplayName("is read from the logs as git-annex writes them")
    void read() throws IOException {
        Map<String, String> logs = new HashMap<>();
        BiConsumer<String, String> log = logs::put;
        log.accept("uuid.log", A + " laptop timestamp=1s\n00000000-web x timestamp=1s\n");
        log.accept("trust.log", A + " 1 timestamp=1s\n" + B + " X timestamp=2s\n");
        log.accept("group.log", A + " archive client timestamp=1s\n" + B + "  timestamp=1s\n");
        log.accept("preferred-content.log", A + " include=*.mp3 or present timestamp=1s\n");
        log.accept("required-content.log", B + " standard timestamp=1s\n");
        log.accept("group-preferred-content.log", "1s client not copies=client:2\n");
        log.accept("numcopies.log", "1s 2\n");
        log.accept("mincopies.log", "1s many\n");
        log.accept("config.log", "1s annex.largefiles largerthan=1kb\n2s annex.dotfiles \n");

        SharedSettings settings =
                SharedSettings.read(path -> logs.getOrDefault(path, "").getBytes(StandardCharsets.UTF_8));

        assertThat(settings.descriptions()).isEqualTo(Map.of(A, "laptop"));
        assertThat(settings.trustOf(A)).isEqualTo(Trust.TRUSTED);
        assertThat(settings.trustOf(B)).isEqualTo(Trust.DEAD);
        assertThat(settings.trustOf(new UUID(0, 1))).isEqualTo(Trust.SEMITRUSTED);
        assertThat(settings.groups()).isEqualTo(Map.of(A, Set.of("client", "archive"), B, Set.of()));
        assertThat(settings.wanted()).isEqualTo(Map.of(A, "include=*.mp3 or present"));
        assertThat(settings.required()).isEqualTo(Map.of(B, "standard"));
        assertThat(settings.groupWanted()).isEqualTo(Map.of("client", "not copies=client:2"));
        assertThat(settings.copies()).isEqualTo(new NumCopies(2, 1));
        assertThat(settings.config("annex.largefiles")).contains("largerthan=1kb");
        assertThat(settings.config("annex.dotfiles")).isEmpty();
    }

    @Test
    @DisplayName("is nothing special where no branch is")
    void nothing() throws IOException {
        assertThat(branch.settings().copies()).isEqualTo(NumCopies.DEFAULT);
        assertThat(branch.copies(KEY)).isEmpty();
    }

    @Test
    @DisplayName("is recorded once, and read back")
    void recorded() throws IOException {
        branch.trust(A, Trust.UNTRUSTED);
        branch.group(A, Set.of("client", "archive"));
        branch.want(A, "standard");
        branch.configure("annex.largefiles", "largerthan=1MiB");
        branch.needCopies(new NumCopies(3, 1));
        ObjectId tip = branch.tip().orElseThrow();

        branch.trust(A, Trust.UNTRUSTED);
        branch.group(A, Set.of("archive", "client"));
        branch.configure("annex.largefiles", "largerthan=1MiB");
        branch.needCopies(new NumCopies(3, 1));

        assertThat(branch.tip()).contains(tip);
        SharedSettings settings = branch.settings();
        assertThat(settings.trustOf(A)).isEqualTo(Trust.UNTRUSTED);
        assertThat(settings.groups().get(A)).containsExactlyInAnyOrder("client", "archive");
        assertThat(settings.wanted().get(A)).isEqualTo("standard");
        assertThat(settings.config("annex.largefiles")).contains("largerthan=1MiB");
        assertThat(settings.copies()).isEqualTo(new NumCopies(3, 1));
        assertThat(files()).doesNotContainKey("mincopies.log");
    }

    @Test
    @DisplayName("follows the branch and git-annex's journal as they change")
    void follows() throws IOException {
        branch.describe(A, "one");
        assertThat(branch.settings().descriptions()).containsEntry(A, "one");
        branch.describe(A, "two");
        assertThat(branch.settings().descriptions()).containsEntry(A, "two");

        Path journal = Files.createDirectories(folder.path.resolve(".git/annex/journal"));
        Files.writeString(journal.resolve("trust.log"), A + " 1 timestamp=1s\n");

        assertThat(branch.settings().trustOf(A)).isEqualTo(Trust.TRUSTED);
    }

    @Test
    @DisplayName("has where contents are, by key, in the place where git-annex looks for it")
    void locations() throws IOException {
        branch.record(A, Map.of(KEY, Presence.PRESENT));
        branch.record(B, Map.of(KEY, Presence.PRESENT));
        branch.record(B, Map.of(KEY, Presence.MISSING));

        assertThat(branch.copies(KEY)).isEqualTo(Map.of(A, Presence.PRESENT, B, Presence.MISSING));
        assertThat(branch.holders(KEY)).containsExactly(A);
        assertThat(files()).containsOnlyKeys("2c5/805/" + KEY.file() + ".log");
        assertThat(branch.record(A, Map.of(KEY, Presence.PRESENT))).isFalse();
    }

    @Test
    @DisplayName("takes in the locations that git-annex has in its journal")
    void journal() throws IOException {
        branch.describe(A, "a");
        Path journal = Files.createDirectories(folder.path.resolve(".git/annex/journal"));
        Path waiting = Files.writeString(journal.resolve("2c5_805_" + KEY.file() + ".log"), "1s 1 " + B + "\n");
        assertThat(branch.holders(KEY)).containsExactly(B);

        branch.record(A, Map.of(KEY, Presence.PRESENT));

        assertThat(branch.holders(KEY)).containsExactlyInAnyOrder(A, B);
        assertThat(waiting).doesNotExist();
    }

    @Test
    @DisplayName("is one commit for however many contents, which leaves all else as it was")
    void batch() throws IOException {
        branch.describe(A, "a");
        Map<Key, Presence> all = new LinkedHashMap<>();
        for (int i = 0; i < 500; i++) {
            all.put(Key.parse("SHA256E-s1--" + i + ".x").orElseThrow(), Presence.PRESENT);
        }
        branch.record(A, all);
        Map<String, String> before = files();
        assertThat(before).hasSize(501).containsKey("uuid.log");

        Map<Key, Set<UUID>> holders = new HashMap<>();
        branch.copies(all.keySet(), (key, copies) -> holders.put(key, copies.keySet()));
        assertThat(holders)
                .hasSize(500)
                .allSatisfy((key, who) -> assertThat(who).containsExactly(A));

        Key one = all.keySet().iterator().next();
        branch.record(B, Map.of(one, Presence.PRESENT));

        Map<String, String> after = files();
        String changed = HashDirectories.lower(one) + "/" + one.file() + ".log";
        assertThat(after.remove(changed)).contains(A.toString(), B.toString());
        before.remove(changed);
        assertThat(after).isEqualTo(before);
        try (RevWalk commits = new RevWalk(folder.repository.git())) {
            commits.markStart(commits.parseCommit(branch.tip().orElseThrow()));
            assertThat(commits).hasSize(3);
        }
    }
}
