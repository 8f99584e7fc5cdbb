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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.DeflaterOutputStream;
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
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A pack from a paired device that means harm")
@Timeout(60)
@SuppressWarnings("NullAway") // fields that JUnit sets
class HostilePackTest {
    private static final PersonIdent MALLORY = new PersonIdent("mallory", "mallory@example.org");

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

    /** Packs are built byte by byte: no git makes these. */
    private static final class Pack {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final int count;
        private long last;

        Pack(int count) throws IOException {
            this.count = count;
            DataOutputStream out = new DataOutputStream(bytes);
            out.writeBytes("PACK");
            out.writeInt(2);
            out.writeInt(count);
        }

        Pack whole(int type, byte[] content) throws IOException {
            last = bytes.size();
            header(type, content.length);
            deflate(content);
            return this;
        }

        /** On the object before it. */
        Pack delta(byte[] delta) throws IOException {
            long back = bytes.size() - last;
            last = bytes.size();
            header(Constants.OBJ_OFS_DELTA, delta.length);
            byte[] offset = new byte[10];
            int at = offset.length;
            offset[--at] = (byte) (back & 0x7f);
            while ((back >>= 7) > 0) {
                offset[--at] = (byte) (0x80 | (--back & 0x7f));
            }
            bytes.write(offset, at, offset.length - at);
            deflate(delta);
            return this;
        }

        private void header(int type, long length) {
            int first = (int) ((type << 4) | (length & 15));
            for (length >>>= 4; length > 0; length >>>= 7) {
                bytes.write(first | 0x80);
                first = (int) (length & 0x7f);
            }
            bytes.write(first);
        }

        private void deflate(byte[] content) throws IOException {
            DeflaterOutputStream out = new DeflaterOutputStream(bytes);
            out.write(content);
            out.finish();
        }

        byte[] finish() {
            byte[] body = bytes.toByteArray();
            bytes.writeBytes(Constants.newMessageDigest().digest(body));
            assertThat(count).isPositive();
            return bytes.toByteArray();
        }
    }

