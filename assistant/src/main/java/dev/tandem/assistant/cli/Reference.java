package dev.tandem.assistant.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Writes what a package carries besides the program, from the commands themselves: manual pages, and completions for
 * three shells.
 *
 * <p>Run by the build: {@code Reference DIRECTORY VERSION DATE}.
 */
public final class Reference {
    private Reference() {}

    /**
     * Writes {@code man1/*.1} and {@code completions/*} into a directory.
     *
     * @param arguments the directory, the program's version, and the date to put on the pages, ISO
     * @throws IOException if a file cannot be written
     */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 3) {
            throw new IllegalArgumentException("usage: DIRECTORY VERSION DATE");
        }
        Path directory = Path.of(arguments[0]);
        CommandLine tandem = commands();
        Path pages = Files.createDirectories(directory.resolve("man1"));
        ManualPage manual = new ManualPage(arguments[1], arguments[2]);
        write(pages.resolve("tandem.1"), manual.of(tandem));
        for (CommandLine verb : tandem.getSubcommands().values()) {
            write(pages.resolve("tandem-" + verb.getCommandName() + ".1"), manual.of(verb));
        }
        Path completions = Files.createDirectories(directory.resolve("completions"));
        write(completions.resolve("tandem.bash"), Completion.bash(tandem));
        write(completions.resolve("_tandem"), Completion.zsh(tandem));
        write(completions.resolve("tandem.fish"), Completion.fish(tandem));
    }

    /** All commands, to be looked at and not to be run. */
    static CommandLine commands() {
        return TandemCommand.commandLine(new Root(new Nothing(), Map.of(), Screen.NONE), Optional.empty());
    }

    /** Whether every command has the option; it is described with the program only. */
    static boolean isGlobal(OptionSpec option, CommandSpec spec) {
        return spec.root().optionsMap().containsKey(option.longestName());
    }

    private static void write(Path file, String content) throws IOException {
        Files.writeString(file, content);
    }

    /** Runs nothing. */
    static final class Nothing implements Launcher {
        @Override
        public int daemon(Path home, boolean verbose, PrintWriter out) {
            throw new IllegalStateException("only described");
        }

        @Override
        public int demo(boolean keep, PrintWriter out) {
            throw new IllegalStateException("only described");
        }
    }
}
