package dev.tandem.gitsync.annex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A folder on a small file system of its own, which only root can mount, as the continuous integration is. */
@DisplayName("On a disk that is full")
@SuppressWarnings("NullAway") // fields that JUnit sets
final class FullDiskIT {
    private static final int DISK_BYTES = 12 << 20;
    private static final int CONTENT_BYTES = 4 << 20;

    @TempDir
    Path root;

    private Path disk;
    private Commands anywhere;
    private Commands commands;
    private AnnexedFolder folder;
    private byte[] content;
    private Key key;

    @BeforeEach
    void create() throws Exception {
        Path home = Files.createDirectories(root.resolve("home"));
        anywhere = new Commands(root, home);
        disk = Files.createDirectories(root.resolve("disk"));
        assertThat(anywhere.run("mount", "-t", "tmpfs", "-o", "size=" + DISK_BYTES, "tandem-test", disk.toString())
                        .code())
                .as("mounting needs root")
                .isZero();
        Commands seed = new Commands(Files.createDirectories(root.resolve("seed")), home);
        seed.git("init", "-q", "-b", "main");
        seed.annex("init", "seed");
        content = new byte[CONTENT_BYTES];
        new Random(1).nextBytes(content);
        Files.write(root.resolve("seed/f.bin"), content);
        seed.git("-c", "annex.addunlocked=true", "annex", "add", "f.bin");
        seed.git("commit", "-qm", "one");
        seed.git("clone", "-q", ".", disk.resolve("clone").toString());
        commands = new Commands(disk.resolve("clone"), home);
        commands.annex("init", "clone");
        commands.git("config", "annex.diskreserve", "0");
        folder = new AnnexedFolder(disk.resolve("clone"), true);
        key = AnnexedFolder.indexed(folder.git, "f.bin").orElseThrow();
    }

    @AfterEach
    void unmount() throws Exception {
        folder.close();
        assertThat(anywhere.run("umount", disk.toString()).code()).isZero();
    }

    /** A file that leaves that much room. */
    private Path ballast(int left) throws IOException {
        long free = Files.getFileStore(disk).getUsableSpace();
        return Files.write(disk.resolve("ballast"), new byte[(int) (free - left)]);
    }

    private void take(Partial partial) throws IOException {
        for (int at = (int) partial.bytes(); at < content.length; at += 1 << 16) {
            partial.write(ByteBuffer.wrap(content, at, Math.min(1 << 16, content.length - at)));
        }
    }

    private void assertSound() throws Exception {
        assertThat(commands.git("status", "--porcelain")).isEmpty();
        assertThat(commands.git("fsck", "--strict", "--no-dangling")).doesNotContain("error");
        try (Stream<Path> files = Files.list(folder.path)) {
            assertThat(files.map(file -> file.getFileName().toString())).containsExactlyInAnyOrder(".git", "f.bin");
        }
    }

    @Test
    @DisplayName("a content that is half here does not count, and is continued when there is room")
    void fetch() throws Exception {
        Path ballast = ballast(2 << 20);
        try (Partial partial = folder.store.receive(key).orElseThrow()) {
            assertThatThrownBy(() -> take(partial))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("No space left");
            assertThatThrownBy(partial::finish).isInstanceOf(IOException.class);
        }
        assertThat(folder.store.has(key)).isFalse();
        Files.delete(ballast);
        assertSound();

        try (Partial partial = folder.store.receive(key).orElseThrow()) {
            assertThat(partial.bytes()).isBetween(1L << 20, CONTENT_BYTES - 1L);
            take(partial);
            partial.finish();
        }
        assertThat(folder.store.damage(key)).isEmpty();
        assertThat(folder.tree.fill(List.of("f.bin"))).containsExactly("f.bin");
        assertThat(folder.path.resolve("f.bin")).hasBinaryContent(content);
        assertThat(commands.annex("fsck", "--quiet")).isEmpty();
        assertSound();
    }

    @Test
    @DisplayName("a file whose content fits only once stays its pointer, until there is room for both")
    void fill() throws Exception {
        Path ballast = ballast(CONTENT_BYTES + (1 << 20));
        try (Partial partial = folder.store.receive(key).orElseThrow()) {
            take(partial);
            partial.finish();
        }
        assertThatThrownBy(() -> folder.tree.fill(List.of("f.bin")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("No space left");
        assertThat(Files.size(folder.path.resolve("f.bin"))).isLessThan(300);
        Files.delete(ballast);
        assertThat(folder.store.damage(key)).isEmpty();
        assertThat(folder.tree.scan()).isEmpty();

        assertThat(folder.tree.fill(List.of("f.bin"))).containsExactly("f.bin");
        assertThat(folder.path.resolve("f.bin")).hasBinaryContent(content);
        assertSound();
    }

    @Test
    @DisplayName("what annex.diskreserve keeps free is no room")
    void reserve() throws Exception {
        long free = Files.getFileStore(disk).getUsableSpace();

        assertThat(folder.store.roomBytes()).isBetween(free - (1 << 16), free);
        commands.git("config", "annex.diskreserve", "5 mb");
        assertThat(folder.store.roomBytes()).isBetween(free - 5_000_000 - (1 << 16), free - 5_000_000);
        commands.git("config", "--unset", "annex.diskreserve");
        assertThat(folder.store.roomBytes()).isNegative();
    }
}
