package dev.tandem.assistant.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.ParameterException;

/** The command line {@code tandem}: parses, calls, prints, and gives the exit code. */
public final class TandemCommand {
    private TandemCommand() {}

    /**
     * Runs one command.
     *
     * @param args as the shell passed them
     * @param out for results
     * @param err for what went wrong, one line
     * @param launcher runs the daemon and the tour in this process
     * @param env the process's environment
     * @return the exit code: 0 done, 1 failed, 2 wrong usage, 3 the daemon is not running, 4 timed out
     */
    public static int run(String[] args, PrintWriter out, PrintWriter err, Launcher launcher, Map<String, String> env) {
        return run(args, out, err, new Root(launcher, env, Screen.of(env)));
    }

    static int run(String[] args, PrintWriter out, PrintWriter err, Root root) {
        CommandLine command = commandLine(root, named(args));
        command.setOut(out);
        command.setErr(err);
        int exit = command.execute(args);
        out.flush();
        err.flush();
        return exit;
    }

    /** The tree with all verbs, or with the only one that can be meant: reflecting on all is half of a status' time. */
    static CommandLine commandLine(Root root, Optional<Verbs> only) {
        CommandLine command = new CommandLine(root);
        for (Verbs verb : only.map(List::of).orElseGet(() -> List.of(Verbs.values()))) {
            CommandLine sub = new CommandLine(verb.make());
            sub.getCommandSpec().versionProvider(new ProgramVersion()); // the option is inherited, its answer is not
            command.addSubcommand(verb.command(), sub);
        }
        command.setExecutionExceptionHandler((e, failing, parsed) -> failed(e, failing, root));
        command.setParameterExceptionHandler(TandemCommand::misused);
        Map<String, CommandLine.IHelpSectionRenderer> sections = new LinkedHashMap<>(command.getHelpSectionMap());
        sections.put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST, TandemCommand::commandList);
        command.setHelpSectionMap(sections);
        return command;
    }

    /** The verb, if it is certain: the first word that is neither an option nor an option's value. */
    private static Optional<Verbs> named(String[] args) {
        for (int i = 0; i < args.length; i++) {
            String word = args[i];
            if (word.equals("--home")) {
                i++;
            } else if (!word.startsWith("-")) {
                return Arrays.stream(Verbs.values())
                        .filter(verb -> verb.command().equals(word))
                        .findFirst();
            } else if (!word.startsWith("--home=") && !word.equals("--json") && !word.equals("-v")) {
                return Optional.empty();
            }
        }
        return Optional.empty();
    }

    private static int failed(Exception e, CommandLine command, Root root) {
        PrintWriter err = command.getErr();
        if (root.verbose()) {
            e.printStackTrace(err);
        }
        if (e instanceof CommandFailed failed) {
            err.println(root.screen().bad("tandem: ") + line(failed));
            return failed.exit().code();
        }
        err.println(root.screen().bad("tandem: ")
                + (e instanceof IOException ? line(e) : "a fault in Tandem itself: " + e));
        return Exit.FAILED.code();
    }

    private static int misused(ParameterException e, String[] args) {
        CommandLine command = e.getCommandLine();
        command.getErr()
                .println("tandem: " + line(e) + "; see "
                        + command.getCommandSpec().qualifiedName(" ") + " --help");
        return Exit.USAGE.code();
    }

    private static String line(Exception e) {
        String message = e.getMessage();
        return message == null || message.isEmpty() ? e.toString() : Text.clean(message);
    }

    private static String commandList(Help help) {
        if (help.commandSpec().parent() != null) {
            return help.commandList();
        }
        StringBuilder list = new StringBuilder();
        for (Verbs.Section section : Verbs.Section.values()) {
            list.append(String.format("%n%s:%n", section.heading()));
            Text.Table table = new Text.Table("  ");
            for (Verbs verb : section.verbs()) {
                Help sub = help.allSubcommands().get(verb.command());
                if (sub != null) {
                    table.row(
                            verb.command(),
                            String.join("", sub.commandSpec().usageMessage().description()));
                }
            }
            table.lines().forEach(line -> list.append(String.format("%s%n", line)));
        }
        return list.toString();
    }
}
