package dev.tandem.assistant.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command line: parses, makes one call, prints, ends with a code. */
@Command(
        name = "tandem",
        mixinStandardHelpOptions = true,
        scope = CommandLine.ScopeType.INHERIT,
        versionProvider = Tandem.Version.class,
        description = "Keeps a folder the same on all of your devices, through your XMPP account.",
        subcommands = {
            DemoVerb.class,
            DaemonVerb.class,
            StartVerb.class,
            StopVerb.class,
            AccountVerb.class,
            AddVerb.class,
            RemoveVerb.class,
            PairVerb.class,
            SyncVerb.class,
            StatusVerb.class,
            LogVerb.class,
            PauseVerb.class,
            ResumeVerb.class,
            WebVerb.class
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:done", "1:failed", "2:wrong usage", "3:the daemon is not running", "4:timed out"})
public final class Tandem implements Runnable {
    private final Launcher launcher;
    private final Map<String, String> environment;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Option(
            names = "--home",
            paramLabel = "DIR",
            scope = CommandLine.ScopeType.LOCAL,
            description = "The daemon's home (default: $TANDEM_HOME).")
    private @Nullable Path home;

    private Tandem(Launcher launcher, Map<String, String> environment) {
        this.launcher = launcher;
        this.environment = environment;
    }

    /** Runs one command line and returns its exit code. */
    public static int run(
            String[] arguments, PrintWriter out, PrintWriter err, Launcher launcher, Map<String, String> environment) {
        return commandLine(launcher, environment).setOut(out).setErr(err).execute(arguments);
    }

    static CommandLine commandLine(Launcher launcher, Map<String, String> environment) {
        CommandLine line = new CommandLine(new Tandem(launcher, environment));
        line.setExecutionExceptionHandler((failure, command, parsed) -> {
            if (failure instanceof CommandFailed failed) {
                command.getErr().println("tandem: " + failed.getMessage());
                return failed.code().number;
            }
            command.getErr()
                    .println("tandem: " + failure.getClass().getSimpleName() + ": " + failure.getMessage()
                            + "; your files are untouched; please report this");
            return ExitCode.FAILED.number;
        });
        line.setParameterExceptionHandler((wrong, arguments) -> {
            CommandLine command = wrong.getCommandLine();
            command.getErr()
                    .println("tandem: " + wrong.getMessage() + "; see `"
                            + command.getCommandSpec().qualifiedName() + " --help`");
            return ExitCode.USAGE.number;
        });
        return line;
    }

    Launcher launcher() {
        return launcher;
    }

    Map<String, String> environment() {
        return environment;
    }

    @Nullable
    Path home() {
        return home;
    }

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "a command is missing");
    }

    /** Asks the launcher, which knows. */
    static final class Version implements CommandLine.IVersionProvider {
        @Spec
        @SuppressWarnings("NullAway.Init") // picocli sets it
        private CommandSpec spec;

        @Override
        public String[] getVersion() {
            Tandem root = (Tandem) spec.root().userObject();
            return new String[] {"tandem " + root.launcher.version()};
        }
    }
}
