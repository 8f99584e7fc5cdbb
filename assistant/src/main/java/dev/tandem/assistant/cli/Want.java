package dev.tandem.assistant.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows or sets which large files this device keeps. */
@Command(
        name = "want",
        description = "Say which large files of a folder this device keeps; others are neither fetched nor kept, once"
                + " enough other devices have them. Shows it without a pattern.")
final class Want extends Verb {
    private static final String API = "/api/wanted";

    @Parameters(index = "0", paramLabel = "NAME", description = "The folder.")
    private String folder = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "EXPRESSION",
            description = "A preferred content expression, as git annex wanted takes it.")
    private @Nullable String expression;

    @Option(
            names = "--only",
            paramLabel = "PATTERN",
            description = "Only a directory, a file, or what a pattern matches.")
    private List<String> only = new ArrayList<>();

    @Option(names = "--except", paramLabel = "PATTERN", description = "All but these.")
    private List<String> except = new ArrayList<>();

    @Option(names = "--all", description = "Everything, as where nobody has said anything.")
    private boolean all;

    @Override
    int run() throws IOException, CommandFailed {
        boolean patterns = !only.isEmpty() || !except.isEmpty();
        if ((patterns ? 1 : 0) + (all ? 1 : 0) + (expression == null ? 0 : 1) > 1) {
            throw usage("either an expression, or --only and --except, or --all");
        }
        String wish = all ? "" : patterns ? expression(only, except) : expression;
        byte[] answer = wish == null
                ? daemon().get(Client.address(API, Map.of("folder", folder)), QUICK)
                : daemon().post(API, Map.of("folder", folder, "expression", wish), QUICK);
        if (root().json()) {
            print(answer);
            return Exit.DONE.code();
        }
        Map<String, Object> state = Json.object(answer);
        String now = Json.text(state, "expression");
        say(now.isEmpty() ? "this device keeps all large files of " + folder : now);
        if (!Json.text(state, "problem").isEmpty()) {
            say(Json.text(state, "problem"));
        }
        return Exit.DONE.code();
    }

    /** The expression that git-annex understands; a directory stands for all that is in it. */
    static String expression(List<String> only, List<String> except) {
        List<String> terms = new ArrayList<>();
        only.forEach(pattern -> terms.add(either("include=", pattern, " or ")));
        String wanted = String.join(" or ", terms);
        List<String> all = new ArrayList<>();
        if (!wanted.isEmpty()) {
            all.add(except.isEmpty() ? wanted : "(" + wanted + ")");
        }
        except.forEach(pattern -> all.add(either("exclude=", pattern, " and ")));
        return String.join(" and ", all);
    }

    private static String either(String term, String pattern, String joined) {
        // no quotes in these expressions: what would end a word is matched as any character
        String glob = pattern.replaceAll("^\\./|/+$", "").replaceAll("[\\s()]", "?");
        return glob.contains("*") ? term + glob : term + glob + joined + term + glob + "/*";
    }
}
