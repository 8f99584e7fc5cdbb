package dev.tandem.gitsync.remotes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.gitsync.annex.Key;
import dev.tandem.gitsync.annex.Presence;
import dev.tandem.gitsync.merge.ConvergentMerge;
import dev.tandem.gitsync.testing.TempFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.RefUpdate;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("An exchange with a git remote")
class RemoteExchangeTest {
    private static final Key KEY = Key.parse(
                    "SHA256E-s27--57d91250fac9474e931a740cbf8ee43a1f75cbcb1f3ba6d5c837f61ca3f0bb61.sh")
            .orElseThrow();

    @TempDir
    Path directory;

    private final TempFolder.Clock clock = new TempFolder.Clock();
    private final List<AutoCloseable> open = new ArrayList<>();
    private Repository bare;
    private RemoteSide laptop;
    private RemoteSide phone;

    private RemoteSide side(String name) throws IOException {
        RemoteSide side = new RemoteSide(
                directory.resolve(name), clock, bare.getDirectory().toString(), directory, Map.of());
        open.add(side);
        return side;
    }

    @BeforeEach
    void aBareRepositoryAndTwoFolders() throws IOException {
        bare = new FileRepositoryBuilder()
                .setGitDir(directory.resolve("bare.git").toFile())
                .setBare()
                .build();
        bare.create(true);
        open.add(bare);
        laptop = side("laptop");
        phone = side("phone");
    }

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    private Optional<ObjectId> tip(String branch) throws IOException {
        return Optional.ofNullable(bare.exactRef("refs/heads/" + branch)).map(Ref::getObjectId);
    }

    private boolean isAncestor(ObjectId old, ObjectId young) throws IOException {
        try (RevWalk walk = new RevWalk(bare)) {
            RevCommit descendant = walk.parseCommit(young);
            return walk.isMergedInto(walk.parseCommit(old), descendant);
        }
    }

    @Test
    @DisplayName("fills an empty repository: the branch and git-annex, each also as synced/")
    void first() throws IOException {
        laptop.writes("a", "1");
        laptop.folder.annex.record(laptop.folder.repository.uuid(), Map.of(KEY, Presence.PRESENT));

        assertThat(laptop.fetch().head()).isEmpty();
        RemoteExchange.Pushed pushed = laptop.push();

        assertThat(pushed.overtaken()).isFalse();
        assertThat(pushed.held())
                .isEqualTo(new RemoteExchange.Held(false, laptop.folder.head(), laptop.folder.annex.tip()));
        assertThat(tip("main")).isEqualTo(laptop.folder.head());
        assertThat(tip("synced/main")).isEqualTo(laptop.folder.head());
        assertThat(tip("git-annex")).isEqualTo(laptop.folder.annex.tip());
        assertThat(tip("synced/git-annex")).isEqualTo(laptop.folder.annex.tip());
        assertThat(laptop.fetch().news()).isFalse();
    }

    @Test
    @DisplayName("brings files and lines of git-annex from one folder to the other")
    void across() throws IOException {
        laptop.writes("a", "1");
        laptop.folder.annex.record(laptop.folder.repository.uuid(), Map.of(KEY, Presence.PRESENT));
        laptop.sync();
        phone.sync();

        assertThat(phone.folder.read("a")).isEqualTo("1");
        assertThat(phone.folder.annex.holders(KEY)).containsExactly(laptop.folder.repository.uuid());
        assertThat(phone.folder.head()).isEqualTo(laptop.folder.head());
    }

    @Test
    @DisplayName("merges what both have, and both end with the same commit")
    void both() throws IOException {
        laptop.writes("a", "1");
        laptop.sync();
        phone.sync();
        laptop.writes("l", "laptop");
        phone.writes("p", "phone");
        laptop.sync();
        phone.sync();
        laptop.sync();

        assertThat(laptop.folder.files()).containsEntry("l", "laptop").containsEntry("p", "phone");
        assertThat(laptop.folder.head()).isEqualTo(phone.folder.head()).isEqualTo(tip("main"));
    }

    @Test
    @DisplayName("is overtaken by a push that came after the fetch, and succeeds after another one")
    void overtaken() throws IOException {
        laptop.writes("a", "1");
        laptop.sync();
        phone.sync();
        laptop.writes("l", "laptop");
        phone.writes("p", "phone");
        laptop.fetch();
        phone.sync();

        assertThat(laptop.push().overtaken()).isTrue();
        assertThat(tip("main")).isEqualTo(phone.folder.head());
        laptop.sync();
        assertThat(laptop.folder.files()).containsKeys("l", "p");
    }

    @Test
    @DisplayName("leaves what we have under our own name when others are always faster, and others find it there")
    void tagged() throws IOException {
        laptop.writes("a", "1");
        laptop.sync();
        phone.sync();
        laptop.writes("l", "laptop");
        phone.writes("p", "phone");
        laptop.fetch();
        phone.sync();

        RemoteExchange.Pushed pushed = laptop.exchange.push(laptop.remote, true);

        assertThat(pushed.overtaken()).isFalse();
        Ref own = bare.exactRef("refs/synced/" + laptop.folder.repository.uuid() + "/main");
        assertThat(own.getObjectId()).isEqualTo(laptop.folder.head().orElseThrow());
        phone.sync();
        assertThat(phone.folder.files()).containsKeys("l", "p");
    }

