package dev.tandem.assistant.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("tandem account, add, remove, pause and resume")
final class SetUpTest extends WithDaemon {
    @Test
    @DisplayName("account register takes what add takes, and asks for a new account")
    void register() throws IOException {
        Path password = Files.writeString(directory.resolve("p"), "sec ret\n");
        assertThat(run("account", "register", "a@x", "--password-file", password.toString(), "--server", "h:1")
                        .done()
                        .out())
                .isEqualTo("registered, and signed in as a@x\n");
        assertThat(actions.asked()).containsExactly("registerAccount a@x sec ret h:1");
    }

    @Test
    @DisplayName("a password comes from a file's or a command's first line, never from an argument")
    void password() throws IOException {
        Path file = Files.writeString(directory.resolve("password"), "sec ret\nmore\n");
        Path certificate = Files.writeString(directory.resolve("pem"), "PEM");

        run(
                        "account",
                        "add",
                        "a@x",
                        "--password-file",
                        file.toString(),
                        "--server",
                        "h:1",
                        "--trust-cert",
                        certificate.toString())
                .done();
        run("account", "add", "b@x", "--password-command", "echo hush; echo more")
                .done();

        assertThat(actions.asked()).containsExactly("addAccount a@x sec ret h:1 PEM", "addAccount b@x hush null null");
    }

    @Test
    @DisplayName("no password, a failing command, a missing file, or two sources are said in one line")
    void noPassword() {
        String missing = directory.resolve("none").toString();

        assertThat(run("account", "add", "a@x").exit()).isEqualTo(2);
        assertThat(run("account", "add", "a@x", "--password-file", missing).err())
                .isEqualTo("tandem: there is no file " + missing + " to read the password of\n");
        assertThat(run("account", "add", "a@x", "--password-command", "exit 7").err())
                .isEqualTo("tandem: the password command failed with exit code 7\n");
        assertThat(run("account", "add", "a@x", "--password-command", "true").exit())
                .isEqualTo(1);
        assertThat(run("account", "add", "a@x", "--password-command", "true", "--password-file", "x")
                        .exit())
                .isEqualTo(2);
        assertThat(actions.asked()).isEmpty();
    }

    @Test
    @DisplayName("accounts are listed and removed")
    void accounts() throws IOException {
        assertThat(run("account", "list").done().out()).isEqualTo("alice@example.org  online\n");
        assertThat(run("account", "list", "--json")
                        .done()
                        .json()
                        .at("/accounts/0/state")
                        .asText())
                .isEqualTo("online");
        run("account", "remove", "a+b@x").done();

        assertThat(actions.asked()).containsExactly("removeAccount a+b@x");
    }

    @Test
    @DisplayName("folders are added by an absolute path, removed, paused and resumed")
    void folders() {
        assertThat(run("add", "./d", "--name", "my notes").done().out()).startsWith("keeping /home/alice/notes");
        run("remove", "my notes").done();
        run("pause").done();
        run("resume", "my notes").done();

        assertThat(actions.asked())
                .containsExactly(
                        "addFolder " + Path.of("d").toAbsolutePath() + " Optional[my notes]",
                        "removeFolder my notes",
                        "pause Optional.empty",
                        "resume Optional[my notes]");
    }
}
