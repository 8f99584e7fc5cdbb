package dev.tandem.assistant.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tandem.assistant.Options;
import dev.tandem.xmpp.testing.Prosody;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** One story, told in order: two devices that can dial each other, and a server that comes and goes. */
@DisplayName("Two devices that can reach each other directly")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DirectIT {
    private Prosody server;
    private Device laptop;
    private Device phone;

    @BeforeAll
    void aServerAndTwoDevices(@TempDir Path directory) throws Exception {
        server = Prosody.start(directory.resolve("prosody"));
        server.addUser("ada", "her password").addUser("phone", "another password");
        laptop = new Device("laptop", directory, Options.Direct.HERE);
        phone = new Device("phone", directory, Options.Direct.HERE);
    }

    @AfterAll
    void allStops() throws Exception {
        laptop.close();
        phone.close();
        server.close();
    }

    @Test
    @Order(1)
    @DisplayName("meet through their accounts, and then do without the server")
    void meet() throws Exception {
        laptop.signIn(server, "ada@localhost", "her password");
        phone.signIn(server, "phone@localhost", "another password");
        Files.createDirectories(laptop.folder);
        laptop.writes("first.txt", "through whatever comes first\n");
        laptop.keepsInSync();
        phone.pairsWith(laptop);

        phone.sees("first.txt", "through whatever comes first\n");
        isLinked(laptop, "direct");
        isLinked(phone, "direct");
    }

    @Test
    @Order(2)
    @DisplayName("keep in sync while the server is dead")
    void withoutServer() throws Exception {
        server.kill();

        laptop.writes("dark.txt", "no server\n");
        phone.sees("dark.txt", "no server\n");
        phone.writes("back.txt", "neither\n");
        laptop.sees("back.txt", "neither\n");
        laptop.isInSyncWith(phone);
        isLinked(laptop, "direct");
    }

    @Test
    @Order(3)
    @DisplayName("notice at once when the other daemon stops, and find it again when both server and daemon are back")
    void stopAndStart() throws Exception {
        phone.stops();
        await().atMost(Duration.ofSeconds(2))
                .untilAsserted(() -> assertThat(laptop.status().peers())
                        .allSatisfy(peer -> assertThat(peer.state()).isEqualTo("offline")));
        laptop.writes("meanwhile.txt", "waits\n");
        server.restart();
        phone.starts();

        phone.sees("meanwhile.txt", "waits\n");
        isLinked(laptop, "direct");
    }

    private static void isLinked(Device device, String carrier) {
        await(device.name + " is linked " + carrier)
                .atMost(Duration.ofSeconds(20))
                .until(() -> device.status().peers().stream()
                        .anyMatch(peer -> peer.state().equals("online") && carrier.equals(peer.carrier())));
    }
}
