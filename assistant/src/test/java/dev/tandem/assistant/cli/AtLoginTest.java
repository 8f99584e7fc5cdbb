package dev.tandem.assistant.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Starting at login")
final class AtLoginTest extends WithDaemon {
    private static final List<String> PROGRAM = List.of("/opt/my tandem/bin/tandem");
    private static final Path HOME = Path.of("/home/ada/50 %/$x\"");

    @TempDir
    Path user;

    private AtLogin login(AtLogin.Way way) {
        return new AtLogin(way, user.resolve("config"), user);
    }

    @Test
    @DisplayName("with systemd: a user unit that is enabled, quoted as systemd reads it")
    void unit() throws IOException {
        Path unit = login(AtLogin.Way.SYSTEMD).install(PROGRAM, HOME);

        assertThat(unit).isEqualTo(user.resolve("config/systemd/user/tandem.service"));
        assertThat(unit)
                .content()
                .contains(
                        "ExecStart=\"/opt/my tandem/bin/tandem\" \"--home\" \"/home/ada/50 %%/$$x\\\"\" \"daemon\"\n");
        assertThat(user.resolve("config/systemd/user/default.target.wants/tandem.service"))
                .isSymbolicLink()
                .hasSameTextualContentAs(unit);
    }

    @Test
    @DisplayName("without: an autostart entry that starts it in the background, quoted as desktops read it")
    void entry() throws IOException {
        Path entry = login(AtLogin.Way.AUTOSTART).install(PROGRAM, HOME);

        assertThat(entry).isEqualTo(user.resolve("config/autostart/tandem.desktop"));
        assertThat(entry)
                .content()
                .startsWith("[Desktop Entry]\n")
                .contains("Exec=\"/opt/my tandem/bin/tandem\" \"--home\" \"/home/ada/50 %%/\\\\$x\\\\\"\" \"start\"\n");
    }

    @Test
    @DisplayName("on macOS: a launch agent")
    void agent() throws IOException {
        assertThat(login(AtLogin.Way.LAUNCHD).install(PROGRAM, Path.of("/Users/ada/a&b")))
                .isEqualTo(user.resolve("Library/LaunchAgents/dev.tandem.plist"))
                .content()
                .contains("        <string>/opt/my tandem/bin/tandem</string>\n        <string>--home</string>\n")
                .contains("        <string>/Users/ada/a&amp;b</string>\n        <string>daemon</string>\n");
    }

    @Test
    @DisplayName("twice is once, another way replaces it, and removing leaves nothing, also twice")
    void idempotent() throws IOException {
        login(AtLogin.Way.AUTOSTART).install(PROGRAM, HOME);
        login(AtLogin.Way.SYSTEMD).install(PROGRAM, HOME);
        login(AtLogin.Way.SYSTEMD).install(PROGRAM, HOME);
        assertThat(files()).hasSize(2);

        assertThat(login(AtLogin.Way.AUTOSTART).remove()).isTrue();
        assertThat(login(AtLogin.Way.AUTOSTART).remove()).isFalse();
        assertThat(files()).isEmpty();
    }

    @Test
    @DisplayName("tandem start --at-login says what it made, --no-at-login takes it away and starts nothing")
    void command() throws IOException {
        Map<String, String> environment =
                Map.of("TERM", "dumb", "XDG_CONFIG_HOME", user.toString(), "HOME", user.toString());

        Result made = runOnTerminal(new java.io.StringWriter(), environment, "start", "--at-login");
        Result again = runOnTerminal(new java.io.StringWriter(), environment, "start", "--at-login", "--json");
        assertThat(made.done().out())
                .startsWith("tandem starts at login from now on, by a")
                .contains(user.toString())
                .endsWith(
                        "tandem already running, pid " + ProcessHandle.current().pid() + "\n");
        assertThat(again.done().json().has("pid")).isTrue();
        assertThat(files()).isNotEmpty();

        Result gone = runOnTerminal(new java.io.StringWriter(), environment, "start", "--no-at-login");
        assertThat(gone.done().out()).isEqualTo("tandem no longer starts at login\n");
        assertThat(files()).isEmpty();
        assertThat(run("start", "--at-login", "--no-at-login").exit()).isEqualTo(2);
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> tree = Files.walk(user)) {
            return tree.filter(path -> !Files.isDirectory(path)).toList();
        }
    }
}
