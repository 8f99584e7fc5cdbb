package dev.tandem.assistant.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("tandem open")
final class OpenFolderTest extends WithDaemon {
    @Test
    @DisplayName("prints the path where there is no desktop, of the only folder if none is named")
    void path() throws IOException {
        assertThat(run("open", "notes").done().out()).isEqualTo("/home/alice/notes\n");
        assertThat(run("open").done().out()).isEqualTo("/home/alice/notes\n");
        assertThat(run("open", "--json").done().json().get("path").asText()).isEqualTo("/home/alice/notes");
    }

    @Test
    @DisplayName("says which folders there are when the named one is not")
    void unknown() {
        assertThat(run("open", "pictures"))
                .isEqualTo(new Result(1, "", "tandem: there is no folder pictures; there are: notes\n"));
    }

    @Test
    @DisplayName("calls the desktop's opener, and prints nothing then")
    void desktop(@TempDir Path programs) throws IOException {
        Files.createFile(
                programs.resolve("xdg-open"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.writeString(programs.resolve("xdg-open"), "#!/bin/sh\n");

        Map<String, String> desktop = Map.of("TERM", "dumb", "DISPLAY", ":1", "PATH", programs.toString());
        assertThat(runOnTerminal(new StringWriter(), desktop, "open").done().out())
                .isEmpty();

        Map<String, String> bare = Map.of("TERM", "dumb", "DISPLAY", ":1", "PATH", "/nowhere");
        assertThat(runOnTerminal(new StringWriter(), bare, "open").done().out()).isEqualTo("/home/alice/notes\n");
    }
}
