package dev.tandem.assistant.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.assistant.api.ActionFailed;
import dev.tandem.xmpp.testing.Prosody;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A device that keeps some directories only")
class WantIT {
    private static final int MIB = 1 << 20;
    private static final String PHOTOS =
            "include=photos or include=photos/* or include=my?photos??old? or include=my?photos??old?/*";

    private Prosody server;
    private Device laptop;
    private Device phone;

    @BeforeEach
    void twoPairedDevices(@TempDir Path directory) throws Exception {
        server = Prosody.start(directory.resolve("prosody"));
        server.addUser("ada", "one").addUser("phone", "two");
        laptop = new Device("laptop", directory);
        phone = new Device("phone", directory);
        laptop.signIn(server, "ada@localhost", "one");
        phone.signIn(server, "phone@localhost", "two");
    }

    @AfterEach
    void allStops() throws Exception {
        laptop.close();
        phone.close();
        server.close();
    }

    private static byte[] bytes(long seed) {
        byte[] bytes = new byte[2 * MIB];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private void isPointer(String path) {
        phone.eventually(
                "has no content of " + path,
                () -> Files.exists(phone.folder.resolve(path)) && Files.size(phone.folder.resolve(path)) < 300);
    }

    private void judge() throws Exception {
        phone.isInSyncWith(laptop);
        for (Device device : List.of(laptop, phone)) {
            assertThat(device.git("annex", "fsck")).doesNotContain("failed").doesNotContain("fixing");
            assertThat(device.git("status", "--porcelain")).isEmpty();
        }
    }

    @Test
    @DisplayName("drops the others, fetches none of them, and has them again when it wants everything")
    void only() throws Exception {
        laptop.writes("photos/a.jpg", bytes(1));
        laptop.writes("my photos (old)/c.jpg", bytes(2));
        laptop.writes("films/b.mkv", bytes(3));
        laptop.keepsInSync();
        phone.pairsWith(laptop);
        phone.sees("films/b.mkv", bytes(3));
        phone.sees("photos/a.jpg", bytes(1));
        phone.isInSyncWith(laptop);

        assertThat(phone.wanting().want("notes", PHOTOS).expression()).isEqualTo(PHOTOS);

        assertThat(phone.git("annex", "wanted", "here").strip()).isEqualTo(PHOTOS);
        isPointer("films/b.mkv");
        laptop.writes("films/d.mkv", bytes(4));
        laptop.writes("photos/e.jpg", bytes(5));
        phone.sees("photos/e.jpg", bytes(5));
        phone.sees("my photos (old)/c.jpg", bytes(2));
        isPointer("films/d.mkv");
        judge();
        assertThat(phone.git("annex", "find", "--want-drop", "--in", "here")).isEmpty();
        assertThat(phone.git("annex", "find", "--want-get", "--not", "--in", "here"))
                .isEmpty();
        assertThat(laptop.git("annex", "wanted", phone.git("config", "annex.uuid").strip()).strip())
                .isEqualTo(PHOTOS);

        assertThatThrownBy(() -> phone.wanting().want("notes", "include=a and metadata=tag=x"))
                .isInstanceOf(ActionFailed.class)
                .hasMessageContaining("nothing was changed");
        assertThat(phone.wanting().wanted("notes").expression()).isEqualTo(PHOTOS);

        phone.wanting().want("notes", "");
        phone.actions().get(List.of(phone.folder), Duration.ofSeconds(30));
        phone.sees("films/b.mkv", bytes(3));
        phone.sees("films/d.mkv", bytes(4));
        judge();
    }
}
