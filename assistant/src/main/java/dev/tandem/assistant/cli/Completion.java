package dev.tandem.assistant.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** What a shell offers when one presses the tabulator: commands, options, files and folders' names. */
final class Completion {
    /** What an argument that is one of these stands for: a path. */
    private static final Set<String> PATHS = Set.of("DIR", "FILE", "PATH", "F");

    private Completion() {}

    /** Picocli's own. */
    static String bash(CommandLine tandem) {
        return joined(AutoComplete.bash("tandem", tandem)
                .lines()
                .filter(line -> !line.startsWith("#!")) // it is sourced
                .map(String::stripTrailing)
                .toList());
    }

    /** One {@code complete} for each command and option. */
    static String fish(CommandLine tandem) {
        List<String> lines = new ArrayList<>();
        lines.add("""
                # tandem: completions for fish
                function __tandem_words
                    string match -v -- '-*' (commandline -opc)[2..]
                end
                function __tandem_only
                    set -l words (__tandem_words)
                    test "$words" = "$argv"
                end
                function __tandem_in
                    set -l words (__tandem_words)
                    string match -q -- "$argv *" "$words "
                end
                complete -c tandem -f""");
        own(tandem.getCommandSpec()).forEach(option -> lines.add("complete -c tandem" + fish(option)));
        fish(tandem, "", lines);
        return joined(lines);
    }

    /** What comes below a command, {@code path} being the words that lead to it. */
    private static void fish(CommandLine command, String path, List<String> lines) {
        command.getSubcommands().forEach((name, sub) -> {
            lines.add("complete -c tandem -n '__tandem_only" + path + "' -a " + name + " -d "
                    + quoted(description(sub.getCommandSpec())));
            CommandSpec spec = sub.getCommandSpec();
            String there = "complete -c tandem -n '__tandem_in" + path + " " + name + "'";
            own(spec).forEach(option -> lines.add(there + fish(option)));
            if (spec.positionalParameters().stream().anyMatch(Completion::isPath)) {
                lines.add(there + " -F");
            }
            fish(sub, path + " " + name, lines);
        });
    }

    private static String fish(OptionSpec option) {
        StringBuilder line = new StringBuilder();
        for (String name : option.names()) {
            line.append(name.startsWith("--") ? " -l " + name.substring(2) : " -s " + name.substring(1));
        }
        if (option.arity().max() > 0) {
            line.append(isPath(option) ? " -r -F" : " -x");
        }
        return line + " -d " + quoted(description(option));
    }

    /** A function {@code _tandem} of {@code _arguments} and {@code _describe}. */
    static String zsh(CommandLine tandem) {
        List<String> lines = new ArrayList<>();
        lines.add("#compdef tandem");
        lines.add("");
        zsh("_tandem", tandem, lines);
        lines.add("");
        lines.add("_tandem \"$@\"");
        return joined(lines);
    }

    private static void zsh(String function, CommandLine command, List<String> lines) {
        command.getSubcommands().forEach((name, sub) -> zsh(function + "_" + name, sub, lines));
        lines.add(function + "() {");
        boolean parent = !command.getSubcommands().isEmpty();
        if (parent) {
            lines.add("  local line state");
        }
        lines.add("  _arguments -s" + (parent ? " -C" : "") + " \\");
        zshOptions(command.getCommandSpec()).forEach(option -> lines.add("    " + option + " \\"));
        if (!parent) {
            lines.add("    '*:" + label(command.getCommandSpec()) + "'");
            lines.add("}");
            return;
        }
        lines.add("    '1:command:->command' '*::argument:->argument'");
        lines.add("  case $state in");
        lines.add("    command)");
        lines.add("      local -a commands=(");
        command.getSubcommands()
                .forEach((name, sub) -> lines.add("        "
                        + quoted(name + ":" + description(sub.getCommandSpec()).replace(":", "\\:"))));
        lines.add("      )");
        lines.add("      _describe command commands ;;");
        lines.add("    argument)");
        lines.add("      case $line[1] in");
        command.getSubcommands()
                .keySet()
                .forEach(name -> lines.add("        " + name + ") " + function + "_" + name + " ;;"));
        lines.add("      esac ;;");
        lines.add("  esac");
        lines.add("}");
    }

    private static Stream<String> zshOptions(CommandSpec spec) {
        return spec.options().stream().filter(option -> !option.hidden()).flatMap(option -> {
            String said =
                    description(option).replace("[", "\\[").replace("]", "\\]").replace(":", "\\:");
            String value = option.arity().max() == 0
                    ? ""
                    : ":" + option.paramLabel().replace(":", "\\:") + ":" + (isPath(option) ? "_files" : "");
            return Stream.of(option.names())
                    .map(name -> quoted((option.arity().max() > 0 && name.startsWith("--") ? name + "=" : name) + "["
                            + said + "]" + value));
        });
    }

    private static String label(CommandSpec spec) {
        if (spec.positionalParameters().isEmpty()) {
            return " :"; // a message of one space: nothing more is taken
        }
        boolean path = spec.positionalParameters().stream().anyMatch(Completion::isPath);
        return spec.positionalParameters().get(0).paramLabel() + ":" + (path ? "_files" : "");
    }

    /** The options of a command that not every command has. */
    private static Stream<OptionSpec> own(CommandSpec spec) {
        return spec.options().stream()
                .filter(option -> !option.hidden() && (spec.parent() == null || !Reference.isGlobal(option, spec)));
    }

    private static boolean isPath(ArgSpec argument) {
        return PATHS.contains(argument.paramLabel());
    }

    private static String description(CommandSpec spec) {
        return String.join(" ", spec.usageMessage().description());
    }

    private static String description(OptionSpec option) {
        return String.join(" ", option.description());
    }

    /** In single quotes, as both shells read them. */
    private static String quoted(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }

    private static String joined(List<String> lines) {
        return lines.stream().map(line -> line + "\n").collect(Collectors.joining());
    }
}
