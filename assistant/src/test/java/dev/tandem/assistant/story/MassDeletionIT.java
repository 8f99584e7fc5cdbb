package dev.tandem.assistant.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.tandem.assistant.api.ActionFailed;
import dev.tandem.assistant.api.Status;
import dev.tandem.xmpp.testing.Prosody;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** One story, told in order: two devices with a folder of thirty files, of which most vanish. */
@DisplayName("A deletion of most of a folder")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class MassDeletionIT {
    private static final int FILES = 30;

    private Prosody server;
    private Device laptop;
    private Device phone;

    @BeforeAll
    void twoDevices(@TempDir Path directory) throws Exception {
        server = Prosody.start(directory.resolve("prosody"));
        server.addUser("ada", "her password").addUser("phone", "another password");
        laptop = new Device("laptop", directory);
        phone = new Device("phone", directory);
        laptop.signIn(server, "ada@localhost", "her password");
        phone.signIn(server, "phone@localhost", "another password");
        for (int i = 0; i < FILES; i++) {
            laptop.writes("letter" + i, "dear " + i);
        }
        laptop.keepsInSync();
        phone.pairsWith(laptop);
        phone.sees("letter29", "dear 29");
        phone.isInSyncWith(laptop);
    }

    @AfterAll
    void end() throws Exception {
        laptop.close();
        phone.close();
        server.close();
    }

    @Test
    @Order(1)
    @DisplayName("is held where it happens, and nothing of it reaches the other device, also after a restart")
    void heldHere() throws Exception {
        Map<String, String> before = phone.files();
        deleteTwenty(laptop);
        isHeld(laptop, "vanished here");
        assertThat(laptop.git("ls-files").lines()).hasSize(FILES);

        laptop.stops();
        laptop.starts();
        isHeld(laptop, "vanished here");
        assertThat(phone.files()).isEqualTo(before);
        assertThatThrownBy(() -> phone.actions().decideDeletion("notes", true))
                .isInstanceOf(ActionFailed.class)
                .hasMessageContaining("no deletion is held");
    }

    @Test
    @Order(2)
    @DisplayName("is undone: the files are back as they were, and the alert is over")
    void undoneHere() throws Exception {
        Map<String, String> before = phone.files();
        laptop.actions().decideDeletion("notes", false);

        laptop.sees("letter19", "dear 19");
        laptop.isInSyncWith(phone);
        assertThat(laptop.files()).isEqualTo(before);
        assertThat(laptop.actions().status().alerts()).isEmpty();
    }

    @Test
    @Order(3)
    @DisplayName("is confirmed there and undone here: what we have comes back everywhere, and all hold the same commit")
    void undoneFromPeer() throws Exception {
        Map<String, String> before = phone.files();
        deleteTwenty(laptop);
        isHeld(laptop, "vanished here");
        laptop.actions().decideDeletion("notes", true);
        isHeld(phone, "deleted on ");
        assertThat(phone.files()).isEqualTo(before);
        phone.stops();
        phone.starts();
        isHeld(phone, "deleted on ");

        phone.actions().decideDeletion("notes", false);

        laptop.sees("letter19", "dear 19");
        laptop.isInSyncWith(phone);
        assertThat(laptop.files()).isEqualTo(before);
        assertThat(phone.files()).isEqualTo(before);
        assertThat(phone.git("fsck", "--strict")).doesNotContain("error");
    }

    @Test
    @Order(4)
    @DisplayName("is not what moving most of a folder is")
    void moved() throws Exception {
        Files.createDirectories(laptop.folder.resolve("old"));
        for (int i = 0; i < FILES; i++) {
            Files.move(laptop.folder.resolve("letter" + i), laptop.folder.resolve("old/letter" + i));
        }

        phone.sees("old/letter29", "dear 29");
        phone.seesNo("letter29");
        laptop.isInSyncWith(phone);
        for (int i = 0; i < FILES; i++) {
            Files.move(laptop.folder.resolve("old/letter" + i), laptop.folder.resolve("letter" + i));
        }
        phone.sees("letter29", "dear 29");
        laptop.isInSyncWith(phone);
        assertThat(laptop.actions().status().alerts()).isEmpty();
    }

    @Test
    @Order(5)
    @DisplayName("is confirmed on both sides: then the files are gone, and what came meanwhile is not held up")
    void confirmed() throws Exception {
        deleteTwenty(laptop);
        isHeld(laptop, "vanished here");
        laptop.actions().decideDeletion("notes", true);
        isHeld(phone, "deleted on ");
        phone.actions().decideDeletion("notes", true);

        phone.seesNo("letter19");
        laptop.isInSyncWith(phone);
        assertThat(phone.files()).hasSize(FILES - 20);
        assertThat(phone.actions().status().alerts()).isEmpty();
        phone.writes("news", "there is some");
        laptop.sees("news", "there is some");
    }

    private static void deleteTwenty(Device device) throws IOException {
        for (int i = 0; i < 20; i++) {
            device.deletes("letter" + i);
        }
    }

    private static void isHeld(Device device, String how) {
        await(device.name + " holds the deletion")
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> device.actions().status().alerts().stream()
                        .map(Status.Alert::text)
                        .anyMatch(text -> text.contains(how) && text.contains("tandem undo")));
        assertThat(device.status().state()).isEqualTo("attention");
    }
}
