package dev.tandem.gitsync.annex;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The user's git, with Tandem's filter instead of git-annex's")
@SuppressWarnings("NullAway") // fields that JUnit sets
final class FilterProcessIT {
    @TempDir
    Path root;

    private AnnexedFolder folder;
    private Commands git;

    @BeforeEach
    void create() throws IOException {
        Path home = Files.createDirectories(root.resolve("home"));
        folder = new AnnexedFolder(root.resolve("f"), false).settle("largerthan=10kb");
        git = new Commands(folder.path, home);
        Path launcher = Files.writeString(
                home.resolve("filter"),
                "#!/bin/sh\nexec '" + System.getProperty("java.home") + "/bin/java' -Duser.home='"
                        + System.getProperty("user.home") + "' -cp '" + System.getProperty("java.class.path") + "' "
                        + FilterMain.class.getName() + "\n");
        Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwxr-xr-x"));
        folder.git.getConfig().setString("filter", "annex", "process", launcher.toString());
        folder.git.getConfig().setBoolean("filter", "annex", "required", true);
        folder.git.getConfig().save();
        Files.createDirectories(folder.path.resolve(".git/info"));
        Files.writeString(folder.path.resolve(".git/info/attributes"), "\n* filter=annex\n");
        folder.write("small.txt", new byte[] {1, 2, 3});
        folder.write("large.bin", random(1));
        folder.commitAll();
    }

    @AfterEach
    void close() throws IOException {
        folder.close();
        try (Stream<Path> all = Files.walk(root)) {
            for (Path path : (Iterable<Path>) all.filter(Files::isDirectory)::iterator) {
                Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
        }
    }

    private static byte[] random(long seed) {
        byte[] bytes = new byte[200_000];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private void assertAnnexed(String path, byte[] content) throws IOException, InterruptedException {
        String blob = git.git("cat-file", "blob", "HEAD:" + path);
        Key key = Pointer.parse(blob.getBytes(StandardCharsets.UTF_8)).orElseThrow();
        assertThat(folder.store.find(key))
                .hasValueSatisfying(object -> assertThat(object).hasBinaryContent(content));
        assertThat(folder.path.resolve(path)).hasBinaryContent(content);
        assertThat(folder.branch.holders(key)).containsExactly(folder.repository.uuid());
    }

    @Test
    @DisplayName("sees what Tandem has committed as it is")
    void status() throws Exception {
        assertThat(git.git("status", "--porcelain")).isEmpty();
        Files.setLastModifiedTime(folder.path.resolve("large.bin"), FileTime.fromMillis(1_000_000_000_000L));

        assertThat(git.git("status", "--porcelain")).isEmpty();
    }

    @Test
    @DisplayName("commits an edit and a new file as pointers, with their contents in the store")
    void commits() throws Exception {
        folder.write("large.bin", random(2));
        folder.write("new.bin", random(3));
        git.git("add", "new.bin");
        git.git("commit", "-qam", "by hand");

        assertAnnexed("large.bin", random(2));
        assertAnnexed("new.bin", random(3));
        assertThat(git.git("status", "--porcelain")).isEmpty();
        assertThat(folder.tree.scan()).isEmpty();
    }

    @Test
    @DisplayName("checks out and stashes contents, not pointers")
    void checksOut() throws Exception {
        folder.write("large.bin", random(2));
        git.git("stash");
        assertAnnexed("large.bin", random(1));
        git.git("stash", "pop");
        assertThat(folder.path.resolve("large.bin")).hasBinaryContent(random(2));
        git.git("commit", "-qam", "by hand");

        git.git("checkout", "-q", "HEAD~1");
        assertThat(folder.path.resolve("large.bin")).hasBinaryContent(random(1));
        git.git("checkout", "-q", "main");

        assertAnnexed("large.bin", random(2));
        assertThat(git.git("status", "--porcelain")).isEmpty();
    }
}
