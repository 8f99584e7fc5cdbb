package dev.tandem.assistant.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.assistant.api.ActionFailed;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("tandem remote")
final class RemoteTest extends WithDaemon {
    @Test
    @DisplayName("adds an address as it is, and a path of here as an absolute one")
    void add() {
        assertThat(run("remote", "add", "notes", "nas", "ssh://nas/notes")
                        .done()
                        .out())
                .isEqualTo("notes is synced with the git remote nas from now on\n");
        run("remote", "add", "notes", "up", "../up.git").done();
        run("remote", "add", "notes", "scp", "nas:notes.git").done();
        run("remote", "remove", "notes", "nas").done();

        assertThat(actions.asked())
                .containsExactly(
                        "addRemote notes nas ssh://nas/notes",
                        "addRemote notes up "
                                + Path.of("../up.git").toAbsolutePath().normalize(),
                        "addRemote notes scp nas:notes.git",
                        "removeRemote notes nas");
    }

    @Test
    @DisplayName("lists them, as a table and as JSON")
    void list() throws IOException {
        assertThat(run("remote", "list", "notes").done().out())
                .isEqualTo("drive  ok       /mnt/drive/notes.git\nnas    failing  ssh://nas/notes       no route\n");
        assertThat(run("remote", "list", "notes", "--json")
                        .done()
                        .json()
                        .at("/remotes/1/lastError")
                        .asText())
                .isEqualTo("no route");
    }

    @Test
    @DisplayName("without a subcommand, with too little, or refused it says so in one line")
    void wrong() {
        assertThat(run("remote").exit()).isEqualTo(2);
        assertThat(run("remote", "add", "notes", "nas").exit()).isEqualTo(2);
        actions.failWith(ActionFailed.Kind.USAGE, "\"x\" is no address");

        Result refused = run("remote", "add", "notes", "nas", "x:");

        assertThat(refused.exit()).isEqualTo(2);
        assertThat(refused.err()).isEqualTo("tandem: \"x\" is no address\n");
    }
}
