package dev.tandem.gitsync.remotes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.gitsync.testing.TempFolder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A git remote over ssh")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class SshRemoteIT {
    private Path directory;
    private Path bare;
    private Sshd server;

    @BeforeAll
    void aServer(@TempDir Path temporary) throws Exception {
        directory = temporary;
        bare = directory.resolve("bare.git");
        server = Sshd.start(directory.resolve("sshd"));
        Sshd.run(Map.of(), "git", "init", "-q", "--bare", "-b", "main", bare.toString());
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private RemoteSide side(String name, Path home, Map<String, String> environment) throws Exception {
        return new RemoteSide(directory.resolve(name), new TempFolder.Clock(), server.url(bare), home, environment);
    }

    private static void fails(RemoteSide side, RemoteException.Kind kind) {
        assertThatThrownBy(side::fetch)
                .isInstanceOfSatisfying(
                        RemoteException.class,
                        failure -> assertThat(failure.kind())
                                .as(failure.getMessage())
                                .isEqualTo(kind));
    }

    @Test
    @DisplayName("is reached with an ed25519 key of ~/.ssh, both ways, by OpenSSH's own server")
    void key() throws Exception {
        Path home = server.home("both", true, true);
        try (RemoteSide laptop = side("laptop", home, Map.of());
                RemoteSide phone = side("phone", home, Map.of())) {
            laptop.writes("a", "1");
            laptop.sync();
            phone.sync();
            assertThat(phone.folder.read("a")).isEqualTo("1");

            phone.writes("b", "2");
            phone.sync();
            laptop.sync();
            assertThat(laptop.folder.read("b")).isEqualTo("2");
            assertThat(Sshd.run(Map.of(), "git", "-C", bare.toString(), "fsck", "--strict"))
                    .doesNotContain("error");
            assertThat(Sshd.run(Map.of(), "git", "-C", bare.toString(), "rev-parse", "main", "synced/main")
                            .lines()
                            .distinct())
                    .containsExactly(laptop.folder.head().orElseThrow().name());
        }
    }

    @Test
    @DisplayName("is reached with a key that only the agent has")
    void agent() throws Exception {
        Path socket = directory.resolve("agent");
        Process agent = new ProcessBuilder("ssh-agent", "-D", "-a", socket.toString())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        Map<String, String> environment = Map.of("SSH_AUTH_SOCK", socket.toString());
        try (RemoteSide tablet = side("tablet", server.home("agent-only", true, false), environment)) {
            Awaitility.await()
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> socket.toFile().exists());
            Sshd.run(environment, "ssh-add", "-q", server.key.toString());

            assertThat(tablet.fetch()).isNotNull();
        } finally {
            agent.destroy();
        }
    }

    @Test
    @DisplayName("is refused, without a question, where the host is not known or there is no key")
    void strict() throws Exception {
        try (RemoteSide stranger = side("stranger", server.home("unknown", false, true), Map.of());
                RemoteSide keyless = side("keyless", server.home("no-key", true, false), Map.of())) {
            fails(stranger, RemoteException.Kind.REFUSED);
            fails(keyless, RemoteException.Kind.REFUSED);
        }
    }

    @Test
    @DisplayName("is away while its server does not run")
    void away() throws Exception {
        Sshd other = Sshd.start(directory.resolve("other"));
        other.close();
        Path home = other.home("home", true, true);
        try (RemoteSide side =
                new RemoteSide(directory.resolve("waiting"), new TempFolder.Clock(), other.url(bare), home, Map.of())) {
            fails(side, RemoteException.Kind.AWAY);
        }
    }
}
