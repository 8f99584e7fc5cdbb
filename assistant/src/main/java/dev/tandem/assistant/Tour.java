package dev.tandem.assistant;

import dev.tandem.assistant.api.ActionFailed;
import dev.tandem.assistant.api.Actions;
import dev.tandem.assistant.api.Home;
import dev.tandem.assistant.demo.DemoServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * What {@code tandem demo} shows: a server, two devices, a pairing, a file each way, a merge and a clash, each with the
 * time that it took; all in one temporary directory and on loopback.
 */
final class Tour {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long LOOK_NANOS = Duration.ofMillis(2).toNanos();
    private static final String POEM = """
            Two roads diverged in a yellow wood,
            And sorry I could not travel both
            And be one traveler, long I stood
            And looked down one as far as I could
            """;

    private final PrintWriter out;
    private final Path place;
    private int step;

    private Tour(PrintWriter out, Path place) {
        this.out = out;
        this.place = place;
    }

    /** Runs the tour; what it made is deleted unless it fails, then it stays to be looked at. */
    static int run(boolean keep, PrintWriter out) throws IOException {
        Path place = Files.createTempDirectory("tandem-demo-");
        LogFile.writeTo(place.resolve("demo.log"), false);
        try {
            new Tour(out, place).run(keep);
        } catch (IOException | ActionFailed failed) {
            throw new IOException(failed.getMessage() + "; what there is to see of it stays in " + place, failed);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
        delete(place);
        return 0;
    }

    private static void delete(Path place) throws IOException {
        try (Stream<Path> tree = Files.walk(place)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }

    private void run(boolean keep) throws IOException, ActionFailed, InterruptedException {
        out.println("Tandem's tour, in " + place);
        long begin = System.nanoTime();
        try (DemoServer server = new DemoServer(place, Threads.named("demo-server"), new SecureRandom())) {
            server.addUser("ada@localhost", "ada's password");
            server.addUser("ada-phone@localhost", "another password");
            done("an XMPP server on 127.0.0.1:" + server.port(), begin);
            begin = System.nanoTime();
            try (Daemon laptop = daemon("laptop");
                    Daemon phone = daemon("phone")) {
                signIn(laptop, server, "ada@localhost", "ada's password");
                signIn(phone, server, "ada-phone@localhost", "another password");
                done("two devices, each signed in to its own account", begin);
                tour(laptop, phone);
                if (keep) {
                    keepRunning(laptop, phone);
                }
            }
        }
    }

    private Daemon daemon(String name) throws IOException {
        return Daemon.start(new Home(place.resolve(name + "-home")), new Options(name, Options.Direct.HERE));
    }

    private static void signIn(Daemon daemon, DemoServer server, String jid, String password)
            throws ActionFailed, IOException {
        daemon.actions()
                .addAccount(new Actions.NewAccount(
                        jid, password, "127.0.0.1:" + server.port(), Files.readString(server.certificate())));
    }

    private void tour(Daemon laptop, Daemon phone) throws IOException, ActionFailed {
        Path here = Files.createDirectory(place.resolve("laptop"));
        Path there = place.resolve("phone");
        Files.writeString(here.resolve("poem.txt"), POEM);
        long begin = System.nanoTime();
        laptop.actions().addFolder(here, Optional.of("notes"));
        done("the laptop keeps " + here.getFileName() + "/ in sync", begin);

        begin = System.nanoTime();
        Actions.Offer offer = laptop.actions().offer("notes");
        phone.actions().join(offer.jid(), offer.code(), Optional.of(there));
        await(() -> read(there.resolve("poem.txt")).equals(POEM));
        done("paired with the code " + offer.code() + "; the poem is there", begin);

        begin = System.nanoTime();
        Files.writeString(here.resolve("from-laptop.txt"), "written on the laptop\n");
        await(() -> !read(there.resolve("from-laptop.txt")).isEmpty());
        done("a file went from the laptop to the phone", begin);

        begin = System.nanoTime();
        Files.writeString(there.resolve("from-phone.txt"), "written on the phone\n");
        await(() -> !read(here.resolve("from-phone.txt")).isEmpty());
        done("and one from the phone to the laptop", begin);

        merge(laptop, phone, here, there);
        clash(laptop, phone, here, there);
    }

    private void merge(Daemon laptop, Daemon phone, Path here, Path there) throws IOException, ActionFailed {
        apart(phone);
        long begin = System.nanoTime();
        Files.writeString(here.resolve("poem.txt"), POEM.replace("Two roads", "TWO ROADS"));
        Files.writeString(there.resolve("poem.txt"), POEM.replace("as far as I could", "as far as I COULD"));
        phone.actions().resume(Optional.empty());
        await(() -> read(here.resolve("poem.txt")).contains("TWO ROADS")
                && read(here.resolve("poem.txt")).contains("I COULD")
                && read(there.resolve("poem.txt")).equals(read(here.resolve("poem.txt"))));
        same(laptop, phone);
        done("both edited the poem while apart: both edits are in it, on both", begin);
    }

    private void clash(Daemon laptop, Daemon phone, Path here, Path there) throws IOException, ActionFailed {
        apart(phone);
        long begin = System.nanoTime();
        Files.writeString(here.resolve("from-laptop.txt"), "the laptop's idea\n");
        Files.writeString(there.resolve("from-laptop.txt"), "the phone's idea\n");
        phone.actions().resume(Optional.empty());
        await(() -> files(here).containsValue("the laptop's idea\n")
                && files(here).containsValue("the phone's idea\n")
                && files(here).equals(files(there)));
        same(laptop, phone);
        String variant = files(here).keySet().stream()
                .filter(name -> name.contains(".variant-"))
                .findFirst()
                .orElse("");
        done("both wrote the same line: both versions stay, one as " + variant, begin);
        out.println("Both devices hold the commit "
                + String.valueOf(laptop.actions().status().folders().get(0).head())
                + ": " + files(here).size() + " files, no conflict left, nothing lost.");
        out.flush();
    }

    /** While one is paused, both can be edited without the other knowing. */
    private static void apart(Daemon phone) throws ActionFailed {
        phone.actions().pause(Optional.empty());
    }

    private static void same(Daemon one, Daemon two) throws IOException {
        await(() -> {
            String left = one.actions().status().folders().get(0).head();
            return left != null
                    && left.equals(two.actions().status().folders().get(0).head());
        });
    }

    private void done(String what, long since) {
        long millis = (System.nanoTime() - since) / 1_000_000;
        out.println(String.format(Locale.ROOT, "%2d. %-78s %6d ms", ++step, what, millis));
        out.flush();
    }

    private interface Condition {
        boolean holds() throws IOException;
    }

    private static void await(Condition condition) throws IOException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() > end) {
                throw new IOException("this step did not work within " + PATIENCE.toSeconds() + " s");
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    private static String read(Path file) throws IOException {
        return Files.exists(file) ? Files.readString(file) : "";
    }

    private static Map<String, String> files(Path directory) throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> entries = Files.list(directory)) {
            for (Path file : List.copyOf(entries.filter(Files::isRegularFile).toList())) {
                files.put(String.valueOf(file.getFileName()), read(file));
            }
        }
        return files;
    }

    private void keepRunning(Daemon laptop, Daemon phone) throws InterruptedException {
        out.println("The laptop's dashboard: " + laptop.dashboard());
        out.println("The phone's dashboard:  " + phone.dashboard());
        out.println("Try it in " + place.resolve("laptop") + " and " + place.resolve("phone") + "; Ctrl-C ends it.");
        out.flush();
        new CountDownLatch(1).await();
    }
}
