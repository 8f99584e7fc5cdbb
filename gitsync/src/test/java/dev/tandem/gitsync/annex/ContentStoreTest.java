package dev.tandem.gitsync.annex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.gitsync.annex.ContentStore.Held;
import dev.tandem.gitsync.annex.ContentStore.Removed;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The store of large contents")
@SuppressWarnings("NullAway") // fields that JUnit sets
class ContentStoreTest {
    private static final UUID HERE = UUID.fromString("11111111-1111-4111-8111-111111111111");

    @TempDir
    Path directory;

    private Repository git;
    private ContentStore store;

    @BeforeEach
    void open() throws IOException {
        git = new FileRepositoryBuilder()
                .setGitDir(directory.resolve(".git").toFile())
                .setWorkTree(directory.toFile())
                .build();
        git.create();
        store = new ContentStore(git);
    }

    @AfterEach
    void close() throws IOException {
        git.close();
        try (var all = Files.walk(directory)) { // so that an ordinary user can delete it
            for (Path path : (Iterable<Path>) all.filter(Files::isDirectory)::iterator) {
                Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
        }
    }

    private Key add(String name, String content) throws IOException {
        return store.add(Files.writeString(directory.resolve(name), content), name, Key.DEFAULT_BACKEND);
    }

    private static String modes(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private Partial receive(Key key) throws IOException {
        return store.receive(key).orElseThrow();
    }

    private Path annex() {
        return directory.resolve(".git/annex");
    }

    private List<String> files(String below) throws IOException {
        Path root = annex().resolve(below);
        if (!Files.exists(root)) {
            return List.of();
        }
        try (var all = Files.walk(root)) {
            return all.filter(Files::isRegularFile)
                    .map(path -> root.relativize(path).toString())
                    .toList();
        }
    }

    @Nested
    @DisplayName("when a file is added")
    class Adding {
        @Test
        @DisplayName("names it by its SHA-256, size and extension, and has it where git-annex looks for it")
        void place() throws IOException {
            Key key = add("hello.txt", "hello\n");

            assertThat(key)
                    .hasToString("SHA256E-s6--5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03.txt");
            assertThat(files("objects"))
                    .containsExactly(HashDirectories.mixed(key) + "/" + key.file() + "/" + key.file());
            assertThat(store.find(key))
                    .hasValueSatisfying(path -> assertThat(path).hasContent("hello\n"));
            assertThat(files("othertmp")).isEmpty();
        }

        @Test
        @DisplayName("lets nobody write to the object, nor to its directory")
        void notWritable() throws IOException {
            Path object = store.find(add("a", "hello\n")).orElseThrow();

            assertThat(modes(object)).doesNotContain("w").startsWith("r-");
            assertThat(modes(object.getParent())).doesNotContain("w").startsWith("r-x");
            assertThat(modes(object.getParent().getParent())).startsWith("rwx");
        }

        @Test
        @DisplayName("keeps that it can be run")
        void executable() throws IOException {
            Path file = Files.writeString(directory.resolve("run.sh"), "#!/bin/sh\n");
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-x---"));

            Key key = store.add(file, "run.sh", Key.DEFAULT_BACKEND);

            assertThat(modes(store.find(key).orElseThrow())).startsWith("r-x");
        }

        @Test
        @DisplayName("stores the same content once")
        void twice() throws IOException {
            Key one = add("a.txt", "same");
            Key two = add("b.txt", "same");

            assertThat(two).isEqualTo(one);
            assertThat(files("objects")).hasSize(1);
            assertThat(files("othertmp")).isEmpty();
        }

        @Test
        @DisplayName("takes an empty file like any other")
        void empty() throws IOException {
            Key key = add("empty.bin", "");

            assertThat(store.has(key)).isTrue();
            assertThat(key.sizeBytes()).hasValue(0);
        }

        @Test
        @DisplayName("makes keys of the backend that the file has had")
        void backends() throws IOException {
            Path file = Files.writeString(directory.resolve("a.b"), "hello\n");

            assertThat(store.add(file, "a.b", "MD5E")).hasToString("MD5E-s6--b1946ac92492d2347c6235b4d2611184.b");
            assertThat(store.add(file, "a.b", "SHA1")).hasToString("SHA1-s6--f572d396fae9206628714fb2ce00f72e94f2258f");
            assertThat(ContentStore.makes("WORM")).isFalse();
        }

        @Test
        @DisplayName("in a repository that a group shares, leaves it readable and its directory writable for the group")
        void shared() throws IOException {
            git.getConfig().setString("core", null, "sharedRepository", "group");
            store = new ContentStore(git);

            Path object = store.find(add("a", "hello\n")).orElseThrow();

            assertThat(modes(object)).startsWith("r--r--");
            assertThat(modes(object.getParent())).startsWith("rwxrw");
        }
    }

    @Test
    @DisplayName("finds an object in the other layout too, and writes bare repositories in theirs")
    void layouts(@TempDir Path other) throws IOException {
        Key key = add("a", "hello\n");
        try (Repository bare =
                new FileRepositoryBuilder().setGitDir(other.toFile()).setBare().build()) {
            bare.create(true);
            ContentStore there = new ContentStore(bare);
            there.add(directory.resolve("a"), "a", Key.DEFAULT_BACKEND);
            Path lower = there.find(key).orElseThrow();
            assertThat(lower)
                    .isEqualTo(other.resolve("annex/objects")
                            .resolve(HashDirectories.lower(key))
                            .resolve(key.file())
                            .resolve(key.file()));

            Path mixed = other.resolve("annex/objects").resolve(HashDirectories.mixed(key) + "/" + key.file());
            Files.createDirectories(mixed);
            Files.setPosixFilePermissions(lower.getParent(), PosixFilePermissions.fromString("rwxr-xr-x"));
            Files.move(lower, mixed.resolve(key.file()));
            assertThat(there.find(key)).contains(mixed.resolve(key.file()));
        }
    }

    @Test
    @DisplayName("takes an object that a crash has cut short for none")
    void cutShort() throws IOException {
        Key key = add("a", "hello\n");
        Path object = store.find(key).orElseThrow();
        Files.setPosixFilePermissions(object, PosixFilePermissions.fromString("rw-r--r--"));
        Files.writeString(object, "hel");

        assertThat(store.has(key)).isFalse();
        add("a", "hello\n");
        assertThat(store.has(key)).isTrue();
    }

    @Nested
    @DisplayName("when a content comes")
    class Receiving {
        private static final Key KEY = Key.parse(
                        "SHA256E-s6--5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03.txt")
                .orElseThrow();

        @Test
        @DisplayName("has it when it is whole, and not before")
        void whole() throws IOException {
            Partial partial = receive(KEY);
            partial.write(bytes("hel"));
            assertThat(store.has(KEY)).isFalse();
            partial.write(bytes("lo\n"));
            assertThat(store.has(KEY)).isFalse();

            partial.finish();

            assertThat(store.find(KEY))
                    .hasValueSatisfying(path -> assertThat(path).hasContent("hello\n"));
            assertThat(modes(store.find(KEY).orElseThrow())).doesNotContain("w");
            assertThat(files("tmp")).isEmpty();
        }

        @Test
        @DisplayName("goes on where it broke off, in the file that git-annex would go on with")
        void resumed() throws IOException {
            try (Partial partial = receive(KEY)) {
                partial.write(bytes("hel"));
            }
            assertThat(files("tmp")).containsExactly(KEY.file());

            Partial partial = receive(KEY);
            assertThat(partial.bytes()).isEqualTo(3);
            partial.write(bytes("lo\n"));
            partial.finish();

            assertThat(store.has(KEY)).isTrue();
        }

        @Test
        @DisplayName("lets one transfer at a time have it")
        void once() throws IOException {
            try (Partial partial = receive(KEY)) {
                assertThat(partial.key()).isEqualTo(KEY);
                assertThat(store.receive(KEY)).isEmpty();
            }
            Partial again = receive(KEY);
            again.discard();
            receive(KEY).close();
        }

        @Test
        @DisplayName("lets git-annex alone with what it is receiving itself")
        void receivedByGitAnnex() throws Exception {
            Path sender = Files.createDirectories(annex().resolve("transfer/download/" + HERE));
            Path lock = Files.writeString(sender.resolve("lck." + KEY.file()), "");
            Files.createDirectories(annex().resolve("tmp"));
            Files.writeString(annex().resolve("tmp").resolve(KEY.file()), "hel");
            Process other = new ProcessBuilder(
                            "python3",
                            "-c",
                            "import fcntl,sys; f=open(sys.argv[1],'r+'); fcntl.lockf(f,fcntl.LOCK_EX);"
                                    + " print('locked',flush=True); sys.stdin.read()",
                            lock.toString())
                    .start();
            try {
                assertThat(other.getInputStream().read()).isEqualTo('l');
                assertThat(store.receive(KEY)).isEmpty();
                assertThat(files("tmp")).containsExactly(KEY.file());
            } finally {
                other.getOutputStream().close();
                other.waitFor();
            }
            try (Partial partial = receive(KEY)) {
                assertThat(partial.bytes()).isEqualTo(3);
                assertThat(files("tmp")).isEmpty();
            }
        }

        @Test
        @DisplayName("takes what is written to a stream")
        void stream() throws IOException {
            Partial partial = receive(KEY);
            partial.stream().write('h');
            partial.stream().write("-ello\n-".getBytes(StandardCharsets.UTF_8), 1, 5);
            partial.finish();

            assertThat(store.damage(KEY)).isEmpty();
        }

        @Test
        @DisplayName("throws away what is not the content, wherever it went wrong")
        void wrong() throws IOException {
            Partial other = receive(KEY);
            other.write(bytes("jello\n"));
            assertThatThrownBy(other::finish)
                    .isInstanceOf(WrongContentException.class)
                    .hasMessageContaining(KEY.toString());

            Partial shorter = receive(KEY);
            assertThat(shorter.bytes()).isZero();
            shorter.write(bytes("hello"));
            assertThatThrownBy(shorter::finish).isInstanceOf(WrongContentException.class);

            Partial longer = receive(KEY);
            assertThatThrownBy(() -> longer.write(bytes("hello\n+"))).isInstanceOf(WrongContentException.class);

            assertThat(store.has(KEY)).isFalse();
            assertThat(files("tmp")).isEmpty();
            assertThat(files("objects")).isEmpty();
        }

        @Test
        @DisplayName("is not taken in by what came when the disk has not taken all of it")
        void notWritten() throws IOException {
            try (Partial partial = receive(KEY)) {
                partial.write(bytes("hello\n"));
                Files.writeString(annex().resolve("tandem-tmp").resolve(KEY.file()), "hell");
                assertThatThrownBy(partial::finish).hasMessageContaining("could be written");
            }

            assertThat(store.has(KEY)).isFalse();
            Partial again = receive(KEY);
            assertThat(again.bytes()).isEqualTo(4);
            again.write(bytes("o\n"));
            again.finish();
            assertThat(store.damage(KEY)).isEmpty();
        }

        @Test
        @DisplayName("starts anew when more is there than the content has")
        void tooMuchThere() throws IOException {
            Files.createDirectories(annex().resolve("tmp"));
            Files.writeString(annex().resolve("tmp").resolve(KEY.file()), "much too much");

            try (Partial partial = receive(KEY)) {
                assertThat(partial.bytes()).isZero();
            }
        }

        @Test
        @DisplayName("checks the size alone where the key has no digest, and nothing where it has no size")
        void noDigest() throws IOException {
            Partial worm = receive(Key.parse("WORM-s2-m1--x").orElseThrow());
            worm.write(bytes("ab"));
            worm.finish();
            Partial url = receive(Key.parse("URL--http://x").orElseThrow());
            url.write(bytes("anything"));
            url.finish();

            assertThat(store.has(worm.key())).isTrue();
            assertThat(store.has(url.key())).isTrue();
        }
    }

    @Nested
    @DisplayName("when a content is to go")
    class Removing {
        @Test
        @DisplayName("removes it and the directories that become empty, where the check permits it")
        void removed() throws IOException {
            Key key = add("a", "hello\n");

            assertThat(store.remove(key, () -> DropCheck.forced(key, HERE))).isEqualTo(Removed.YES);

            assertThat(store.has(key)).isFalse();
            assertThat(annex().resolve("objects")).isEmptyDirectory();
            assertThat(store.remove(key, () -> DropCheck.forced(key, HERE))).isEqualTo(Removed.YES);
        }

        @Test
        @DisplayName("keeps it where the check refuses or fails, and may be asked again")
        void refused() throws IOException {
            Key key = add("a", "hello\n");

            assertThat(store.remove(key, () -> new DropCheck.Refusal(0, 1, 0))).isEqualTo(Removed.REFUSED);
            assertThatThrownBy(() -> store.remove(key, () -> {
                        throw new IOException("no holder answered");
                    }))
                    .hasMessage("no holder answered");

            assertThat(store.has(key)).isTrue();
            assertThat(files("objects")).hasSize(1);
            assertThat(modes(store.find(key).orElseThrow().getParent())).startsWith("r-x");
            assertThat(store.remove(key, () -> DropCheck.forced(key, HERE))).isEqualTo(Removed.YES);
        }

        @Test
        @DisplayName("takes no permit for another content")
        void otherPermit() throws IOException {
            Key key = add("a", "hello\n");
            Key other = add("b", "other");

            assertThatThrownBy(() -> store.remove(key, () -> DropCheck.forced(other, HERE)))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThat(store.has(key)).isTrue();
        }

        @Test
        @DisplayName("keeps it while it is sent, to however many")
        void held() throws IOException {
            Key key = add("a", "hello\n");
            Held one = store.hold(key).orElseThrow();
            Held two = store.hold(key).orElseThrow();
            assertThat(one.file()).hasContent("hello\n");

            one.close();
            one.close();
            assertThat(store.remove(key, () -> DropCheck.forced(key, HERE))).isEqualTo(Removed.IN_USE);
            two.close();

            assertThat(files("objects")).hasSize(1);
            assertThat(store.remove(key, () -> DropCheck.forced(key, HERE))).isEqualTo(Removed.YES);
            assertThat(store.hold(key)).isEmpty();
        }

        @Test
        @DisplayName("nobody can begin to rely on it while the holders are asked")
        void asked() throws IOException {
            Key key = add("a", "hello\n");
            List<Boolean> relied = new ArrayList<>();

            Removed outcome = store.remove(key, () -> {
                relied.add(store.hold(key).isPresent());
                relied.add(store.remove(key, () -> DropCheck.forced(key, HERE)) == Removed.YES);
                return DropCheck.forced(key, HERE);
            });

            assertThat(outcome).isEqualTo(Removed.YES);
            assertThat(relied).containsExactly(false, false);
        }
    }

    @Test
    @DisplayName("leaves free on the disk what the user wants to be left free")
    void room() throws IOException {
        git.getConfig().setString("annex", null, "diskreserve", "0");
        long all = store.roomBytes();
        git.getConfig().setString("annex", null, "diskreserve", "1000 PB");

        assertThat(all).isPositive();
        assertThat(store.roomBytes()).isNegative();
    }

    @Test
    @DisplayName("vouches for an object that can be written to only after reading it")
    void thin() throws IOException {
        Key key = add("a", "hello\n");
        Path object = store.find(key).orElseThrow();
        Files.setPosixFilePermissions(object, PosixFilePermissions.fromString("rw-r--r--"));
        try (Held held = store.hold(key).orElseThrow()) {
            assertThat(held.file()).isEqualTo(object);
        }
        Files.writeString(object, "jello\n");

        assertThat(store.hold(key)).isEmpty();
        assertThat(files("objects")).hasSize(1);
    }

    @Test
    @DisplayName("says what is damaged, and sets it aside where git-annex does")
    void damage() throws IOException {
        Key key = add("a", "hello\n");
        assertThat(store.damage(key)).isEmpty();
        Path object = store.find(key).orElseThrow();
        Files.setPosixFilePermissions(object, PosixFilePermissions.fromString("rw-r--r--"));
        Files.writeString(object, "jello\n");

        assertThat(store.damage(key)).contains("its SHA-256 is another");
        store.setAside(key);

        assertThat(store.has(key)).isFalse();
        assertThat(store.damage(key)).contains("it is not here");
        assertThat(annex().resolve("bad").resolve(key.file())).hasContent("jello\n");
    }

    @Test
    @DisplayName("names all that is here, and nothing else that lies there")
    void all() throws IOException {
        List<Key> keys = List.of(add("a", "1"), add("b", "2"), add("c.txt", "3"));
        Files.writeString(annex().resolve("objects/stray"), "x");
        Path wrong = Files.createDirectories(annex().resolve("objects/00/00/SHA256E-s1--ab"));
        Files.writeString(wrong.resolve("SHA256E-s1--ab"), "x");

        List<Key> found = new ArrayList<>();
        store.forEach(found::add);

        assertThat(found).containsExactlyInAnyOrderElementsOf(keys);
    }

    @Test
    @DisplayName("forgets what a crash left of files that were being added, when it is a day old")
    void leftovers() throws IOException {
        Instant now = Instant.parse("2026-11-20T12:00:00Z");
        Path temporary = Files.createDirectories(annex().resolve("othertmp"));
        for (String name : List.of("tandem-old", "tandem-new", "others-old")) {
            Path file = Files.writeString(temporary.resolve(name), "x");
            Duration age = name.endsWith("old") ? Duration.ofDays(2) : Duration.ofHours(1);
            Files.setLastModifiedTime(file, FileTime.from(now.minus(age)));
        }

        Path partial = Files.createDirectories(annex().resolve("tmp")).resolve("SHA256E-s1--ab");
        Files.writeString(partial, "");
        Files.setLastModifiedTime(partial, FileTime.from(now.minus(Duration.ofDays(31))));

        store.forgetLeftovers(now);

        assertThat(partial).doesNotExist();
        assertThat(files("othertmp")).containsExactlyInAnyOrder("tandem-new", "others-old");
    }
}
