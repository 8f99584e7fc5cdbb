package dev.tandem.gitsync.worktree;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.eclipse.jgit.lib.ObjectId;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("What is in a folder and is no ordinary file")
@Timeout(120) // reading from a pipe that nobody writes to would take for ever
class OddFilesTest {
    @TempDir
    Path root;

    private TestFolder folder;

    @BeforeEach
    void create() throws IOException {
        folder = new TestFolder(root);
    }

    @Test
    @DisplayName("sockets, pipes and devices are passed over, and keep nothing else from its version")
    void special() throws Exception {
        folder.write("a", "1");
        run("mkfifo", "pipe");
        boolean device = run("mknod", "null", "c", "1", "3") == 0; // needs to be root
        try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            socket.bind(UnixDomainSocketAddress.of(root.resolve("socket")));

            assertThat(folder.files(folder.commitAll())).isEqualTo(Map.of("a", "1"));
        }

        assertThat(folder.workTree.scan()).isEmpty();
        assertThat(root.resolve("pipe")).exists();
        assertThat(Files.exists(root.resolve("null"))).isEqualTo(device);
    }

    @Test
    @DisplayName("a pipe where a peer's file shall be goes aside, and the file comes")
    void inTheWay() throws Exception {
        folder.write("a", "1");
        ObjectId base = folder.commitAll();
        run("mkfifo", "pipe.txt");

        folder.receive(folder.peer(Map.of("a", "1", "pipe.txt", "theirs"), base));

        assertThat(folder.read("pipe.txt")).isEqualTo("theirs");
        assertThat(root.resolve("pipe.variant-local1.txt")).exists();
        assertThat(folder.workTree.scan()).isEmpty();
    }

    @Test
    @DisplayName("a file that became a pipe is a deletion: its versions stay")
    void becamePipe() throws Exception {
        folder.write("a", "1");
        folder.write("b", "1");
        folder.commitAll();
        Files.delete(root.resolve("a"));
        run("mkfifo", "a");

        assertThat(folder.files(folder.commitAll())).isEqualTo(Map.of("b", "1"));
    }

    @Test
    @DisplayName("a file that changes while it is read is no version yet, and is one when it rests")
    void changes() throws IOException {
        folder.write("a", "1");
        boolean[] writing = {true};
        ContentFilter writer = new ContentFilter() {
            @Override
            public Optional<byte[]> clean(String path, Path file, long sizeBytes, @Nullable ObjectId tracked)
                    throws IOException {
                if (writing[0]) { // after it was looked at, before it is read
                    Files.writeString(file, "2", StandardOpenOption.APPEND);
                }
                return Optional.empty();
            }

            @Override
            public Optional<Path> smudge(String path, byte[] blob) {
                return Optional.empty();
            }
        };
        WorkTree tree = new WorkTree(folder.git, folder.clock, "A", "a@b", writer);

        WorkTree.Committed during = tree.commit(tree.scan());
        writing[0] = false;
        WorkTree.Committed after = tree.commit(during.unsettled());

        assertThat(during.head()).isEmpty();
        assertThat(during.unsettled()).containsExactly("a");
        assertThat(folder.files(after.head().orElseThrow())).isEqualTo(Map.of("a", "12"));
    }

    /** {@code -Ddirectory.files=100000} for the figure that is asked for; a build takes fewer. */
    @Test
    @DisplayName("a directory of very many files is kept, edited and received like any other")
    void manyFiles() throws IOException {
        int files = Integer.getInteger("directory.files", 5_000);
        Map<String, String> all = new TreeMap<>();
        for (int i = 0; i < files; i++) {
            all.put("d/file" + i, "content " + i + "\n");
        }
        for (Map.Entry<String, String> file : all.entrySet()) {
            folder.write(file.getKey(), file.getValue());
        }
        ObjectId kept = folder.commitAll();
        ObjectId gone = folder.peer(Map.of("other", "1"), kept);
        folder.workTree.checkOut(gone, TestFolder.UNKNOWN);
        assertThat(root.resolve("d")).doesNotExist();

        folder.workTree.checkOut(folder.peer(all, gone), TestFolder.UNKNOWN);
        assertThat(folder.workTree.scan()).isEmpty();
        folder.write("d/file7", "edited\n");
        Files.delete(root.resolve("d/file8"));

        ObjectId edited = folder.commitAll();

        assertThat(folder.files(edited)).hasSize(files - 1).containsEntry("d/file7", "edited\n");
        assertThat(folder.workTree.scan()).isEmpty();
    }

    @Test
    @DisplayName("a file whose time is years ahead is a version at once: its time says nothing")
    void fromTheFuture() throws IOException {
        folder.write("a", "1");
        folder.setTime("a", Instant.parse("2099-01-01T00:00:00Z"));

        assertThat(folder.files(folder.commitAll())).isEqualTo(Map.of("a", "1"));
        assertThat(folder.workTree.scan()).isEmpty();
    }

    private int run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command).directory(root.toFile()).start().waitFor();
    }
}
