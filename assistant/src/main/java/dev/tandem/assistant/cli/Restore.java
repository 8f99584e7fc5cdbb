package dev.tandem.assistant.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "restore", description = "Bring an old version of a file back, as a new version.")
final class Restore extends Verb {
    @Parameters(paramLabel = "FILE", description = "The file; it need not be there any more.")
    private Path file = Path.of("");

    @Option(
            names = "--at",
            required = true,
            paramLabel = "REV_OR_TIME",
            description = "A commit that tandem history shows, or a time: 2026-01-31, 2026-01-31T12:00.")
    private String at = "";

    @Option(names = "--to", paramLabel = "PATH", description = "Put it there, in the same folder (default: FILE).")
    private @Nullable Path to;

    @Override
    int run() throws IOException, CommandFailed {
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("path", History.absolute(file));
        request.put("at", at);
        if (to != null) {
            request.put("to", History.absolute(to));
        }
        byte[] answer = ask("/api/restore", request, PATIENT);
        if (root().json()) {
            print(answer);
            return Exit.DONE.code();
        }
        Map<String, Object> restored = Json.object(answer);
        say(Json.text(restored, "path") + " is as it was " + Text.time(Json.text(restored, "time")) + " ("
                + Text.brief(Json.text(restored, "commit")) + ")"
                + (Boolean.TRUE.equals(restored.get("here"))
                        ? ""
                        : "; its content is on no device that can be reached and comes when it can be had"));
        return Exit.DONE.code();
    }
}
