package dev.tandem.assistant.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.assistant.api.Actions;
import dev.tandem.assistant.api.Requests;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "pair",
        customSynopsis = {"tandem pair [--print] NAME", "tandem pair JID CODE [DIR]"},
        description = "Show a one-time code for a folder; or join with the code that another device shows.")
final class PairVerb extends Verb {
    private static final Duration VALID = Duration.ofMinutes(10);

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Parameters(arity = "1..3", description = "NAME, or JID CODE [DIR].")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private List<String> arguments;

    @Option(names = "--print", description = "Print only `JID CODE`, and leave the code open for ten minutes.")
    private boolean print;

    @Override
    void run() throws CommandFailed {
        if (arguments.size() == 1) {
            offer(arguments.get(0));
        } else if (print) {
            throw new CommandLine.ParameterException(spec.commandLine(), "--print goes with NAME only");
        } else {
            join();
        }
    }

    private void offer(String name) throws CommandFailed {
        JsonNode offer = session().post("/api/pair/offer", new Requests.OneFolder(name), Duration.ofSeconds(30));
        String jid = offer.path("jid").asText();
        String code = offer.path("code").asText();
        if (print) {
            out().println(json ? offer : jid + " " + code);
            return;
        }
        out().println("On the other device, within ten minutes:");
        out().println();
        out().println("    tandem pair " + jid + " " + code);
        out().println();
        if (System.console() != null) {
            out().println(QrCode.of("tandem pair " + jid + " " + code));
        }
        out().flush();
        report(session()
                .post(
                        "/api/pair/await",
                        new Requests.Await(new Actions.Offer(jid, code, name), VALID.toSeconds() + 5),
                        VALID.plusSeconds(30)));
    }

    private void join() throws CommandFailed {
        String directory =
                arguments.size() > 2 ? absolute(Path.of(arguments.get(2))).toString() : null;
        report(session()
                .post(
                        "/api/pair/join",
                        new Requests.Join(arguments.get(0), arguments.get(1), directory),
                        Duration.ofMinutes(5)));
    }

    private void report(JsonNode paired) {
        out().println(
                        json
                                ? paired
                                : "paired with " + paired.path("name").asText() + "; "
                                        + paired.path("path").asText() + " is kept in sync as "
                                        + paired.path("folder").asText());
    }
}
