package dev.tandem.gitsync.annex;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.gitsync.annex.DropCheck.Proof;
import dev.tandem.gitsync.annex.DropCheck.Whose;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The real git-annex")
@SuppressWarnings("NullAway") // fields that JUnit sets
final class GitAnnexIT {
    @TempDir
    Path root;

    private Path home;

    @BeforeEach
    void makeHome() throws IOException {
        home = Files.createDirectories(root.resolve("home"));
    }

    /** Objects and their directories cannot be written, nor deleted by an ordinary user. */
    @AfterEach
    void makeWritable() throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            for (Path path : (Iterable<Path>) all.filter(Files::isDirectory)::iterator) {
                Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
        }
    }

    private Commands in(String directory) {
        return new Commands(root.resolve(directory), home);
    }

    private Commands plainAnnex(String directory) throws IOException, InterruptedException {
        Files.createDirectories(root.resolve(directory));
        Commands commands = in(directory);
        commands.git("init", "-q", "-b", "main");
        commands.annex("init", directory);
        return commands;
    }

    private static byte[] random(long seed, int size) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Nested
    @DisplayName("in a folder that Tandem made")
    class OfOurs {
        private AnnexedFolder folder;
        private Commands commands;

        @BeforeEach
        void create() throws IOException {
            folder = new AnnexedFolder(root.resolve("ours"), true).settle("largerthan=10kb");
            commands = in("ours");
        }

        @AfterEach
        void close() {
            folder.close();
        }

        private void fill() throws IOException {
            folder.write("big.tar.gz", random(1, 100_000));
            folder.write("d/é ü/日本.bin", random(2, 3_000_000));
            folder.write("-dash .x", random(3, 20_000));
            folder.write("same", random(1, 100_000));
            folder.write("run.sh", random(4, 20_000));
            Files.setPosixFilePermissions(folder.path.resolve("run.sh"), PosixFilePermissions.fromString("rwxr-xr-x"));
            folder.write("small.txt", bytes("small\n"));
            folder.write("empty", new byte[0]);
            folder.write(".dot/large", random(5, 50_000));
            folder.commitAll();
        }

        private void assertContent() throws IOException, InterruptedException {
            assertThat(commands.git("status", "--porcelain")).isEmpty();
            assertThat(commands.annex("fsck", "--quiet")).isEmpty();
            assertThat(commands.annex("fsck", "--all", "--quiet")).isEmpty();
            assertThat(commands.git("fsck", "--strict", "--no-dangling"))
                    .doesNotContain("error")
                    .doesNotContain("warning");
            assertThat(commands.git("status", "--porcelain")).isEmpty();
        }

        @Test
        @DisplayName("finds nothing to complain of, and nothing to write anew")
        void accepted() throws Exception {
            fill();
            Map<String, String> logs = logs();

            assertContent();
            assertThat(commands.annex("find", "--in", "here").lines())
                    .containsExactlyInAnyOrder("big.tar.gz", "d/é ü/日本.bin", "-dash .x", "same", "run.sh");
            assertThat(commands.annex("whereis")).contains("(1 copy)").doesNotContain("failed");
            // fsck adds its own activity log; our lines stay as they are
            assertThat(logs()).containsAllEntriesOf(logs);
        }

        private Map<String, String> logs() throws IOException, InterruptedException {
            Map<String, String> logs = new TreeMap<>();
            for (String file : commands.git("ls-tree", "-r", "--name-only", "git-annex")
                    .lines()
                    .toList()) {
                logs.put(file, commands.git("cat-file", "blob", "git-annex:" + file));
            }
            return logs;
        }

        @Test
        @DisplayName("gives every file the key that it has given it itself")
        void keys() throws Exception {
            fill();

            for (String line : commands.annex("find", "--format", "${file}\\t${key}\\n")
                    .lines()
                    .toList()) {
                String[] parts = line.split("\t", -1);
                String file = parts[0].startsWith("-") ? "./" + parts[0] : parts[0];
                assertThat(commands.annex("calckey", "--", file).strip())
                        .as(parts[0])
                        .isEqualTo(parts[1]);
            }
        }

        @Test
        @DisplayName("sees an edit, a rename and a removal, and leaves them as they are")
        void changes() throws Exception {
            fill();
            folder.write("big.tar.gz", random(9, 120_000));
            Files.move(folder.path.resolve("same"), folder.path.resolve("moved"));
            Files.delete(folder.path.resolve("run.sh"));
            folder.commitAll();

            assertContent();
            commands.annex("sync");
            assertContent();
            assertThat(commands.git("ls-tree", "-r", "HEAD", "--name-only")).contains("moved");
            assertThat(AnnexedFolder.indexed(folder.git, "big.tar.gz")
                            .orElseThrow()
                            .sizeBytes())
                    .hasValue(120_000);
        }

        @Test
        @DisplayName("clones it and gets all contents")
        void cloned() throws Exception {
            fill();
            in(".").git("clone", "-q", "ours", "clone");
            Commands clone = in("clone");

            clone.annex("get", ".");

            assertThat(clone.annex("fsck", "--quiet")).isEmpty();
            for (String file : List.of("big.tar.gz", "d/é ü/日本.bin", "run.sh", "small.txt")) {
                assertThat(root.resolve("clone").resolve(file)).hasSameBinaryContentAs(folder.path.resolve(file));
            }
            clone.annex("sync");
            folder.branch.union(
                    List.of(folder.git.resolve("refs/heads/synced/git-annex").toObjectId()));
            Key key = AnnexedFolder.indexed(folder.git, "big.tar.gz").orElseThrow();
            assertThat(folder.branch.holders(key)).hasSize(2).contains(folder.repository.uuid());
        }

        @Test
        @DisplayName("agrees that what Tandem received is there, and what it dropped is not")
        void receivedAndDropped() throws Exception {
            fill();
            Key key = AnnexedFolder.indexed(folder.git, "big.tar.gz").orElseThrow();
            UUID other = UUID.randomUUID();
            assertThat(folder.store.remove(
                            key,
                            () -> DropCheck.judge(
                                    key,
                                    folder.repository.uuid(),
                                    Whose.OWN,
                                    NumCopies.DEFAULT,
                                    Map.of(other, Proof.SEEN),
                                    Map.of())))
                    .isEqualTo(ContentStore.Removed.YES);
            folder.branch.record(folder.repository.uuid(), Map.of(key, Presence.MISSING));
            folder.branch.record(other, Map.of(key, Presence.PRESENT));
            assertThat(commands.annex("find", "--in", "here")).doesNotContain("big.tar.gz");
            assertThat(commands.annex("whereis", "big.tar.gz")).contains("(1 copy)", other.toString());

            try (Partial partial = folder.store.receive(key).orElseThrow()) {
                partial.write(ByteBuffer.wrap(random(1, 100_000)));
                partial.finish();
            }
            folder.branch.record(folder.repository.uuid(), Map.of(key, Presence.PRESENT));

            assertThat(commands.annex("find", "--in", "here")).contains("big.tar.gz");
            assertThat(commands.annex("whereis", "big.tar.gz")).contains("(2 copies)");
            assertContent();
        }

        @Test
        @DisplayName("cannot drop what is being sent, and Tandem not what git-annex relies on")
        void locks() throws Exception {
            fill();
            Key key = AnnexedFolder.indexed(folder.git, "big.tar.gz").orElseThrow();

            try (ContentStore.Held held = folder.store.hold(key).orElseThrow()) {
                assertThat(commands.run("git", "annex", "drop", "--force", "big.tar.gz")
                                .code())
                        .isNotZero();
                assertThat(held.file()).exists();
            }
            Commands.Result drop = commands.run("git", "annex", "drop", "--force", "big.tar.gz");
            assertThat(drop.code()).as(drop.output()).isZero();
            assertThat(folder.store.has(key)).isFalse();
        }

        @Test
        @DisplayName("goes on with a download that Tandem has begun")
        void resumes() throws Exception {
            fill();
            in(".").git("clone", "-q", "ours", "clone");
            in("clone").annex("init", "clone");
            try (AnnexedFolder clone = new AnnexedFolder(root.resolve("clone"), true)) {
                Key key = AnnexedFolder.indexed(clone.git, "big.tar.gz").orElseThrow();
                try (Partial partial = clone.store.receive(key).orElseThrow()) {
                    partial.write(ByteBuffer.wrap(random(1, 100_000), 0, 60_000));
                }
                in("clone").annex("get", "big.tar.gz");

                assertThat(clone.store.damage(key)).isEmpty();
                assertThat(root.resolve("clone/.git/annex/tmp").resolve(key.file()))
                        .doesNotExist();
            }
        }

        @Test
        @DisplayName("brings what was added in a clone, with its content, and takes what is added here")
        void exchanges() throws Exception {
            fill();
            commands.git("config", "receive.denyCurrentBranch", "ignore");
            in(".").git("clone", "-q", "ours", "clone");
            Commands clone = in("clone");
            clone.annex("init", "clone");
            Files.write(root.resolve("clone/theirs.bin"), random(7, 70_000));
            clone.annex("add", "theirs.bin");

            clone.annex("sync", "--content");

            Key key = Key.parse(clone.annex("lookupkey", "theirs.bin").strip()).orElseThrow();
            assertThat(folder.store.damage(key)).isEmpty();
            folder.branch.union(List.of(folder.git.resolve("refs/heads/synced/git-annex")));
            assertThat(folder.branch.holders(key)).hasSize(2);
            for (String line : clone.annex("find", "--in", "here").lines().toList()) {
                assertThat(root.resolve("clone").resolve(line)).isNotEmptyFile();
            }
            assertThat(clone.annex("fsck", "--quiet")).isEmpty();
        }

        @Test
        @DisplayName("puts no content into git when files were only touched, nor when small ones grow large")
        void touched() throws Exception {
            fill();
            String before = commands.git("ls-tree", "-r", "HEAD");
            for (String file : List.of("big.tar.gz", "same", "run.sh", "small.txt")) {
                Files.setLastModifiedTime(folder.path.resolve(file), FileTime.fromMillis(1_500_000_000_000L));
            }

            commands.annex("sync");

            assertThat(commands.git("ls-tree", "-r", "HEAD")).isEqualTo(before);
            folder.write("small.txt", random(8, 30_000));
            commands.annex("sync");
            assertThat(AnnexedFolder.indexed(folder.git, "small.txt")).isPresent();
            assertThat(folder.tree.scan()).isEmpty();
            assertContent();
        }

        @Test
        @DisplayName(
                "may lock, unlock, move and commit here: Tandem finds nothing left to do, and every content annexed")
        void usersCommands() throws Exception {
            fill();
            commands.annex("lock", "same");
            commands.git("mv", "big.tar.gz", "moved.tar.gz");
            commands.git("commit", "-qam", "by hand");
            assertThat(folder.tree.scan()).isEmpty();
            commands.annex("unlock", "same");
            folder.write("moved.tar.gz", random(6, 90_000));
            commands.git("commit", "-qam", "by hand again");

            assertThat(folder.tree.scan()).isEmpty();
            Map<String, Boolean> annexed = new TreeMap<>();
            AnnexedFiles.of(folder.git, folder.git.resolve("HEAD"), (path, key, locked) -> {
                annexed.put(path, locked);
                assertThat(folder.store.damage(key)).as(path).isEmpty();
            });
            assertThat(annexed)
                    .isEqualTo(Map.of(
                            "moved.tar.gz",
                            false,
                            "same",
                            false,
                            "d/é ü/日本.bin",
                            false,
                            "-dash .x",
                            false,
                            "run.sh",
                            false));
            assertContent();
        }

        @Test
        @DisplayName("reads the settings that Tandem has recorded")
        void settings() throws Exception {
            UUID here = folder.repository.uuid();
            folder.branch.trust(here, Trust.UNTRUSTED);
            folder.branch.group(here, Set.of("client", "archive"));
            folder.branch.want(here, "include=*.mp3 and not present");
            folder.branch.needCopies(new NumCopies(3, 2));
            fill();

            assertThat(commands.annex("numcopies").strip()).isEqualTo("3");
            assertThat(commands.annex("mincopies").strip()).isEqualTo("2");
            assertThat(commands.annex("group", "here").strip()).isEqualTo("archive client");
            assertThat(commands.annex("wanted", "here").strip()).isEqualTo("include=*.mp3 and not present");
            assertThat(commands.annex("config", "--get", "annex.largefiles").strip())
                    .isEqualTo("largerthan=10kb");
            assertThat(commands.annex("info", "here")).contains("trust: untrusted");
        }
    }

    @Nested
    @DisplayName("has made a folder that Tandem reads")
    class OfTheirs {
        @Test
        @DisplayName("with locked and unlocked files, their contents and their locations")
        void adopted() throws Exception {
            Commands commands = plainAnnex("theirs");
            Files.write(root.resolve("theirs/locked.bin"), random(1, 50_000));
            Files.write(root.resolve("theirs/unlocked.bin"), random(2, 50_000));
            Files.createDirectories(root.resolve("theirs/d"));
            Files.write(root.resolve("theirs/d/md5.bin"), random(3, 50_000));
            commands.annex("add", "locked.bin");
            commands.git("-c", "annex.addunlocked=true", "annex", "add", "unlocked.bin");
            commands.git("-c", "annex.backend=MD5E", "annex", "add", "d");
            commands.git("commit", "-qm", "files");

            try (AnnexedFolder folder = new AnnexedFolder(root.resolve("theirs"), true)) {
                Map<String, String> found = new TreeMap<>();
                AnnexedFiles.of(folder.git, folder.git.resolve("HEAD"), (path, key, locked) -> {
                    found.put(path, key.backend() + " " + locked + " " + folder.store.damage(key));
                    assertThat(folder.branch.holders(key)).containsExactly(folder.repository.uuid());
                });
                assertThat(found)
                        .isEqualTo(Map.of(
                                "locked.bin", "SHA256E true Optional.empty",
                                "unlocked.bin", "SHA256E false Optional.empty",
                                "d/md5.bin", "MD5E true Optional.empty"));
                assertThat(MissingContent.count(folder.git, folder.git.resolve("HEAD"), folder.store))
                        .isZero();
                assertThat(folder.tree.scan()).isEmpty();

                commands.annex("drop", "--force", "locked.bin", "unlocked.bin");
                assertThat(MissingContent.count(folder.git, folder.git.resolve("HEAD"), folder.store))
                        .isEqualTo(2);
            }
        }

        @Test
        @DisplayName("with settings of every kind")
        void settings() throws Exception {
            Commands commands = plainAnnex("theirs");
            commands.annex("describe", "here", "my laptop  é");
            commands.annex("trust", "here", "--force");
            commands.annex("group", "here", "client");
            commands.annex("group", "here", "archive");
            commands.annex("wanted", "here", "standard or include=*.x");
            commands.annex("required", "here", "include=*.keep");
            commands.annex("groupwanted", "client", "not copies=client:2");
            commands.annex("numcopies", "2");
            commands.annex("mincopies", "2");
            commands.annex("config", "--set", "annex.largefiles", "largerthan=5kb");

            try (AnnexedFolder folder = new AnnexedFolder(root.resolve("theirs"), true)) {
                UUID here = folder.repository.uuid();
                SharedSettings settings = folder.branch.settings();
                assertThat(settings.descriptions()).containsEntry(here, "my laptop  é");
                assertThat(settings.trustOf(here)).isEqualTo(Trust.TRUSTED);
                assertThat(settings.groups().get(here)).containsExactlyInAnyOrder("client", "archive");
                assertThat(settings.wanted()).containsEntry(here, "standard or include=*.x");
                assertThat(settings.required()).containsEntry(here, "include=*.keep");
                assertThat(settings.groupWanted()).containsEntry("client", "not copies=client:2");
                assertThat(settings.copies()).isEqualTo(new NumCopies(2, 2));
                assertThat(settings.config("annex.largefiles")).contains("largerthan=5kb");
            }
        }

        @Test
        @DisplayName("and writes the branch at the same time: no line of either is lost")
        void together() throws Exception {
            plainAnnex("theirs");
            Commands commands = in("theirs");
            try (AnnexedFolder folder = new AnnexedFolder(root.resolve("theirs"), true)) {
                UUID other = UUID.randomUUID();
                Thread ours = new Thread(() -> writeForty(folder, other), "ours");
                ours.start();
                for (int i = 0; i < 15; i++) {
                    commands.annex(
                            "setpresentkey",
                            "SHA256E-s1--t" + i,
                            UUID.randomUUID().toString(),
                            "1");
                }
                ours.join();
                commands.annex("merge");

                for (int i = 0; i < 15; i++) {
                    assertThat(folder.branch.holders(
                                    Key.parse("SHA256E-s1--t" + i).orElseThrow()))
                            .as("theirs %s", i)
                            .hasSize(1);
                }
                for (int i = 0; i < 40; i++) {
                    assertThat(folder.branch.holders(
                                    Key.parse("SHA256E-s1--o" + i).orElseThrow()))
                            .as("ours %s", i)
                            .containsExactly(other);
                }
            }
        }

        private void writeForty(AnnexedFolder folder, UUID other) {
            try {
                for (int i = 0; i < 40; i++) {
                    Key key = Key.parse("SHA256E-s1--o" + i).orElseThrow();
                    folder.branch.record(other, Map.of(key, Presence.PRESENT));
                }
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }

    @Test
    @DisplayName("calculates the same keys for files of any name and size")
    void calckey() throws Exception {
        Commands commands = plainAnnex("keys");
        Path directory = root.resolve("keys");
        try (AnnexedFolder folder = new AnnexedFolder(directory, true)) {
            Random random = new Random(42);
            for (int i = 0; i < 60; i++) {
                String name = i + name(random);
                Path file =
                        Files.write(directory.resolve(name), random(i, random.nextInt(i % 10 == 0 ? 300_000 : 500)));

                assertThat(folder.store.add(file, name, Key.DEFAULT_BACKEND))
                        .as(name)
                        .hasToString(commands.annex("calckey", "--", name).strip());
            }
        }
    }

    private static String name(Random random) {
        List<String> letters =
                List.of("a", "Z", "7", ".", ".", ".", " ", "é", "日", "-", "_", "~", "mp3", "(", "&", "%");
        StringBuilder name = new StringBuilder();
        for (int i = random.nextInt(14); i >= 0; i--) {
            name.append(letters.get(random.nextInt(letters.size())));
        }
        return name.toString();
    }
}
