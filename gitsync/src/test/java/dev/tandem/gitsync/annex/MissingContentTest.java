package dev.tandem.gitsync.annex;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.gitsync.testing.TempFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
