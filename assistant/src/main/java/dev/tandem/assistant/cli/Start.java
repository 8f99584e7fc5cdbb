package dev.tandem.assistant.cli;

import dev.tandem.assistant.api.Home;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "start",
        description = "Run the daemon in the background.",
        footer = {
            "",
            "At login means a systemd user unit where there is systemd, else an autostart entry of the desktop, and a launch agent",
            "on macOS; it starts the daemon of the same home."
        })
final class Start extends Verb {
    /** What a start takes on a slow, busy machine. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(50);

    /** Detaches from the terminal, so that closing that does not end the daemon. */
    private static final Path SETSID = Path.of("/usr/bin/setsid");

    @Option(names = "--at-login", description = "Also start it whenever you log in.")
    private boolean atLogin;

    @Option(names = "--no-at-login", description = "Only undo --at-login; a daemon that runs goes on.")
    private boolean notAtLogin;

    @Override
    int run() throws IOException, CommandFailed {
        Home home = home();
        if (notAtLogin) {
            if (atLogin) {
                throw usage("--at-login or --no-at-login, not both");
            }
            return notAtLogin();
        }
        home.prepare();
        if (atLogin) {
            AtLogin login = login();
            Path file = login.install(program(), home.directory());
            if (!root().json()) {
                say("tandem starts at login from now on, by " + login.way() + ": " + file);
            }
        }
        Optional<Client> already = answering(home);
        if (already.isPresent()) {
            return done("already running", already.get().pid());
        }
        Process process = launch(home);
        for (long i = 0; i < PATIENCE.dividedBy(BETWEEN_LOOKS); i++) {
            if (hasEnded(process)) {
                throw new CommandFailed(
                        Exit.FAILED, "the daemon did not start: " + lastLine(home.log()) + " (see " + home.log() + ")");
            }
            Optional<Client> started = answering(home);
            if (started.isPresent()) {
                return done("started", started.get().pid());
            }
        }
        throw new CommandFailed(
                Exit.TIMED_OUT,
                "the daemon has not answered for " + PATIENCE.toSeconds() + " s; it may still come up: see "
                        + home.log());
    }

    private int notAtLogin() throws IOException {
        boolean was = login().remove();
        if (!root().json()) {
            say(was ? "tandem no longer starts at login" : "tandem does not start at login");
        }
        return Exit.DONE.code();
    }

    private AtLogin login() {
        return AtLogin.here(
                root().environment(), System.getProperty("os.name", ""), Files.isDirectory(AtLogin.SYSTEMD));
    }

    private int done(String what, long pid) throws IOException {
        if (root().json()) {
            print(Json.write(Map.of("pid", pid)));
        } else {
            say("tandem " + what + ", pid " + pid);
        }
        return Exit.DONE.code();
    }

    private static Optional<Client> answering(Home home) throws IOException {
        Optional<Client> client = Client.find(home);
        if (client.isEmpty()) {
            return client;
        }
        try {
            client.get().get("/api/status", QUICK);
            return client;
        } catch (CommandFailed e) {
            return Optional.empty(); // not yet, or no longer: the next look tells
        }
    }

    private Process launch(Home home) throws IOException {
        List<String> command = new ArrayList<>();
        if (Files.isExecutable(SETSID)) {
            command.add(SETSID.toString());
        }
        command.addAll(program());
        command.addAll(List.of("--home", home.directory().toString(), "daemon"));
        if (root().verbose()) {
            command.add("-v");
        }
        File log = home.log().toFile();
        return new ProcessBuilder(command)
                .directory(home.directory().toFile()) // so that no other directory is kept busy
                .redirectInput(ProcessBuilder.Redirect.from(new File(File.separatorChar == '/' ? "/dev/null" : "NUL")))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
                .redirectError(ProcessBuilder.Redirect.appendTo(log))
                .start();
    }

    /** The installed launcher, or this very program as it runs from a class path. */
    private static List<String> program() {
        String launcher = System.getProperty("tandem.launcher", "");
        if (!launcher.isEmpty()) {
            return List.of(launcher);
        }
        return List.of(
                Path.of(System.getProperty("java.home", ""), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path", ""),
                "dev.tandem.assistant.Main");
    }

    private static boolean hasEnded(Process process) {
        try {
            return process.waitFor(BETWEEN_LOOKS.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    private static String lastLine(Path log) throws IOException {
        try (var lines = Files.lines(log)) {
            String last = lines.filter(line -> !line.isBlank())
                    .reduce((first, second) -> second)
                    .orElse("it said nothing");
            return last.startsWith("tandem: ") ? last.substring("tandem: ".length()) : last;
        }
    }
}
