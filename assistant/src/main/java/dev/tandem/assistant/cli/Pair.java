package dev.tandem.assistant.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "pair",
        description = "Share a folder with another device, or join one with its code.",
        customSynopsis = {"tandem pair [--print] NAME", "tandem pair JID CODE [DIR]"},
        footer = {
            "",
            "With a folder's NAME, shows a one-time code and waits for the other device.",
            "With JID and CODE, as the other device shows them, joins; DIR is created, or merged into what is there."
        })
final class Pair extends Verb {
    /** As long as a code is good for. */
    private static final Duration OFFER_LASTS = Duration.ofMinutes(10);

    /** One request's wait: short, so that the daemon notices when nobody waits any longer. */
    private static final Duration ONE_WAIT = Duration.ofSeconds(30);

    @Parameters(arity = "1..*", paramLabel = "ARGUMENT", description = "NAME, or JID CODE [DIR].")
    private List<String> arguments = List.of();

    @Option(names = "--print", description = "Only print the line JID CODE, and leave the offer open for 10 minutes.")
    private boolean print;

    @Override
    int run() throws IOException, CommandFailed {
        if (arguments.size() == 1) {
            return offer(arguments.get(0));
        }
        if (arguments.size() > 3) {
            throw usage("too many arguments: pair takes NAME, or JID CODE [DIR]");
        }
        if (print) {
            throw usage("--print goes with a folder's NAME, not with JID and CODE");
        }
        return join();
    }

    private int offer(String folder) throws IOException, CommandFailed {
        byte[] answer = ask("/api/offers", Map.of("folder", folder), QUICK);
        Map<String, Object> offer = Json.object(answer);
        String line = Json.text(offer, "jid") + " " + Json.text(offer, "code");
        if (root().json()) {
            print(answer);
        } else if (print) {
            say(line);
        } else {
            show(line);
        }
        out().flush();
        return print ? Exit.DONE.code() : await(offer);
    }

    private void show(String line) {
        say("On the other device, within " + OFFER_LASTS.toMinutes() + " minutes:");
        say("");
        say("    tandem pair " + line);
        say("");
        if (root().screen().isTerminal()) {
            QrCode.lines(line).forEach(this::say);
        }
    }

    private int await(Map<String, Object> offer) throws IOException, CommandFailed {
        Map<String, Object> request = Map.of("offer", offer, "timeoutSeconds", (int) ONE_WAIT.toSeconds());
        return paired(Waiting.of(this, "waiting for the other device", null)
                .within(OFFER_LASTS)
                .during(() -> used(request)));
    }

    private byte[] used(Map<String, Object> request) throws IOException, CommandFailed {
        for (long i = 0; i < OFFER_LASTS.dividedBy(ONE_WAIT); i++) {
            try {
                return ask("/api/offers/wait", request, ONE_WAIT.plus(QUICK));
            } catch (CommandFailed e) {
                if (e.exit() != Exit.TIMED_OUT) {
                    throw e;
                }
            }
        }
        throw new CommandFailed(
                Exit.TIMED_OUT, "no device used the code, and it is no longer good; nothing changed: pair again");
    }

    private int join() throws IOException, CommandFailed {
        Map<String, String> request = new LinkedHashMap<>();
        request.put("jid", arguments.get(0));
        request.put("code", arguments.get(1));
        if (arguments.size() > 2) {
            Path directory = Path.of(arguments.get(2)).toAbsolutePath().normalize();
            request.put("directory", directory.toString());
        }
        return paired(Waiting.of(this, "joining", null).during(() -> ask("/api/join", request, PATIENT)));
    }

    private int paired(byte[] answer) throws IOException {
        if (root().json()) {
            print(answer);
        } else {
            Map<String, Object> paired = Json.object(answer);
            say("paired with " + Json.text(paired, "name") + " (" + Text.brief(Json.text(paired, "device")) + "): "
                    + Json.text(paired, "folder") + " is " + Json.text(paired, "path"));
        }
        return Exit.DONE.code();
    }
}
