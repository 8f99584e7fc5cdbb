package dev.tandem.gitsync.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.gitsync.testing.TempFolder;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.RefUpdate;
import org.eclipse.jgit.lib.TreeFormatter;
import org.eclipse.jgit.transport.PacketLineOut;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A push from a paired device that means harm")
@SuppressWarnings("NullAway") // fields that JUnit sets
class HostilePushTest {
    private static final UUID OTHER = UUID.fromString("99999999-9999-4999-8999-999999999999");
    private TempFolder attacker;
    private TempFolder victim;

    @BeforeEach
    void create(@TempDir Path directory) throws IOException {
        TempFolder.Clock clock = new TempFolder.Clock();
        attacker = new TempFolder(directory.resolve("attacker"), clock);
        victim = new TempFolder(directory.resolve("victim"), clock);
        attacker.write("file", "x").commitAll();
        victim.write("mine", "y").commitAll();
    }

    @AfterEach
    void close() {
        attacker.close();
        victim.close();
    }

    static Stream<String> foreignRefs() {
        return Stream.of(
                "refs/heads/main",
                "refs/heads/git-annex",
                "refs/synced/" + OTHER + "/main",
                "refs/tags/v1",
                "refs/synced/main",
                "HEAD");
    }

    @ParameterizedTest
    @MethodSource("foreignRefs")
    @DisplayName("PUSH-20: moves no ref but its own")
    void foreignRef(String ref) throws IOException {
        attacker.pushTo(victim);
        ObjectId before = victim.head().orElseThrow();
        ByteArrayOutputStream push = new ByteArrayOutputStream();
        FileTimes.NONE.write(push);
        PacketLineOut lines = new PacketLineOut(push);
        lines.writeString(
                ObjectId.zeroId().name() + " " + attacker.head().orElseThrow().name() + " " + ref + "\0 report-status");
        lines.end();
        push.writeBytes(emptyPack());

        try {
            receive(push.toByteArray());
        } catch (IOException refused) {
            assertThat(refused).isNotNull(); // as good as a refusal of the one ref
        }

        assertThat(victim.head()).contains(before);
        assertThat(victim.repository.git().exactRef("refs/synced/" + OTHER + "/main"))
                .isNull();
        assertThat(victim.repository.git().exactRef("refs/tags/v1")).isNull();
        assertThat(victim.repository.git().exactRef("refs/synced/main")).isNull();
    }

    @Test
    @DisplayName("deletes no ref, not even its own")
    void deletion() throws IOException {
        attacker.pushTo(victim);
        String own = SyncedRefs.of(attacker.repository.uuid()) + "main";
        ByteArrayOutputStream push = new ByteArrayOutputStream();
        FileTimes.NONE.write(push);
        PacketLineOut lines = new PacketLineOut(push);
        String tip = attacker.head().orElseThrow().name();
        lines.writeString(tip + " " + ObjectId.zeroId().name() + " " + own + "\0 report-status delete-refs");
        lines.end();

        receive(push.toByteArray());

        assertThat(victim.repository.git().exactRef(own).getObjectId())
                .isEqualTo(attacker.head().orElseThrow());
    }

    @ParameterizedTest
    @ValueSource(strings = {".git", ".GIT", "git~1", "..", "."})
    @DisplayName("brings no tree that reaches into .git or out of the folder")
    void hostileTree(String name) throws IOException {
        commitTreeWith(name);

        assertThatThrownBy(() -> attacker.pushTo(victim)).isInstanceOf(IOException.class);

        assertThat(new SyncedRefs(victim.repository.git()).head(attacker.repository.uuid()))
                .isEmpty();
    }

    @Test
    @DisplayName("brings no object beyond the limit")
    void tooLarge() throws IOException {
        byte[] noise = new byte[200_000];
        new Random(1).nextBytes(noise);
        attacker.write("large", new String(noise, StandardCharsets.ISO_8859_1)).commitAll();

        assertThatThrownBy(() -> attacker.pushTo(victim, new Limits(50_000, 50_000, 50_000)))
                .isInstanceOf(IOException.class);

        assertThat(new SyncedRefs(victim.repository.git()).head(attacker.repository.uuid()))
                .isEmpty();
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    @DisplayName("that is garbage ends with an error, and the repository stands as before")
    void garbage(long seed) throws IOException {
        byte[] noise = new byte[2000];
        new Random(seed).nextBytes(noise);
        ByteArrayOutputStream push = new ByteArrayOutputStream();
        if (seed % 2 == 0) {
            FileTimes.NONE.write(push);
        }
        push.writeBytes(noise);
        ObjectId before = victim.head().orElseThrow();

        assertThatThrownBy(() -> receive(push.toByteArray())).isInstanceOf(IOException.class);

        assertThat(victim.head()).contains(before);
        assertThat(victim.commitAll().head()).isEmpty();
    }

    @Test
    @DisplayName("does not get a block of times of any length into memory")
    void timesBomb() throws IOException {
        ByteArrayOutputStream push = new ByteArrayOutputStream();
        new DataOutputStream(push).writeInt(Integer.MAX_VALUE);

        assertThatThrownBy(() -> receive(push.toByteArray())).hasMessageContaining("times");
    }

    private Received receive(byte[] push) throws IOException {
        InputStream in = new ByteArrayInputStream(push);
        return ReceivePack.receive(
                victim.repository, attacker.repository.uuid(), Limits.DEFAULT, in, new ByteArrayOutputStream());
    }

    /** A pack without objects: what the ref is to point at is there already. */
    private static byte[] emptyPack() throws IOException {
        ByteArrayOutputStream pack = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(pack);
        out.writeBytes("PACK");
        out.writeInt(2);
        out.writeInt(0);
        byte[] body = pack.toByteArray();
        pack.writeBytes(Constants.newMessageDigest().digest(body));
        return pack.toByteArray();
    }

    private void commitTreeWith(String name) throws IOException {
        try (ObjectInserter inserter = attacker.repository.git().newObjectInserter()) {
            ObjectId blob = inserter.insert(Constants.OBJ_BLOB, "#!/bin/sh\n".getBytes(StandardCharsets.UTF_8));
            TreeFormatter tree = new TreeFormatter();
            tree.append(name, FileMode.REGULAR_FILE, blob);
            CommitBuilder commit = new CommitBuilder();
            commit.setTreeId(inserter.insert(tree));
            commit.setParentId(attacker.head().orElseThrow());
            PersonIdent ident = new PersonIdent("mallory", "mallory@example.org");
            commit.setAuthor(ident);
            commit.setCommitter(ident);
            commit.setMessage("innocent");
            ObjectId id = inserter.insert(commit);
            inserter.flush();
            RefUpdate update = attacker.repository.git().updateRef(Constants.HEAD);
            update.setNewObjectId(id);
            assertThat(update.update()).isEqualTo(RefUpdate.Result.FAST_FORWARD);
        }
    }
}
