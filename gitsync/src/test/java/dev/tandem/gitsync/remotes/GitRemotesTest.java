package dev.tandem.gitsync.remotes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.gitsync.testing.TempFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.eclipse.jgit.lib.StoredConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The git remotes of a repository")
class GitRemotesTest {
    @TempDir
    Path directory;

    private TempFolder folder;
    private GitRemotes remotes;

    @BeforeEach
    void aFolder() throws IOException {
        folder = new TempFolder(directory.resolve("folder"), new TempFolder.Clock());
        remotes = new GitRemotes(folder.repository.git());
    }

    @AfterEach
    void close() {
        folder.close();
    }

    private void set(String remote, String name, String value) throws IOException {
        StoredConfig config = folder.repository.git().getConfig();
        config.setString("remote", remote, name, value);
        config.save();
    }

    @Test
    @DisplayName("are those of git's own configuration; a path is known as one, whatever its form")
    void configured() throws IOException {
        remotes.add("drive", "/mnt/drive/x.git");
        remotes.add("file", "file:///mnt/file.git");
        remotes.add("beside", "../beside.git");
        remotes.add("server", "ssh://ada@server/x.git");
        remotes.add("scp", "server:x.git");
        remotes.add("web", "https://ada:secret@example.org/x.git");

        assertThat(remotes.named("drive").orElseThrow().path()).contains(Path.of("/mnt/drive/x.git"));
        assertThat(remotes.named("file").orElseThrow().path()).contains(Path.of("/mnt/file.git"));
        assertThat(remotes.named("beside").orElseThrow().path()).contains(directory.resolve("beside.git"));
        assertThat(remotes.named("server").orElseThrow().path()).isEmpty();
        assertThat(remotes.named("scp").orElseThrow().path()).isEmpty();
        assertThat(remotes.named("web").orElseThrow().url()).doesNotContain("secret");
        assertThat(folder.repository.git().getConfig().getString("remote", "drive", "fetch"))
                .isEqualTo("+refs/heads/*:refs/remotes/drive/*");
    }

    @Test
    @DisplayName("that the user excludes from syncing are left alone, and so are special remotes and remote helpers")
    void excluded() throws IOException {
        set("a", "url", "/a");
        set("b", "url", "/b");
        set("b", "annex-sync", "false");
        set("c", "annex-uuid", "1-2-3"); // a special remote of git-annex has no address
        set("d", "url", "xmpp::ada@example.org");

        assertThat(remotes.synced()).extracting(GitRemote::name).containsExactly("a");
    }

    @Test
    @DisplayName("annex-pull, annex-push, annex-readonly and annex-ignore mean what they mean to git-annex")
    void directions() throws IOException {
        set("a", "url", "/a");
        assertThat(remotes.named("a")).contains(new GitRemote("a", "/a", Optional.of(Path.of("/a")), true, true, true));

        set("a", "annex-pull", "false");
        set("a", "annex-readonly", "true");
        set("a", "annex-ignore", "true");
        assertThat(remotes.named("a"))
                .contains(new GitRemote("a", "/a", Optional.of(Path.of("/a")), false, false, false));
    }

    @Test
    @DisplayName("are added once, however often; a name that is taken is not overwritten")
    void twice() throws IOException {
        remotes.add("a", "/a");
        remotes.add("a", "/a");

        assertThatThrownBy(() -> remotes.add("a", "/other"))
                .isInstanceOf(RemoteException.class)
                .hasMessageContaining("nothing was changed");
        assertThat(remotes.synced()).hasSize(1);
        assertThat(remotes.remove("a")).isTrue();
        assertThat(remotes.remove("a")).isFalse();
        assertThat(remotes.synced()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-x", "a..b", "a b", "a/", "x.lock", "a\nb"})
    @DisplayName("have names that git can use")
    void badName(String name) {
        assertThatThrownBy(() -> remotes.add(name, "/a")).isInstanceOf(RemoteException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "-oProxyCommand=x", "ext::sh -c evil", "ftp://example.org/x"})
    @DisplayName("have addresses that nothing is run for")
    void badAddress(String url) {
        assertThatThrownBy(() -> remotes.add("a", url)).isInstanceOf(RemoteException.class);
    }

    @Test
    @DisplayName("are never the folder itself")
    void itself() {
        assertThatThrownBy(() -> remotes.add("a", folder.path.toString())).isInstanceOf(RemoteException.class);
    }
}
