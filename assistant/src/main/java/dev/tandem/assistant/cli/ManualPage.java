package dev.tandem.assistant.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** Manual pages in the language of man(7): one for the program, one for each verb with what is below it. */
final class ManualPage {
    /** How picocli writes what every command takes. */
    private static final String GLOBAL = "[-hv] [--json] [--version] [--home=DIR]";

    private final String version;
    private final String date;

    ManualPage(String version, String date) {
        this.version = version;
        this.date = date;
    }

    /** The page of a command. */
    String of(CommandLine command) {
        CommandSpec spec = command.getCommandSpec();
        boolean program = spec.parent() == null;
        String title = spec.qualifiedName("-");
        List<String> lines = new ArrayList<>();
        lines.add(".TH %s 1 \"%s\" \"Tandem %s\" \"User Commands\""
                .formatted(escape(title.toUpperCase(Locale.ROOT)), date, version));
        lines.add(".SH NAME");
        lines.add(escape(title) + " \\- " + escape(withoutStop(description(spec))));
        lines.add(".SH SYNOPSIS");
        lines.addAll(synopsis(command));
        lines.add(".SH DESCRIPTION");
        lines.add(text(description(spec)));
        lines.addAll(footer(spec));
        lines.addAll(arguments("OPTIONS", spec, program));
        for (CommandLine sub : command.getSubcommands().values()) {
            if (!program) {
                lines.addAll(below(sub));
            }
        }
        lines.addAll(program ? ofTheProgram() : seeAlso());
        return lines.stream().map(line -> line + "\n").collect(Collectors.joining());
    }

    private static List<String> below(CommandLine command) {
        CommandSpec spec = command.getCommandSpec();
        List<String> lines = new ArrayList<>();
        lines.add(".SH \"" + escape(spec.qualifiedName(" ").toUpperCase(Locale.ROOT)) + "\"");
        lines.addAll(synopsis(command));
        lines.add(".PP");
        lines.add(text(description(spec)));
        lines.addAll(footer(spec));
        lines.addAll(arguments("", spec, false));
        return lines;
    }

    private static List<String> synopsis(CommandLine command) {
        List<String> lines = new ArrayList<>();
        String[] custom = command.getCommandSpec().usageMessage().customSynopsis();
        if (custom.length > 0) {
            for (String line : custom) {
                lines.add(text(line));
                lines.add(".br");
            }
            lines.remove(lines.size() - 1);
        } else {
            String synopsis =
                    command.getHelp().synopsis(0).replaceAll("\\s+", " ").strip();
            lines.add(text(synopsis.replace(GLOBAL, "[OPTIONS]")));
        }
        return lines;
    }

    private static List<String> footer(CommandSpec spec) {
        List<String> lines = new ArrayList<>();
        for (String line : spec.usageMessage().footer()) {
            lines.add(line.isEmpty() ? ".PP" : text(line));
        }
        return lines;
    }

    private static List<String> arguments(String heading, CommandSpec spec, boolean program) {
        List<String> lines = new ArrayList<>();
        for (PositionalParamSpec parameter : spec.positionalParameters()) {
            item("\\fI" + escape(parameter.paramLabel()) + "\\fR", parameter, lines);
        }
        for (OptionSpec option : spec.options()) {
            if (!option.hidden() && (program || !Reference.isGlobal(option, spec))) {
                item(names(option), option, lines);
            }
        }
        if (!lines.isEmpty() && !heading.isEmpty()) {
            lines.add(0, ".SH " + heading);
        }
        return lines;
    }

    private static void item(String term, ArgSpec argument, List<String> lines) {
        lines.add(".TP");
        lines.add(term);
        lines.add(text(String.join(" ", argument.description())));
    }

    private static String names(OptionSpec option) {
        String names = Stream.of(option.names())
                .map(name -> "\\fB" + escape(name) + "\\fR")
                .collect(Collectors.joining(", "));
        return option.arity().max() == 0 ? names : names + "=\\fI" + escape(option.paramLabel()) + "\\fR";
    }

    private static List<String> ofTheProgram() {
        List<String> lines = new ArrayList<>();
        for (Verbs.Section section : Verbs.Section.values()) {
            lines.add(".SH \"" + section.heading().toUpperCase(Locale.ROOT) + "\"");
            for (Verbs verb : section.verbs()) {
                CommandSpec spec = CommandSpec.forAnnotatedObject(verb.make());
                lines.add(".TP");
                lines.add("\\fBtandem\\-" + escape(verb.command()) + "\\fR(1)");
                lines.add(text(description(spec)));
            }
        }
        lines.add(".SH \"EXIT STATUS\"");
        lines.add("0 done, 1 failed, 2 wrong usage, 3 the daemon is not running, 4 timed out.");
        lines.add(".SH ENVIRONMENT");
        variable("TANDEM_HOME", "Where the daemon keeps its key, database and log.", lines);
        variable("TANDEM_DIRECT", "on, off, or the port on which other devices may connect directly.", lines);
        variable("TANDEM_JAVA_OPTS", "Further options for Java.", lines);
        variable("JAVA_HOME", "The Java to use.", lines);
        variable("NO_COLOR", "No colours, whatever its value.", lines);
        lines.add(".SH \"SEE ALSO\"");
        lines.add(".BR git (1),");
        lines.add(".BR git\\-annex (1)");
        return lines;
    }

    private static void variable(String name, String meaning, List<String> lines) {
        lines.addAll(List.of(".TP", "\\fB" + name + "\\fR", text(meaning)));
    }

    private static List<String> seeAlso() {
        return List.of(
                ".PP",
                "Options that every command has, and exit codes, are in",
                ".BR tandem (1).",
                ".SH \"SEE ALSO\"",
                ".BR tandem (1)");
    }

    private static String description(CommandSpec spec) {
        return String.join(" ", spec.usageMessage().description());
    }

    private static String withoutStop(String sentence) {
        return sentence.endsWith(".") ? sentence.substring(0, sentence.length() - 1) : sentence;
    }

    /** A line of text: one that begins with a full stop or an apostrophe would be a request. */
    private static String text(String line) {
        String escaped = escape(line);
        return escaped.startsWith(".") || escaped.startsWith("'") ? "\\&" + escaped : escaped;
    }

    private static String escape(String text) {
        String plain = Help.Ansi.OFF.new Text(text).plainString();
        return plain.replace("\\", "\\e")
                .replace("-", "\\-")
                .replace("'", "\\(aq")
                .replace("…", "...")
                .replace("\"", "\\(dq");
    }
}
