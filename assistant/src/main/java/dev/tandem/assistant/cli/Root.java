package dev.tandem.assistant.cli;

import dev.tandem.assistant.api.Home;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command without a verb, and the options that every verb has. */
@Command(
        name = "tandem",
        description = "Keeps folders the same on all of your devices, through the XMPP account you already have.",
        synopsisSubcommandLabel = "COMMAND",
        versionProvider = ProgramVersion.class,
        usageHelpAutoWidth = true)
final class Root implements Callable<Integer> {
    private final Launcher launcher;
    private final Map<String, String> environment;
    private final Screen screen;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--home",
            paramLabel = "DIR",
            scope = ScopeType.INHERIT,
            description = "Where the daemon keeps its key, database and log (default: $TANDEM_HOME, else the platform's"
                    + " state folder).")
    private @Nullable Path home;

    @Option(names = "--json", scope = ScopeType.INHERIT, description = "Print data as JSON.")
    private boolean json;

    @Option(
            names = {"-v", "--verbose"},
            scope = ScopeType.INHERIT,
            description = "Say more when something fails.")
    private boolean verbose;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Show this help.")
    @SuppressWarnings("UnusedVariable") // picocli acts on it
    private boolean help;

    @Option(names = "--version", versionHelp = true, scope = ScopeType.INHERIT, description = "Show the version.")
    @SuppressWarnings("UnusedVariable") // picocli acts on it
    private boolean version;

    Root(Launcher launcher, Map<String, String> environment, Screen screen) {
        this.launcher = launcher;
        this.environment = environment;
        this.screen = screen;
    }

    @Override
    public Integer call() {
        if (spec != null) {
            spec.commandLine().usage(spec.commandLine().getErr());
        }
        return Exit.USAGE.code();
    }

    Home home() {
        // as the shell has it; Java's own idea is that of the password file, which knows no home of many a service
        String user = environment.getOrDefault("HOME", System.getProperty("user.home", ""));
        return Home.locate(home, environment, System.getProperty("os.name", ""), Path.of(user));
    }

    boolean json() {
        return json;
    }

    boolean verbose() {
        return verbose;
    }

    Launcher launcher() {
        return launcher;
    }

    Screen screen() {
        return screen;
    }

    Desktop desktop() {
        return new Desktop(environment, System.getProperty("os.name", ""));
    }

    Map<String, String> environment() {
        return environment;
    }
}
