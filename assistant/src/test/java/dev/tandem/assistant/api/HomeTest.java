package dev.tandem.assistant.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The home")
final class HomeTest {
    @TempDir
    Path directory;

    private static String permissions(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    @Test
    @DisplayName("is where the option says, else TANDEM_HOME, else the platform's state folder")
    void locate() {
        Path user = Path.of("/home/alice");
        Map<String, String> both = Map.of("TANDEM_HOME", "/t", "XDG_STATE_HOME", "/s");

        assertThat(Home.locate(Path.of("/o"), both, "Linux", user).directory()).isEqualTo(Path.of("/o"));
        assertThat(Home.locate(null, both, "Linux", user).directory()).isEqualTo(Path.of("/t"));
        assertThat(Home.locate(null, Map.of("XDG_STATE_HOME", "/s"), "Linux", user)
                        .directory())
                .isEqualTo(Path.of("/s/tandem"));
        assertThat(Home.locate(null, Map.of("XDG_STATE_HOME", "s"), "Linux", user)
                        .directory())
                .isEqualTo(Path.of("/home/alice/.local/state/tandem"));
        assertThat(Home.locate(null, Map.of(), "Mac OS X", user).directory())
                .isEqualTo(Path.of("/home/alice/Library/Application Support/Tandem"));
    }

    @Test
    @DisplayName("keeps everybody else out, also where it was open before")
    void ownerOnly() throws IOException {
        Path existing = Files.createDirectory(
                directory.resolve("open"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        Home made = new Home(directory.resolve("a/b/home"));

        new Home(existing).prepare();
        made.prepare();
        made.makeToken(new SecureRandom());

        assertThat(permissions(existing)).isEqualTo("rwx------");
        assertThat(permissions(made.directory())).isEqualTo("rwx------");
        assertThat(permissions(made.directory().resolve("token"))).isEqualTo("rw-------");
    }

    @Test
    @DisplayName("has one token of 256 bits, which a restart keeps")
    void token() throws IOException {
        Home home = new Home(directory);

        assertThat(home.token()).isEmpty();
        String token = home.makeToken(new SecureRandom());

        assertThat(token).matches("[0-9a-f]{64}");
        assertThat(home.makeToken(new SecureRandom())).isEqualTo(token);
        assertThat(home.token()).contains(token);
    }

    @Test
    @DisplayName("knows the running daemon while its process exists, and no longer")
    void running() throws IOException {
        Home home = new Home(directory);
        assertThat(home.running()).isEmpty();

        Home.Running self = new Home.Running(1234, ProcessHandle.current().pid());
        home.publish(self);
        assertThat(home.running()).contains(self);

        home.publish(new Home.Running(1234, Integer.MAX_VALUE));
        assertThat(home.running()).isEmpty();
        home.publish(self);
        home.retract();
        assertThat(home.running()).isEmpty();
        Files.writeString(directory.resolve("port"), "garbage");
        assertThat(home.running()).isEmpty();
    }

    @Test
    @DisplayName("is one daemon's: a second is told so in a line, until the first has ended")
    void lock() throws IOException {
        Home home = new Home(directory);

        try (Home.Lock first = home.lock()) {
            assertThat(first).isNotNull();
            assertThatThrownBy(home::lock)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("another daemon already runs on " + directory)
                    .hasMessageContaining("tandem stop");
        }
        home.lock().close();
    }

    @Test
    @DisplayName("says why it cannot be used")
    void unusable() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));

        assertThatThrownBy(() -> new Home(file).prepare())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cannot be used")
                .hasMessageContaining("--home DIR");
    }
}