    @Test
    @DisplayName("fast-forwards a remote that holds a merge which was left for another with the same edits")
    void leftMerge() throws IOException {
        laptop.writes("a", "1");
        laptop.sync();
        phone.sync();
        RemoteSide tablet = side("tablet");
        tablet.sync();
        ObjectId base = laptop.folder.head().orElseThrow();
        tablet.writes("t", "tablet");
        laptop.writes("l", "laptop");
        phone.writes("p", "phone");
        ObjectId l = laptop.folder.head().orElseThrow();
        ObjectId p = phone.folder.head().orElseThrow();
        ObjectId t = tablet.folder.head().orElseThrow();
        tablet.folder.pushTo(laptop.folder);
        phone.folder.pushTo(laptop.folder);
        Repository git = laptop.folder.repository.git();
        // a remote that holds the merge of the younger two, of which the merge of all three is no descendant
        ObjectId held = ConvergentMerge.merge(git, List.of(l, p)).head();
        ObjectId all = ConvergentMerge.merge(git, List.of(held, t)).head();
        assertThat(laptop.folder.repository.reaches(all, held)).isFalse();
        laptop.folder.tree.checkOut(held, (path, content) -> Optional.empty());
        laptop.sync();
        assertThat(tip("main")).contains(held);

        laptop.folder.tree.checkOut(all, (path, content) -> Optional.empty());
        bare.getConfig().setBoolean("receive", null, "denyNonFastForwards", true);
        bare.getConfig().save();
        assertThat(laptop.push().overtaken()).isFalse();

        ObjectId now = tip("main").orElseThrow();
        assertThat(isAncestor(held, now)).isTrue();
        assertThat(isAncestor(all, now)).isTrue();
        assertThat(isAncestor(base, now)).isTrue();
        laptop.sync();
        assertThat(laptop.folder.head()).contains(now);
        phone.sync();
        assertThat(phone.folder.head()).contains(now);
        assertThat(phone.folder.files()).containsKeys("a", "l", "p", "t");
        assertThat(laptop.fetch().news()).isFalse();
    }

    @Test
    @DisplayName("never buries what was fetched by somebody else and is not merged here")
    void fetchedByHand() throws IOException {
        laptop.writes("a", "1");
        laptop.sync();
        phone.sync();
        phone.writes("p", "phone");
        phone.sync();
        laptop.writes("l", "laptop");
        laptop.fetch(); // and no merge

        assertThat(laptop.push().overtaken()).isTrue();
        assertThat(tip("main")).isEqualTo(phone.folder.head());
    }

    @Test
    @DisplayName("moves no branch that is checked out: a repository with files gets synced/ only")
    void withFiles() throws IOException {
        phone.writes("a", "1");
        laptop.remotes.add("phone", phone.folder.path.toString());
        GitRemote remote = laptop.remotes.named("phone").orElseThrow();
        laptop.exchange.fetch(remote);
        laptop.merge();
        laptop.writes("b", "2");
        Optional<ObjectId> before = phone.folder.head();

        laptop.exchange.push(remote, false);

        assertThat(phone.folder.head()).isEqualTo(before);
        assertThat(phone.folder
                        .repository
                        .git()
                        .exactRef("refs/heads/synced/main")
                        .getObjectId())
                .isEqualTo(laptop.folder.head().orElseThrow());
    }

    @Test
    @DisplayName("heeds annex-pull and annex-push")
    void oneWay() throws IOException {
        laptop.writes("a", "1");
        laptop.sync();
        GitRemote readOnly = new GitRemote("shared", "", phone.remote.path(), true, false, true);
        phone.exchange.fetch(readOnly);
        phone.merge();
        phone.writes("p", "1");
        phone.exchange.push(readOnly, false);
        assertThat(tip("main")).isEqualTo(laptop.folder.head());

        GitRemote writeOnly = new GitRemote("shared", "", phone.remote.path(), false, true, true);
        assertThat(phone.exchange.fetch(writeOnly).news()).isFalse();
    }

    @Test
    @DisplayName("with a directory that is not there, or an empty mount point, says that it is away")
    void away() throws IOException {
        Path moved = directory.resolve("moved");
        laptop.writes("a", "1");
        Files.move(bare.getDirectory().toPath(), moved);
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(laptop::fetch)
                    .isInstanceOfSatisfying(
                            RemoteException.class,
                            away -> assertThat(away.kind()).isEqualTo(RemoteException.Kind.AWAY));
            Files.createDirectories(bare.getDirectory().toPath());
        }
        Files.delete(bare.getDirectory().toPath());
        Files.move(moved, bare.getDirectory().toPath());
        laptop.sync();
    }

    @Test
    @DisplayName("does not fetch from a path that holds nothing new")
    void quick() throws IOException {
        laptop.writes("a", "1");
        laptop.sync();
        phone.sync();
        clock.pass(Duration.ofDays(1)); // a transfer would be over its deadline
        ObjectId head = laptop.folder.head().orElseThrow();
        RefUpdate away = bare.updateRef("refs/heads/other");
        away.setNewObjectId(head);
        away.update();

        assertThat(phone.fetch().news()).isFalse();
        assertThat(phone.folder.repository.git().exactRef("refs/remotes/shared/other"))
                .isNull();
    }
}
