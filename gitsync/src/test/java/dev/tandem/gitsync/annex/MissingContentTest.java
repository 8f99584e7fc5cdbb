package dev.tandem.gitsync.annex;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.gitsync.testing.TempFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The content that is missing here")
class MissingContentTest {
    private static final Key HELLO = Key.parse(
                    "SHA256E-s6--5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03.txt")
            .orElseThrow();
    private static final Key OTHER = Key.parse("SHA256E-s1--ab").orElseThrow();

    private static String pointer(Key key) {
        return new String(Pointer.of(key), StandardCharsets.UTF_8);
    }

    @Test
    @DisplayName("is counted by files, locked and unlocked, until it is here")
    void counted(@TempDir Path directory) throws IOException {
        try (TempFolder folder = new TempFolder(directory.resolve("f"), new TempFolder.Clock())) {
            folder.write("a.txt", pointer(HELLO))
                    .write("d/b.txt", pointer(HELLO))
                    .write("c", pointer(OTHER))
                    .write("plain", "x")
                    .write("long", pointer(OTHER) + "x".repeat(40_000));
            Path target = Path.of("../.git/annex/objects/0X/vW", OTHER.file(), OTHER.file());
            Files.createSymbolicLink(folder.path.resolve("d/locked"), target);
            Files.createSymbolicLink(folder.path.resolve("link"), Path.of("plain"));
            folder.commitAll();
            ObjectId head = folder.head().orElseThrow();
            ContentStore store = new ContentStore(folder.repository.git());

            assertThat(MissingContent.count(folder.repository.git(), head, store))
                    .isEqualTo(4);

            Path hello = Files.writeString(directory.resolve("hello"), "hello\n");
            store.add(hello, "x.txt", Key.DEFAULT_BACKEND);
            assertThat(MissingContent.count(folder.repository.git(), head, store))
                    .isEqualTo(2);

            assertThat(store.remove(HELLO, () -> DropCheck.forced(HELLO, new UUID(0, 0))))
                    .isEqualTo(ContentStore.Removed.YES);
            assertThat(MissingContent.count(folder.repository.git(), head, store))
                    .isEqualTo(4);
        }
    }

    @Test
    @DisplayName("is the same when it is followed from head to head, whatever comes, goes and moves: 60 histories")
    void followed(@TempDir Path directory) throws IOException {
        for (int seed = 0; seed < 60; seed++) {
            Random random = new Random(seed);
            try (TempFolder folder = new TempFolder(directory.resolve("f" + seed), new TempFolder.Clock())) {
                ContentStore store = new ContentStore(folder.repository.git());
                MissingContent missing = new MissingContent(folder.repository.git(), store);
                for (int step = 0; step < 8; step++) {
                    change(folder, store, missing, random);
                    ObjectId head = folder.head().orElseThrow();

                    assertThat(missing.count(head))
                            .as("seed %s step %s", seed, step)
                            .isEqualTo(MissingContent.count(folder.repository.git(), head, store));
                    assertThat(missing.keys(head)).doesNotHaveDuplicates().noneMatch(key -> has(store, key));
                    Map<Key, Set<String>> paths = new HashMap<>();
                    AnnexedFiles.of(
                            folder.repository.git(),
                            head,
                            (path, key, locked) -> paths.computeIfAbsent(key, k -> new HashSet<>())
                                    .add(path));
                    for (Map.Entry<Key, Set<String>> entry : paths.entrySet()) {
                        assertThat(missing.paths(head, entry.getKey()))
                                .containsExactlyInAnyOrderElementsOf(entry.getValue());
                    }
                    if (random.nextInt(6) == 0) {
                        missing.forget();
                    }
                }
            }
        }
    }

    private static void change(TempFolder folder, ContentStore store, MissingContent missing, Random random)
            throws IOException {
        String content = String.valueOf(random.nextInt(4));
        Path work = Files.writeString(folder.path.resolve("w"), content);
        Key key = store.add(work, "x", Key.DEFAULT_BACKEND);
        missing.changed(key);
        if (random.nextBoolean()) {
            store.remove(key, () -> DropCheck.forced(key, new UUID(0, 0)));
            missing.changed(key);
        }
        String file = "f" + random.nextInt(4);
        if (random.nextInt(4) == 0) {
            Files.deleteIfExists(folder.path.resolve(file));
        } else {
            folder.write(file, random.nextBoolean() ? pointer(key) : content);
        }
        folder.commitAll();
    }

    private static boolean has(ContentStore store, Key key) {
        try {
            return store.has(key);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    @DisplayName("is looked for in what has changed, where a commit follows one that was looked at")
    void changed(@TempDir Path directory) throws IOException {
        try (TempFolder folder = new TempFolder(directory.resolve("f"), new TempFolder.Clock())) {
            folder.write("a", pointer(HELLO)).write("b", pointer(OTHER)).commitAll();
            ObjectId before = folder.head().orElseThrow();
            folder.write("a", "content now")
                    .write("c", pointer(HELLO))
                    .delete("b")
                    .commitAll();

            List<String> found = new ArrayList<>();
            AnnexedFiles.changed(
                    folder.repository.git(),
                    before,
                    folder.head().orElseThrow(),
                    (path, key, locked) -> found.add(path + " " + key + " " + locked));

            assertThat(found).containsExactly("c " + HELLO + " false");
        }
    }
}
