package dev.tandem.assistant.story;

import static org.awaitility.Awaitility.await;

import dev.tandem.assistant.Daemon;
import dev.tandem.assistant.Options;
import dev.tandem.assistant.api.ActionFailed;
import dev.tandem.assistant.api.Actions;
import dev.tandem.assistant.api.Home;
import dev.tandem.assistant.api.Status;
import dev.tandem.assistant.api.Wanting;
import dev.tandem.xmpp.testing.Prosody;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;

/** A device of the stories: a real daemon with a home and one folder, and what a person does with it. */
final class Device implements AutoCloseable {
    final String name;
    final Path home;
    final Path folder;
    private final Options.Direct direct;
    private Daemon daemon;

    /** One that has nothing but its account. */
    Device(String name, Path directory) throws IOException {
        this(name, directory, Options.Direct.OFF);
    }

    Device(String name, Path directory, Options.Direct direct) throws IOException {
        this.name = name;
        this.direct = direct;
        home = directory.resolve(name + "-home");
        folder = directory.resolve(name);
        daemon = Daemon.start(new Home(home), new Options(name, direct));
    }

    Actions actions() {
        return daemon.actions();
    }

    void signIn(Prosody server, String jid, String password) throws ActionFailed, IOException {
        actions()
                .addAccount(new Actions.NewAccount(
                        jid, password, server.address(), Files.readString(server.certificate())));
    }

    void keepsInSync() throws IOException, ActionFailed {
        Files.createDirectories(folder);
        actions().addFolder(folder, Optional.of("notes"));
    }

    void pairsWith(Device other) throws ActionFailed {
        Actions.Offer offer = other.actions().offer("notes");
        actions().join(offer.jid(), offer.code(), Optional.of(folder));
    }

    void writes(String file, String content) throws IOException {
        Path target = folder.resolve(file);
        Files.createDirectories(target.getParent());
        Files.writeString(target, content);
    }

    void writes(String file, byte[] content) throws IOException {
        Path target = folder.resolve(file);
        Files.createDirectories(target.getParent());
        Files.write(target, content);
    }

    /** Waits until a file is there with those bytes. */
    void sees(String file, byte[] content) {
        await(name + " sees " + file)
                .pollInterval(Duration.ofMillis(10))
                .atMost(Duration.ofSeconds(60))
                .ignoreExceptions()
                .until(() -> Arrays.equals(Files.readAllBytes(folder.resolve(file)), content));
    }

    void deletes(String file) throws IOException {
        Files.delete(folder.resolve(file));
    }

    /** Waits until a file is there with that content: whole, never half. */
    void sees(String file, String content) {
        await(name + " sees " + file)
                .pollInterval(Duration.ofMillis(10))
                .atMost(Duration.ofSeconds(20))
                .ignoreExceptions()
                .until(() -> Files.readString(folder.resolve(file)).equals(content));
    }

    void seesNo(String file) {
        await(name + " sees no " + file)
                .pollInterval(Duration.ofMillis(10))
                .atMost(Duration.ofSeconds(20))
                .until(() -> Files.notExists(folder.resolve(file)));
    }

    void eventually(String what, Callable<Boolean> isSo) {
        await(name + " " + what)
                .pollInterval(Duration.ofMillis(10))
                .atMost(Duration.ofSeconds(20))
                .until(isSo);
    }

    /** Waits until both hold the same commit and say so. */
    void isInSyncWith(Device other) {
        await(name + " is in sync with " + other.name)
                .pollInterval(Duration.ofMillis(10))
                .atMost(Duration.ofSeconds(20))
                .until(() -> status().head() != null
                        && status().head().equals(other.status().head())
                        && status().state().equals("synced")
                        && other.status().state().equals("synced"));
    }

    /** Waits until the newest commit is the one with that message. */
    void hasTheCommit(String message) {
        await(name + " has the commit " + message)
                .atMost(Duration.ofSeconds(20))
                .until(() -> git("log", "-1", "--format=%s").strip().equals(message));
    }

    Wanting wanting() {
        return daemon.wanting();
    }

    /** What it has sent over its links since its daemon started. */
    long sentBytes() {
        return daemon.traffic().bytes();
    }

    Status.Folder status() {
        return actions().status().folders().get(0);
    }

    Map<String, String> files() throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (var all = Files.walk(folder)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                String path = folder.relativize(file).toString();
                if (!path.startsWith(".git/")) {
                    files.put(path, Files.readString(file));
                }
            }
        }
        return files;
    }

    /** Runs the real git in the folder; its output, or a failure. */
    String git(String... arguments) throws IOException, InterruptedException {
        return in(folder, arguments);
    }

    /** The same somewhere else. */
    String in(Path directory, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("git", "-c", "user.name=Ada", "-c", "user.email=ada@localhost"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
        builder.environment().put("HOME", home.toString());
        builder.environment().put("LC_ALL", "C.UTF-8");
        Process process = builder.redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", arguments) + " failed: " + said);
        }
        return said;
    }

    int commits() throws IOException, InterruptedException {
        return Integer.parseInt(git("rev-list", "--count", "HEAD").strip());
    }

    /** The fields of all journal entries of a type, as JSON. */
    List<String> journal(String type) {
        try (Connection database = DriverManager.getConnection("jdbc:sqlite:" + home.resolve("tandem.db"));
                PreparedStatement query =
                        database.prepareStatement("SELECT fields FROM journal WHERE type = ? ORDER BY cursor")) {
            query.setString(1, type);
            List<String> fields = new ArrayList<>();
            for (ResultSet rows = query.executeQuery(); rows.next(); ) {
                fields.add(rows.getString(1));
            }
            return fields;
        } catch (SQLException broken) {
            throw new AssertionError(broken);
        }
    }

    void stops() {
        daemon.close();
    }

    void starts() throws IOException {
        daemon = Daemon.start(new Home(home), new Options(name, direct));
    }

    @Override
    public void close() {
        daemon.close();
    }
}
