package dev.tandem.gitsync.worktree;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Not a test but a measurement: {@code mvn test -Dtest=Figures -Dfigures=true}. */
@EnabledIfSystemProperty(named = "figures", matches = "true")
@DisplayName("Figures of the work tree")
final class Figures {
    @TempDir
    Path temp;

    private final Random random = new Random(1);

    private static void say(String what, long sinceNanos) {
        System.err.printf("FIGURE %s: %.1f ms%n", what, (System.nanoTime() - sinceNanos) / 1e6);
    }

    /** So that a flush of ours does not pay for the files that the measurement itself wrote. */
    private static void sync() throws IOException {
        try {
            new ProcessBuilder("sync").start().waitFor();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private String content() {
        return "%x\n".formatted(random.nextLong()).repeat(60 + random.nextInt(400));
    }

    @Test
    void measure() throws IOException {
        for (int files : new int[] {1_000, 50_000}) {
            TestFolder folder = new TestFolder(Files.createDirectory(temp.resolve("n" + files)));
            for (int i = 0; i < files; i++) {
                folder.write("d" + i % 50 + "/e" + i % 20 + "/f" + i, "content " + i);
            }
            long start = System.nanoTime();
            folder.commitAll();
            say("first commit of " + files, start);
            for (int i = 0; i < 3; i++) {
                start = System.nanoTime();
                Set<String> changed = folder.workTree.scan();
                say("scan of " + files + " unchanged (" + changed.size() + ")", start);
            }
            sync();
            List<Long> took = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                folder.write("d7/e7/f7", "edit " + i);
                start = System.nanoTime();
                folder.workTree.commit(Set.of("d7/e7/f7"));
                took.add(System.nanoTime() - start);
            }
            List<Long> warm = new ArrayList<>(took.subList(20, 60));
            warm.sort(null);
            System.err.printf(
                    "FIGURE commit of one edit in %d: median %.2f ms, max %.2f ms%n",
                    files, warm.get(20) / 1e6, warm.get(39) / 1e6);
            start = System.nanoTime();
            folder.workTree.commit(Set.of("d7/e7/f7"));
            say("echo in " + files, start);
        }
        receive();
    }

    private void receive() throws IOException {
        TestFolder folder = new TestFolder(Files.createDirectory(temp.resolve("receive")));
        Map<String, String> files = new TreeMap<>();
        for (int i = 0; i < 5_000; i++) {
            files.put("d" + i % 50 + "/f" + i, content());
        }
        ObjectId tip = folder.peer(files);
        sync();
        long start = System.nanoTime();
        folder.workTree.checkOut(tip, TestFolder.UNKNOWN);
        say("checkout of 5000 files of 1 to 8 KiB", start);
        TestFolder sender = new TestFolder(Files.createDirectory(temp.resolve("send")));
        for (Map.Entry<String, String> file : files.entrySet()) {
            sender.write(file.getKey(), file.getValue());
        }
        start = System.nanoTime();
        sender.workTree.commit(new TreeSet<>(files.keySet()));
        say("commit of 5000 new files of 1 to 8 KiB", start);
    }
}
