package dev.tandem.assistant.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.assistant.api.ActionFailed;
import dev.tandem.assistant.api.Actions;
import dev.tandem.assistant.api.Home;
import dev.tandem.assistant.store.Store;
import dev.tandem.xmpp.testing.Prosody;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A device that is revoked")
class RevokeIT {
    @Test
    @DisplayName("gets nothing more and gives nothing more, is told why, and stays out after a restart")
    void revoked(@TempDir Path directory) throws Exception {
        try (Prosody server = Prosody.start(directory.resolve("prosody"));
                Device laptop = new Device("laptop", directory);
                Device phone = new Device("phone", directory)) {
            server.addUser("ada", "one").addUser("phone", "two");
            laptop.signIn(server, "ada@localhost", "one");
            phone.signIn(server, "phone@localhost", "two");
            laptop.keepsInSync();
            laptop.writes("before", "shared\n");
            phone.pairsWith(laptop);
            phone.sees("before", "shared\n");
            assertThat(laptop.actions().peers())
                    .singleElement()
                    .matches(peer -> peer.name().equals("phone") && peer.online())
                    .matches(peer -> peer.folders().contains("notes"));
            assertThatThrownBy(() -> laptop.actions().forget("tablet")).isInstanceOf(ActionFailed.class);

            Actions.Device forgotten = laptop.actions().forget("phone");

            assertThat(forgotten.name()).isEqualTo("phone");
            assertThat(laptop.actions().peers()).isEmpty();
            assertThat(laptop.status().peers()).isEmpty();
            phone.eventually(
                    "is let go", () -> phone.status().peers().get(0).state().equals("offline"));
            laptop.writes("after", "not for the phone\n");
            phone.writes("from phone", "not for the laptop\n");
            laptop.eventually("keeps it", () -> laptop.git("ls-files").contains("after"));
            phone.eventually("keeps it", () -> phone.git("ls-files").contains("from phone"));

            phone.stops();
            laptop.stops();
            assertThat(told(phone)).contains("not paired with this device");
            assertThat(told(laptop)).contains("device-revoked");
            laptop.starts();
            phone.starts();
            laptop.eventually("is online", () -> online(laptop));
            phone.eventually("is online", () -> online(phone));
            laptop.writes("later", "alone\n");
            laptop.eventually("keeps it", () -> laptop.git("ls-files").contains("later"));
            phone.eventually("has tried in vain", () -> turnedAway(phone));
            assertThat(Files.exists(phone.folder.resolve("after"))).isFalse();
            assertThat(Files.exists(laptop.folder.resolve("from phone"))).isFalse();
            assertThat(laptop.actions().peers()).isEmpty();
        }
    }

    private static boolean online(Device device) {
        return device.actions().status().accounts().get(0).state().equals("online");
    }

    private static boolean turnedAway(Device device) throws Exception {
        return told(device).contains("turned-away");
    }

    /** The journal of a device, that runs or not. */
    private static String told(Device device) throws Exception {
        try (Store store = Store.open(new Home(device.home).database())) {
            return store.journal().after(0, 1000, Optional.empty()).toString();
        }
    }
}
