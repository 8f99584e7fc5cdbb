package dev.tandem.gitsync.annex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.gitsync.repo.RepositoryException;
import dev.tandem.gitsync.worktree.BusyException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The locks that Tandem and the real git-annex hold against each other; that of a content is in {@link GitAnnexIT}. */
@DisplayName("Tandem and git-annex at once")
@SuppressWarnings("NullAway") // fields that JUnit sets
final class LocksIT {
    @TempDir
    Path root;

    private Path home;
    private AnnexedFolder folder;
    private Commands commands;
    private UUID origin;
    private Key key;

    /** A clone, open in Tandem, of a repository that has one content more. */
    @BeforeEach
    void create() throws Exception {
        home = Files.createDirectories(root.resolve("home"));
        Commands seed = in(Files.createDirectories(root.resolve("seed")));
        seed.git("init", "-q", "-b", "main");
        seed.annex("init", "seed");
        byte[] content = new byte[200_000];
        new Random(1).nextBytes(content);
        Files.write(root.resolve("seed/f.bin"), content);
        seed.git("-c", "annex.addunlocked=true", "annex", "add", "f.bin");
        seed.git("commit", "-qm", "one");
        seed.git("clone", "-q", ".", "../clone");
        commands = in(root.resolve("clone"));
        commands.annex("init", "clone");
        folder = new AnnexedFolder(root.resolve("clone"), true);
        origin = UUID.fromString(seed.git("config", "annex.uuid").strip());
        key = AnnexedFolder.indexed(folder.git, "f.bin").orElseThrow();
    }

    @AfterEach
    void close() throws IOException {
        folder.close();
        try (Stream<Path> all = Files.walk(root)) {
            for (Path path :
                    (Iterable<Path>) all.filter(p -> Files.isDirectory(p, LinkOption.NOFOLLOW_LINKS))::iterator) {
                Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
        }
    }

    private Commands in(Path directory) {
        return new Commands(directory, home);
    }

    @Test
    @DisplayName("a content that Tandem fetches is shown by git-annex, which does not fetch it too")
    void fetching() throws Exception {
        try (Partial partial = folder.store.receive(key, origin, "f.bin").orElseThrow()) {
            assertThat(partial.bytes()).isZero();
            assertThat(commands.annex("info")).contains("downloading f.bin from origin");
            assertThat(commands.run("git", "annex", "get", "f.bin").output()).contains("transfer already in progress");
            assertThat(folder.store.receive(key, origin, "f.bin")).isEmpty();
            assertThat(folder.store.receive(key, UUID.randomUUID(), "f.bin")).isEmpty();
        }
        assertThat(commands.annex("info")).doesNotContain("downloading");
        commands.annex("get", "f.bin");
        assertThat(folder.store.damage(key)).isEmpty();
    }

    @Test
    @DisplayName("a content that Tandem sends is shown by git-annex, and stays")
    void sending() throws Exception {
        commands.annex("get", "f.bin");
        try (ContentStore.Held held = folder.store.send(key, origin).orElseThrow();
                ContentStore.Held again = folder.store.send(key, origin).orElseThrow()) {
            assertThat(held.file()).isEqualTo(again.file());
            assertThat(commands.annex("info")).contains("uploading").contains("to origin");
            assertThat(commands.run("git", "annex", "drop", "--force", "f.bin").code())
                    .isNotZero();
        }
        assertThat(commands.annex("info")).doesNotContain("uploading");
        commands.annex("drop", "--force", "f.bin");
    }

    @Test
    @DisplayName("what git-annex fetches is not fetched by Tandem too")
    void fetchedByGitAnnex() throws Exception {
        Path lock = Files.createDirectories(root.resolve("clone/.git/annex/transfer/download/" + origin))
                .resolve("lck." + key.file());
        try (OtherProcess holder = new OtherProcess(lock)) {
            assertThat(holder.holds()).isTrue();
            assertThat(folder.store.receive(key, origin, "f.bin")).isEmpty();
            assertThat(folder.store.receive(key, UUID.randomUUID(), "f.bin")).isEmpty();
        }
        folder.store.receive(key, origin, "f.bin").orElseThrow().close();
    }

    @Test
    @DisplayName("one waits while the other changes the index")
    void index() throws Exception {
        Path lock = root.resolve("clone/.git/annex/gitqueue.lck");
        folder.write("g", new byte[] {1});
        try (OtherProcess holder = new OtherProcess(lock)) {
            assertThat(holder.holds()).isTrue();
            assertThatThrownBy(() -> folder.commitAll())
                    .isInstanceOf(BusyException.class)
                    .hasMessageContaining("gitqueue.lck");
            assertThat(root.resolve("clone/.git/index.lock")).doesNotExist();
        }
        folder.commitAll();
        assertThat(commands.git("status", "--porcelain")).isEmpty();

        folder.write("h", new byte[] {2});
        try (FileChannel ours = FileChannel.open(lock, StandardOpenOption.WRITE)) {
            ours.lock();
            assertThat(commands.run("timeout", "-s", "KILL", "2", "git", "annex", "add", "h")
                            .code())
                    .isEqualTo(128 + 9);
        }
        commands.annex("add", "h");
    }

    @Test
    @DisplayName("git-annex's assistant stays out while Tandem is at work, and Tandem while that is")
    void assistant() throws Exception {
        try (AssistantLock lock = AssistantLock.take(folder.git).orElseThrow()) {
            assertThat(lock).isNotNull();
            assertThat(commands.run("git", "annex", "assistant").output()).contains("Daemon is already running");
            assertThat(root.resolve("clone/.git/annex/daemon.pid"))
                    .hasContent(String.valueOf(ProcessHandle.current().pid()));
        }
        try (OtherProcess holder = new OtherProcess(root.resolve("clone/.git/annex/daemon.pid"))) {
            assertThat(holder.holds()).isTrue();
            assertThat(AssistantLock.take(folder.git)).isEmpty();
        }
    }

    @Test
    @DisplayName("locks of the kind that annex.pidlock asks for are refused, with what to do")
    void pidlock() throws Exception {
        commands.git("config", "annex.pidlock", "true");

        assertThatThrownBy(() -> new AnnexedFolder(root.resolve("clone"), true))
                .isInstanceOf(RepositoryException.class)
                .hasMessageContaining("annex.pidlock")
                .hasMessageContaining("git config --unset annex.pidlock");
    }

    /** Holds a POSIX lock, as git-annex would. */
    private static final class OtherProcess implements AutoCloseable {
        private final Process process;

        OtherProcess(Path file) throws IOException {
            String program = "import fcntl,sys; f=open(sys.argv[1],'a'); fcntl.lockf(f, fcntl.LOCK_EX);"
                    + " print('held', flush=True); sys.stdin.read()";
            process = new ProcessBuilder("python3", "-c", program, file.toString()).start();
        }

        boolean holds() throws IOException {
            return "held".equals(process.inputReader().readLine());
        }

        @Override
        public void close() throws IOException {
            process.getOutputStream().close();
            process.onExit().join();
        }
    }
}
