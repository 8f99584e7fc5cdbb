package dev.tandem.xmpp.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.xmpp.testing.Prosody;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Registering at a real Prosody")
@Timeout(60)
final class RegistrationIT {
    private final Registration registration = new Registration(Thread::new, Duration.ofSeconds(15));

    @TempDir
    Path directory;

    private AccountSettings settings(Prosody server, String jid) throws IOException {
        return new AccountSettings(
                jid,
                "pass",
                Optional.of(server.address()),
                Optional.of(Files.readString(directory.resolve("c.pem"))));
    }

    @Test
    @DisplayName("makes an account where the server gives one to anybody, and says so when the name is taken")
    void register() throws IOException, InterruptedException {
        try (Prosody server = Prosody.start(directory, "allow_registration = true")) {
            registration.register(settings(server, "ada@localhost"));

            assertThat(directory.resolve("data/localhost/accounts/ada.dat")).exists();
            assertThatThrownBy(() -> registration.register(settings(server, "ada@localhost")))
                    .isInstanceOf(IOException.class)
                    .hasMessage("somebody has that name already");
        }
    }

    @Test
    @DisplayName("says so where it does not, and where there is no server")
    void refused() throws IOException, InterruptedException {
        try (Prosody server = Prosody.start(directory)) {
            assertThatThrownBy(() -> registration.register(settings(server, "ada@localhost")))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("the server gives no accounts to those who ask");
            AccountSettings nowhere = new AccountSettings(
                    "ada@localhost", "pass", Optional.of("127.0.0.1:1"), Optional.empty());
            assertThatThrownBy(() -> registration.register(nowhere))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("cannot connect to ");
        }
    }
}
