package dev.tandem.assistant.story;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.assistant.api.Status;
import dev.tandem.xmpp.testing.Prosody;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Alerts of two real devices")
class AlertsIT {
    private static List<Status.Alert> alerts(Device device, String about) {
        return device.actions().status().alerts().stream()
                .filter(alert -> alert.text().contains(about))
                .toList();
    }

    @Test
    @DisplayName("SOJU-7, SOJU-9: a disk that is as full as it may be, a server that is gone: one line each, till it is over")
    void comeAndGo(@TempDir Path directory) throws Exception {
        Prosody server = Prosody.start(directory.resolve("prosody"));
        try (Device laptop = new Device("laptop", directory);
                Device phone = new Device("phone", directory)) {
            server.addUser("ada", "one").addUser("phone", "two");
            laptop.signIn(server, "ada@localhost", "one");
            phone.signIn(server, "phone@localhost", "two");
            laptop.keepsInSync();
            phone.pairsWith(laptop);

            phone.git("config", "annex.diskreserve", "1000 PB");
            laptop.writes("a", "1\n");
            phone.eventually("says that there is no room", () -> alerts(phone, "annex.diskreserve")
                            .size()
                    == 1);
            laptop.writes("b", "2\n");
            phone.writes("mine", "kept\n");
            phone.eventually("keeps its own", () -> phone.git("ls-files").contains("mine"));
            assertThat(alerts(phone, "annex.diskreserve")).hasSize(1);
            phone.git("config", "annex.diskreserve", "1");
            laptop.writes("c", "3\n");
            phone.sees("c", "3\n");
            phone.eventually(
                    "has room again", () -> alerts(phone, "annex.diskreserve").isEmpty());
            assertThat(phone.journal("alert")).hasSize(1);
            assertThat(phone.journal("alert-over")).hasSize(1);

            server.close();
            phone.eventually("says that it is offline", () -> alerts(phone, "is offline")
                            .size()
                    == 1);
            assertThat(phone.journal("alert")).hasSize(2);
        } finally {
            server.close();
        }
    }
}
