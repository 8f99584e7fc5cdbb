package dev.tandem.gitsync.delta;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A sender that has the old version too")
class CommonEndsTest {
    @TempDir
    Path directory;

    /** The recipe, which is seen to make the new version. */
    private byte[] recipe(byte[] old, byte[] now) throws IOException {
        Path before = Files.write(directory.resolve("old"), old);
        Path after = Files.write(directory.resolve("now"), now);
        Signature signature = Signature.of(new ByteArrayInputStream(old), old.length);
        ByteArrayOutputStream recipe = new ByteArrayOutputStream();
        try (FileChannel from = FileChannel.open(before, StandardOpenOption.READ);
                FileChannel to = FileChannel.open(after, StandardOpenOption.READ)) {
            Recipe.write(to, from, signature, recipe);
        }
        ByteArrayOutputStream made = new ByteArrayOutputStream();
        try (SeekableByteChannel from = Files.newByteChannel(before)) {
            Recipe.apply(new ByteArrayInputStream(recipe.toByteArray()), from, now.length, made);
        }
        assertThat(made.toByteArray()).isEqualTo(now);
        return recipe.toByteArray();
    }

    private static byte[] random(Random random, int size) {
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] replaced(byte[] old, int at, int removed, byte[] by) {
        ByteArrayOutputStream now = new ByteArrayOutputStream();
        now.write(old, 0, at);
        now.writeBytes(by);
        now.write(old, at + removed, old.length - at - removed);
        return now.toByteArray();
    }

    @RepeatedTest(200)
    @DisplayName("says how the new one is made, whatever was changed")
    void anyEdit(RepetitionInfo seed) throws IOException {
        Random random = new Random(seed.getCurrentRepetition());
        boolean alike = random.nextBoolean();
        byte[] old = alike ? new byte[random.nextInt(1 << 20)] : random(random, random.nextInt(1 << 20));
        byte[] now = old;
        for (int edits = random.nextInt(4); edits > 0; edits--) {
            int at = random.nextInt(now.length + 1);
            int removed = random.nextInt(Math.min(5_000, now.length - at) + 1);
            int added = random.nextInt(5_000);
            now = replaced(now, at, removed, alike ? new byte[added] : random(random, added));
        }

        recipe(old, now);
    }

    @Test
    @DisplayName("sends no byte more than was changed in one place, wherever that is")
    void onePlace() throws IOException {
        Random random = new Random(1);
        byte[] old = random(random, 4 << 20);
        byte[] by = random(random, 1000);

        for (int at : new int[] {0, 1, 300_000, old.length - 1000}) {
            assertThat(recipe(old, replaced(old, at, 1000, by))).hasSizeLessThan(1030);
            assertThat(recipe(old, replaced(old, at, 0, by))).hasSizeLessThan(1030);
            assertThat(recipe(old, replaced(old, at, 1000, new byte[0]))).hasSizeLessThan(30);
        }
        assertThat(recipe(old, old)).hasSizeLessThan(10);
        assertThat(recipe(old, new byte[0])).hasSize(1);
        assertThat(recipe(new byte[0], by)).hasSizeLessThan(1010);
    }
}
