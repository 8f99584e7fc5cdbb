package dev.tandem.gitsync.crash;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/**
 * A process that is to be killed: it starts two folders as the daemon would, then edits, commits, pushes, merges,
 * checks out and fetches contents, at random, until it is ended or has done so many steps. What may never be lost it
 * says in the file {@code acks}, a line at a time: {@code W folder path bytes seed} once a file was written, {@code C
 * folder} once all that was written there is in a version.
 *
 * <p>No version is overwritten before it was acknowledged as committed: what a user overwrites within the settle time
 * is the user's to lose.
 */
final class CrashMain {
    private static final List<String> FOLDERS = List.of("one", "two");
    private static final int NAMES = 14;

    private final Path root;
    private final Random random;
    private final FileOutputStream acks;

    private CrashMain(Path root, long seed, FileOutputStream acks) {
        this.root = root;
        this.random = new Random(seed);
        this.acks = acks;
    }

    /** Arguments: the directory, the seed, how many steps. */
    public static void main(String[] arguments) throws IOException {
        PrintStream out = System.out;
        System.setOut(System.err); // where a log may go
        Path root = Path.of(arguments[0]);
        try (FileOutputStream acks = new FileOutputStream(root.resolve("acks").toFile(), true)) {
            new CrashMain(root, Long.parseLong(arguments[1]), acks).run(Integer.parseInt(arguments[2]), out);
        }
    }

    private void run(int steps, PrintStream out) throws IOException {
        try (CrashFolder one = CrashFolder.start(root.resolve("one"));
                CrashFolder two = CrashFolder.start(root.resolve("two"))) {
            commit(one);
            commit(two);
            out.write('.');
            out.flush();
            for (int i = 0; i < steps; i++) {
                boolean first = random.nextBoolean();
                step(first ? one : two, first ? two : one);
            }
        }
    }

    private void step(CrashFolder here, CrashFolder there) throws IOException {
        switch (random.nextInt(10)) {
            case 0, 1, 2 -> here.syncTo(there);
            case 3 -> {
                delete(here);
                commit(here);
            }
            case 4 -> {
                if (random.nextInt(4) == 0) {
                    many(here);
                }
                commit(here);
            }
            default -> {
                Set<String> names = new TreeSet<>();
                for (int i = random.nextInt(3); i >= 0; i--) {
                    names.add(name());
                }
                for (String name : names) {
                    write(here, name, content());
                }
                commit(here);
            }
        }
    }

    private String name() {
        int n = random.nextInt(NAMES);
        return (n % 3 == 0 ? "d/" : n % 5 == 0 ? "d/e/" : "") + "f" + n + ".txt";
    }

    private int content() {
        return random.nextInt(5) == 0 ? CrashFolder.LARGE_BYTES_MIN + random.nextInt(60_000) : random.nextInt(900) + 40;
    }

    private void write(CrashFolder folder, String name, int bytes) throws IOException {
        Path file = folder.path.resolve(name);
        if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS) || !isDirectoryOrNothing(file.getParent())) {
            return;
        }
        long seed = random.nextLong();
        Files.createDirectories(file.getParent());
        Files.write(file, Contents.of(bytes, seed));
        say("W " + folder.path.getFileName() + " " + name + " " + bytes + " " + seed);
    }

    private static boolean isDirectoryOrNothing(Path path) {
        return Files.isDirectory(path) || !Files.exists(path, LinkOption.NOFOLLOW_LINKS);
    }

    /** More than are worth a pack. */
    private void many(CrashFolder folder) throws IOException {
        String directory = "many" + random.nextInt(2);
        for (int i = 0; i < 70; i++) {
            write(folder, directory + "/" + i, 60);
        }
    }

    private void delete(CrashFolder folder) throws IOException {
        Path file = folder.path.resolve(name());
        if (Files.isRegularFile(file)) {
            if (random.nextBoolean()) {
                Files.delete(file);
            } else {
                Files.move(
                        file,
                        file.resolveSibling("moved" + random.nextInt(5)),
                        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    private void commit(CrashFolder folder) throws IOException {
        folder.commit();
        say("C " + folder.path.getFileName());
    }

    private void say(String line) throws IOException {
        acks.write((line + "\n").getBytes(StandardCharsets.US_ASCII));
    }

    static List<String> folders() {
        return FOLDERS;
    }
}