    /** Sizes as deltas have them, then what is given. */
    private static byte[] delta(long from, long to, byte... instructions) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (long size : new long[] {from, to}) {
            long left = size;
            while (left > 0x7f) {
                out.write((int) (left & 0x7f) | 0x80);
                left >>>= 7;
            }
            out.write((int) left);
        }
        out.writeBytes(instructions);
        return out.toByteArray();
    }

    private Received receive(ObjectId tip, byte[] pack, Limits limits) throws IOException {
        ByteArrayOutputStream push = new ByteArrayOutputStream();
        FileTimes.NONE.write(push);
        PacketLineOut lines = new PacketLineOut(push);
        String ref = SyncedRefs.of(attacker.repository.uuid()) + "main";
        lines.writeString(ObjectId.zeroId().name() + " " + tip.name() + " " + ref + "\0 report-status");
        lines.end();
        push.writeBytes(pack);
        InputStream in = new ByteArrayInputStream(push.toByteArray());
        return ReceivePack.receive(
                victim.repository, attacker.repository.uuid(), limits, in, new ByteArrayOutputStream());
    }

    private void assertNothingCame() throws IOException {
        assertThat(new SyncedRefs(victim.repository.git()).head(attacker.repository.uuid()))
                .isEmpty();
        assertThat(victim.commitAll().head()).isEmpty();
    }

    @Test
    @DisplayName("a delta of a few bytes that says it becomes more than fits into memory is an error of that push only")
    void deltaBomb() throws IOException {
        byte[] pack = new Pack(2)
                .whole(Constants.OBJ_BLOB, new byte[16])
                .delta(delta(16, Integer.MAX_VALUE - 1, (byte) 0x90, (byte) 16))
                .finish();

        assertThatThrownBy(() -> receive(attacker.head().orElseThrow(), pack, Limits.DEFAULT))
                .isInstanceOf(IOException.class);
        assertNothingCame();
    }

    @Test
    @DisplayName("a delta that becomes larger than an object may be is refused")
    void largeDelta() throws IOException {
        byte[] pack = new Pack(2)
                .whole(Constants.OBJ_BLOB, new byte[16])
                .delta(delta(16, 1 << 20, (byte) 0x90, (byte) 16))
                .finish();

        assertThatThrownBy(() -> receive(attacker.head().orElseThrow(), pack, new Limits(1 << 20, 1 << 16, 1 << 16)))
                .isInstanceOf(IOException.class);
        assertNothingCame();
    }

    @Test
    @DisplayName("a tree that says it is as large as all memory is an error of that push only")
    void treeBomb() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Pack pack = new Pack(1);
        pack.header(Constants.OBJ_TREE, Integer.MAX_VALUE - 1);
        pack.deflate(new byte[100]);
        bytes.writeBytes(pack.finish());

        assertThatThrownBy(() -> receive(attacker.head().orElseThrow(), bytes.toByteArray(), Limits.DEFAULT))
                .isInstanceOf(IOException.class);
        assertNothingCame();
    }

    @Test
    @DisplayName("a chain of five thousand deltas is taken, read and merged like anything else")
    void deepDeltas() throws IOException {
        int depth = 5000;
        byte[] content = "0\n".getBytes(StandardCharsets.UTF_8);
        Pack pack = new Pack(depth + 3).whole(Constants.OBJ_BLOB, content);
        for (int i = 1; i <= depth; i++) {
            int length = content.length;
            byte[] next = java.util.Arrays.copyOf(content, length + 1);
            next[length] = (byte) ('a' + i % 26);
            // copy all from 0, then one byte as it is
            byte[] steps = {(byte) 0xb0, (byte) length, (byte) (length >> 8), 1, next[length]};
            pack.delta(delta(length, length + 1, steps));
            content = next;
        }
        TreeFormatter tree = new TreeFormatter();
        tree.append("deep", FileMode.REGULAR_FILE, id(Constants.OBJ_BLOB, content));
        byte[] root = tree.toByteArray();
        CommitBuilder commit = new CommitBuilder();
        commit.setTreeId(id(Constants.OBJ_TREE, root));
        commit.setAuthor(MALLORY);
        commit.setCommitter(MALLORY);
        commit.setMessage("deep");
        byte[] tip = commit.build();

        receive(
                id(Constants.OBJ_COMMIT, tip),
                pack.whole(Constants.OBJ_TREE, root)
                        .whole(Constants.OBJ_COMMIT, tip)
                        .finish(),
                Limits.DEFAULT);

        assertThat(victim.integrate(attacker).done()).isTrue();
        assertThat(victim.read("deep")).hasSize(content.length);
    }

    private static ObjectId id(int type, byte[] content) {
        return new ObjectInserter.Formatter().idFor(type, content);
    }

    @ParameterizedTest
    @ValueSource(strings = {"+ 1 ../up", "+ 1 .git/hooks", "t 99999999999999999999 0123456789abcdef a", "x"})
    @DisplayName("a commit with a hostile word of times or directories is refused")
    void hostileHeader(String line) throws IOException {
        CommitBuilder commit = new CommitBuilder();
        try (ObjectInserter inserter = attacker.repository.git().newObjectInserter()) {
            commit.setTreeId(inserter.insert(new TreeFormatter()));
            commit.setAuthor(MALLORY);
            commit.setCommitter(MALLORY);
            commit.setMessage("innocent");
            String raw = new String(commit.build(), StandardCharsets.UTF_8)
                    .replaceFirst("\n\n", "\ntandem 1\n " + line + "\n\n");
            advance(inserter.insert(Constants.OBJ_COMMIT, raw.getBytes(StandardCharsets.UTF_8)), inserter);
        }

        assertThatThrownBy(() -> attacker.pushTo(victim)).isInstanceOf(IOException.class);
        assertNothingCame();
    }

    @Test
    @DisplayName("submodules, hooks and filters that a tree brings are files and empty directories, and run nothing")
    void submodulesAndHooks() throws IOException {
        Path proof = victim.path.resolveSibling("proof");
        Map<String, String> files = new TreeMap<>(Map.of(
                ".gitattributes", "* filter=evil merge=evil diff=evil\n",
                ".gitmodules", "[submodule \"s\"]\n\tpath = s\n\turl = --upload-pack=touch " + proof + "\n",
                "hooks/post-checkout", "#!/bin/sh\ntouch " + proof + "\n"));
        try (ObjectInserter inserter = attacker.repository.git().newObjectInserter()) {
            TreeFormatter hooks = new TreeFormatter();
            TreeFormatter root = new TreeFormatter();
            for (Map.Entry<String, String> file : files.entrySet()) {
                ObjectId blob =
                        inserter.insert(Constants.OBJ_BLOB, file.getValue().getBytes(StandardCharsets.UTF_8));
                if (file.getKey().startsWith("hooks/")) {
                    hooks.append("post-checkout", FileMode.EXECUTABLE_FILE, blob);
                } else {
                    root.append(file.getKey(), FileMode.REGULAR_FILE, blob);
                }
            }
            root.append("hooks", FileMode.TREE, inserter.insert(hooks));
            root.append("s", FileMode.GITLINK, attacker.head().orElseThrow());
            CommitBuilder commit = new CommitBuilder();
            commit.setTreeId(inserter.insert(root));
            commit.setParentId(attacker.head().orElseThrow());
            commit.setAuthor(MALLORY);
            commit.setCommitter(MALLORY);
            commit.setMessage("innocent");
            advance(inserter.insert(commit), inserter);
        }
        boolean refused = false;
        try {
            attacker.pushTo(victim);
            assertThat(victim.integrate(attacker).done()).isTrue();
        } catch (IOException e) {
            refused = true; // the url is one that git itself would not take
        }

        assertThat(proof).doesNotExist();
        assertThat(victim.path.resolve(".git/modules")).doesNotExist();
        assertThat(victim.path.resolve(".git/hooks/post-checkout")).doesNotExist();
        if (!refused) {
            assertThat(victim.path.resolve("s")).isEmptyDirectory();
            assertThat(Files.isRegularFile(victim.path.resolve("hooks/post-checkout")))
                    .isTrue();
        }
        assertThat(victim.read("mine")).isEqualTo("y");
    }

    private void advance(ObjectId commit, ObjectInserter inserter) throws IOException {
        inserter.flush();
        RefUpdate update = attacker.repository.git().updateRef(Constants.HEAD);
        update.setNewObjectId(commit);
        assertThat(update.forceUpdate()).isIn(RefUpdate.Result.FAST_FORWARD, RefUpdate.Result.FORCED);
    }
}
