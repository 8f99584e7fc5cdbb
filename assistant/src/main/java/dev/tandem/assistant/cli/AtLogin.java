package dev.tandem.assistant.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Has the daemon started when its user logs in, by what the system has for that: a systemd user unit, else an entry of
 * XDG autostart, and launchd on macOS. Installing twice is installing once; what another way has left is taken away.
 */
final class AtLogin {
    /** Where systemd says that it runs this machine (sd_booted(3)). */
    static final Path SYSTEMD = Path.of("/run/systemd/system");

    private final Way way;
    private final Path config;
    private final Path user;

    /** What starts the daemon. */
    enum Way {
        SYSTEMD("a systemd user unit"),
        AUTOSTART("an autostart entry"),
        LAUNCHD("a launch agent");

        private final String description;

        Way(String description) {
            this.description = description;
        }

        @Override
        public String toString() {
            return description;
        }
    }

    AtLogin(Way way, Path config, Path user) {
        this.way = way;
        this.config = config;
        this.user = user;
    }

    /** The way of this system. */
    static AtLogin here(Map<String, String> environment, String system, boolean systemd) {
        Path user = Path.of(environment.getOrDefault("HOME", System.getProperty("user.home", "")));
        String named = environment.getOrDefault("XDG_CONFIG_HOME", "");
        Path config = named.startsWith("/") ? Path.of(named) : user.resolve(".config"); // a relative one is ignored
        Way way = system.startsWith("Mac") ? Way.LAUNCHD : systemd ? Way.SYSTEMD : Way.AUTOSTART;
        return new AtLogin(way, config, user);
    }

    Way way() {
        return way;
    }

    /**
     * Installs it.
     *
     * @param program how to call Tandem, its first word an absolute path
     * @param home of the daemon, absolute
     * @return the file that says so
     */
    Path install(List<String> program, Path home) throws IOException {
        remove();
        return switch (way) {
            case SYSTEMD -> installUnit(program, home);
            case AUTOSTART -> write(autostart(), desktopEntry(program, home));
            case LAUNCHD -> write(agent(), plist(program, home));
        };
    }

    /** Takes it away, whichever way it was installed; false if there was nothing. */
    boolean remove() throws IOException {
        boolean wanted = Files.deleteIfExists(wants());
        boolean unit = Files.deleteIfExists(unit());
        boolean entry = Files.deleteIfExists(autostart());
        return Files.deleteIfExists(agent()) || entry || unit || wanted;
    }

    private Path installUnit(List<String> program, Path home) throws IOException {
        String start =
                words(program, home, "daemon").stream().map(AtLogin::unitWord).collect(Collectors.joining(" "));
        write(unit(), """
                # made by tandem start --at-login; tandem start --no-at-login takes it away
                [Unit]
                Description=Tandem keeps folders the same on all devices
                Documentation=man:tandem(1)
                ConditionFileIsExecutable=%s

                [Service]
                ExecStart=%s
                Restart=on-failure
                RestartSec=5
                # 1: the home is taken or cannot be used, and trying again would not help; 143: told to end
                RestartPreventExitStatus=1
                SuccessExitStatus=143

                [Install]
                WantedBy=default.target
                """.formatted(program.get(0).replace("%", "%%"), start));
        Files.createDirectories(wants().getParent());
        if (!Files.exists(wants(), LinkOption.NOFOLLOW_LINKS)) {
            Files.createSymbolicLink(wants(), unit()); // what systemctl --user enable does
        }
        return unit();
    }

    private static String desktopEntry(List<String> program, Path home) {
        return """
                [Desktop Entry]
                Type=Application
                Name=Tandem
                Comment=Keeps folders the same on all devices
                TryExec=%s
                Exec=%s
                Terminal=false
                NoDisplay=true
                """.formatted(
                program.get(0),
                words(program, home, "start").stream().map(AtLogin::desktopWord).collect(Collectors.joining(" ")));
    }

    private static String plist(List<String> program, Path home) {
        String words = words(program, home, "daemon").stream()
                .map(word -> "        <string>" + xml(word) + "</string>\n")
                .collect(Collectors.joining());
        return """
                <?xml version="1.0" encoding="UTF-8"?>
                <!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
                <plist version="1.0">
                <dict>
                    <key>Label</key>
                    <string>dev.tandem</string>
                    <key>ProgramArguments</key>
                    <array>
                %s    </array>
                    <key>RunAtLoad</key>
                    <true/>
                    <key>ProcessType</key>
                    <string>Background</string>
                </dict>
                </plist>
                """.formatted(words);
    }

    private static List<String> words(List<String> program, Path home, String verb) {
        return Stream.concat(program.stream(), Stream.of("--home", home.toString(), verb))
                .toList();
    }

    /** systemd.service(5), "Command lines", and systemd.unit(5), "Specifiers". */
    private static String unitWord(String word) {
        String escaped = word.replace("\\", "\\\\")
                .replace("\"", "\\\"")
                .replace("%", "%%")
                .replace("$", "$$");
        return "\"" + escaped + "\"";
    }

    /** The Desktop Entry Specification, "The Exec key", within a string value: so each backslash twice. */
    private static String desktopWord(String word) {
        String quoted = word.replaceAll("([\"`$\\\\])", "\\\\$1").replace("%", "%%");
        return "\"" + quoted.replace("\\", "\\\\") + "\"";
    }

    private static String xml(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    /** Whole or not at all. */
    private static Path write(Path file, String content) throws IOException {
        Path directory = Files.createDirectories(file.getParent());
        Path temporary = Files.createTempFile(directory, ".tandem", "");
        Files.writeString(temporary, content);
        return Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private Path unit() {
        return config.resolve("systemd/user/tandem.service");
    }

    private Path wants() {
        return config.resolve("systemd/user/default.target.wants/tandem.service");
    }

    private Path autostart() {
        return config.resolve("autostart/tandem.desktop");
    }

    private Path agent() {
        return user.resolve("Library/LaunchAgents/dev.tandem.plist");
    }
}
