package dev.tandem.assistant.cli;

import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "sync", description = "Sync now and wait until every reachable device holds the same commit.")
final class Sync extends Verb {
    /** The API's own bound. */
    private static final int MAX_SECONDS = 3600;

    @Parameters(arity = "0..1", paramLabel = "NAME", description = "The folder (default: all).")
    private @Nullable String name;

    @Option(
            names = "--timeout",
            paramLabel = "S",
            defaultValue = "600",
            description = "Give up waiting after so many seconds, 1 to 3600 (default: 600); syncing goes on.")
    private int timeoutSeconds;

    @Override
    int run() throws IOException, CommandFailed {
        if (timeoutSeconds < 1 || timeoutSeconds > MAX_SECONDS) {
            throw usage("--timeout must be 1 to " + MAX_SECONDS + " seconds, not " + timeoutSeconds);
        }
        Map<String, Object> request = new LinkedHashMap<>();
        if (name != null) {
            request.put("folder", name);
        }
        request.put("timeoutSeconds", timeoutSeconds);
        Client daemon = daemon();
        Duration patience = Duration.ofSeconds(timeoutSeconds).plus(QUICK);
        byte[] answer = Waiting.of(this, "syncing", name).during(() -> daemon.post("/api/sync", request, patience));
        if (root().json()) {
            print(answer);
        } else {
            Json.objects(Json.object(answer), "folders").forEach(folder -> say(line(folder)));
        }
        return Exit.DONE.code();
    }

    private static String line(Map<String, Object> folder) {
        String head = Text.brief(Json.text(folder, "head"));
        List<String> away = Json.texts(folder, "unreachable");
        return Json.text(folder, "folder") + ": "
                + (head.isEmpty() ? "nothing to sync yet" : "at " + head)
                + ", as " + Text.plural(Json.number(folder, "peers"), "other device")
                + (Json.number(folder, "outOfReach") == 0
                        ? ""
                        : "; " + Text.plural(Json.number(folder, "outOfReach"), "large file")
                                + " on no device that can be reached")
                + (away.isEmpty() ? "" : "; away: " + String.join(", ", away));
    }
}
