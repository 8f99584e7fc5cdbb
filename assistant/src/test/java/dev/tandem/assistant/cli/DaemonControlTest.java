package dev.tandem.assistant.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.assistant.api.Home;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayName("tandem start, stop, web, daemon and demo")
final class DaemonControlTest extends WithDaemon {
    @Test
    @DisplayName("says that the daemon runs already, stops it, and prints the dashboard's address")
    void daemonControl() throws IOException {
        long pid = ProcessHandle.current().pid();
        assertThat(run("start").done().out()).isEqualTo("tandem already running, pid " + pid + "\n");
        assertThat(run("start", "--json").done().json().get("pid").asLong()).isEqualTo(pid);
        assertThat(run("web").done().out()).matches("http://127.0.0.1:[0-9]+/\\?token=[0-9a-f]{64}\n");
        assertThat(run("stop").done().out()).isEqualTo("tandem stopped\n");

        assertThat(actions.asked()).containsExactly("stop");
    }

    @Test
    @DisplayName("hands the daemon and the tour to the program, and their failures to the user")
    void launcher() {
        assertThat(run("daemon").done().out()).isEqualTo("daemon in " + directory.getFileName() + "\n");
        assertThat(run("demo", "--keep")).isEqualTo(new Result(1, "demo true\n", ""));
        assertThat(run("daemon", "-v").exit()).isEqualTo(1);
        assertThat(run("daemon", "-v").err()).contains("tandem: another daemon already runs\n");
    }

    @Nested
    @DisplayName("starting in the background")
    final class InBackground {
        private void launcher(String script) throws IOException {
            Path file = Files.writeString(directory.resolve("launcher"), "#!/bin/sh\n" + script);
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
            System.setProperty("tandem.launcher", file.toString());
        }

        @AfterEach
        void clear() {
            System.clearProperty("tandem.launcher");
        }

        @Test
        @DisplayName("waits until the daemon answers, and passes the home and -v on to it")
        void starts() throws IOException {
            Files.move(directory.resolve("port"), directory.resolve("later"));
            launcher("echo \"$@\" > " + directory + "/arguments; mv " + directory + "/later " + directory
                    + "/port; exec sleep 5");

            Result result = run("start", "-v");

            assertThat(result.done().out())
                    .isEqualTo("tandem started, pid " + ProcessHandle.current().pid() + "\n");
            assertThat(directory.resolve("arguments")).hasContent("--home " + directory + " daemon -v");
        }

        @Test
        @DisplayName("says what the daemon said last where it does not come up")
        void fails() throws IOException {
            new Home(directory).retract();
            launcher("echo some log; echo 'tandem: the database is damaged' >&2; exit 1");

            Result result = run("start");

            assertThat(result.exit()).isEqualTo(1);
            assertThat(result.err())
                    .isEqualTo("tandem: the daemon did not start: the database is damaged (see "
                            + directory.resolve("tandem.log") + ")\n");
        }
    }
}
