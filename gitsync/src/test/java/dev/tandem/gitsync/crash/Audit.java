package dev.tandem.gitsync.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.gitsync.annex.Key;
import dev.tandem.gitsync.annex.Pointer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.revwalk.ObjectWalk;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevObject;

/** Looks for every content that was acknowledged, in the histories, in the annexes and in the files. */
final class Audit {
    private static final String ANNEXED = "annex ";
    private static final long FSCK_SECONDS_MAX = 60;

    private record Written(String folder, String path, String sha256, boolean large, boolean committed) {}

    private final Path root;
    /** The SHA-256 of blobs, or of what a pointer stands for: read once each. */
    private final Map<ObjectId, String> known = new HashMap<>();

    private final Map<String, String> digests = new HashMap<>();

    Audit(Path root) {
        this.root = root;
    }

    /** Nothing acknowledged is lost, whatever a start would make of it. */
    void nothingLost(byte[] acks, boolean uncommittedToo) throws IOException {
        List<Written> all = parse(acks);
        Map<String, Set<String>> versions = new HashMap<>();
        Map<String, Set<String>> files = new HashMap<>();
        for (String folder : CrashMain.folders()) {
            try (CrashFolder read = CrashFolder.look(root.resolve(folder))) {
                versions.put(folder, versions(read));
            }
            files.put(folder, files(root.resolve(folder)));
        }
        for (Written written : all) {
            boolean inHistory = versions.get(written.folder).contains(written.sha256);
            if (written.committed) {
                assertThat(inHistory).as("a version of %s", written).isTrue();
            } else if (uncommittedToo) {
                assertThat(inHistory || files.get(written.folder).contains(written.sha256))
                        .as("%s, in history or in the folder", written)
                        .isTrue();
            }
        }
    }

    /** After an exchange: both have all that was acknowledged as committed, the same heads and the same files. */
    void equal(byte[] acks) throws IOException {
        try (CrashFolder one = CrashFolder.start(root.resolve("one"));
                CrashFolder two = CrashFolder.start(root.resolve("two"))) {
            CrashFolder.level(one, two);
            assertThat(one.leftOver()).isEmpty();
            assertThat(two.leftOver()).isEmpty();
            assertThat(one.head()).isEqualTo(two.head());
            Set<String> all = versions(one);
            all.addAll(versions(two)); // a large content of an earlier version is where it was made
            parse(acks).stream()
                    .filter(Written::committed)
                    .forEach(written -> assertThat(all).as("%s", written).contains(written.sha256));
        }
        assertThat(files(root.resolve("one"))).isEqualTo(files(root.resolve("two")));
        fsck("one");
        fsck("two");
    }

    private List<Written> parse(byte[] acks) {
        List<Written> all = new ArrayList<>();
        String text = new String(acks, StandardCharsets.US_ASCII);
        for (String line : text.substring(0, text.lastIndexOf('\n') + 1).lines().toList()) {
            String[] word = line.split(" ", -1);
            if (word[0].equals("W")) {
                int bytes = Integer.parseInt(word[3]);
                String sha256 = digests.computeIfAbsent(line, l -> sha256(Contents.of(bytes, Long.parseLong(word[4]))));
                all.add(new Written(word[1], word[2], sha256, bytes > CrashFolder.LARGE_BYTES_MIN, false));
            } else if (word[0].equals("C")) {
                all.replaceAll(
                        w -> w.folder.equals(word[1]) ? new Written(w.folder, w.path, w.sha256, w.large, true) : w);
            }
        }
        return all;
    }

    /** The digests of all contents that the history has; of large ones, those that are here. */
    private Set<String> versions(CrashFolder folder) throws IOException {
        Set<String> versions = new HashSet<>();
        Optional<ObjectId> head = folder.head();
        if (head.isEmpty()) {
            return versions;
        }
        try (ObjectWalk walk = new ObjectWalk(folder.repository.git())) {
            RevCommit tip = walk.parseCommit(head.get());
            walk.markStart(tip);
            for (RevCommit commit = tip; commit != null; ) {
                commit = walk.next(); // their objects come after all of them
            }
            for (RevObject object = walk.nextObject(); object != null; object = walk.nextObject()) {
                if (object.getType() == Constants.OBJ_BLOB) {
                    String digest = known.get(object);
                    if (digest == null) {
                        digest = digest(folder.blob(object));
                        known.put(object.copy(), digest);
                    }
                    versions.add(digest);
                }
            }
        }
        Set<String> here = new HashSet<>();
        folder.store.forEach(key -> {
            try {
                if (folder.store.damage(key).isEmpty()) {
                    here.add(sha256(key));
                }
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        Set<String> result = new HashSet<>();
        for (String version : versions) {
            boolean annexed = version.startsWith(ANNEXED);
            String name = annexed ? version.substring(ANNEXED.length()) : version;
            if (!annexed || here.contains(name)) {
                result.add(name);
            }
        }
        return result;
    }

    private static String digest(byte[] blob) {
        Optional<Key> key = blob.length <= Pointer.BYTES_MAX ? Pointer.parse(blob) : Optional.empty();
        return key.isPresent() ? ANNEXED + sha256(key.get()) : sha256(blob);
    }

    /** What is after the two dashes of a SHA256E key, without the extension. */
    private static String sha256(Key key) {
        String name = key.toString();
        int from = name.indexOf("--") + 2;
        return name.substring(from, from + 64);
    }

    private static Set<String> files(Path folder) throws IOException {
        Set<String> digests = new HashSet<>();
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path file : (Iterable<Path>) all::iterator) {
                if (Files.isRegularFile(file)
                        && !folder.relativize(file).startsWith(".git")
                        && !String.valueOf(file.getFileName()).startsWith(".tandem-tmp-")) {
                    digests.add(sha256(Files.readAllBytes(file)));
                }
            }
        }
        return digests;
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private void fsck(String folder) throws IOException {
        Process git = new ProcessBuilder("git", "fsck", "--strict", "--no-progress", "--no-dangling")
                .directory(root.resolve(folder).toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            assertThat(git.waitFor(FSCK_SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
        assertThat(git.exitValue())
                .as("git fsck --strict in %s: %s", folder, said)
                .isZero();
        assertThat(said).doesNotContain("error", "missing", "broken");
    }
}
