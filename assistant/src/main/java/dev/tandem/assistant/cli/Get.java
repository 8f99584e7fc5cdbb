package dev.tandem.assistant.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "get", description = "Bring the content of large files here, from whoever has it.")
final class Get extends Verb {
    private static final int MAX_SECONDS = 3600;

    @Parameters(arity = "1..*", paramLabel = "PATH", description = "Files, or directories with all that is in them.")
    private List<Path> paths = List.of();

    @Option(
            names = "--timeout",
            paramLabel = "S",
            defaultValue = "3600",
            description = "Give up waiting after so many seconds, 1 to 3600 (default: 3600); it goes on.")
    private int timeoutSeconds;

    @Override
    int run() throws IOException, CommandFailed {
        if (timeoutSeconds < 1 || timeoutSeconds > MAX_SECONDS) {
            throw usage("--timeout must be 1 to " + MAX_SECONDS + " seconds, not " + timeoutSeconds);
        }
        Map<String, Object> request = Map.of("paths", absolute(paths), "timeoutSeconds", timeoutSeconds);
        Duration patience = Duration.ofSeconds(timeoutSeconds).plus(QUICK);
        byte[] answer = Waiting.of(this, "getting", null).during(() -> ask("/api/get", request, patience));
        return report(this, answer, "here");
    }

    static List<String> absolute(List<Path> paths) {
        return paths.stream()
                .map(path -> path.toAbsolutePath().normalize().toString())
                .toList();
    }

    /** Says what became of each file; the exit code is 1 if that of one is not what was asked. */
    static int report(Verb verb, byte[] answer, String done) throws IOException {
        List<Map<String, Object>> files = Json.objects(Json.object(answer), "files");
        if (verb.root().json()) {
            verb.print(answer);
        } else {
            files.forEach(file -> verb.say(Json.text(file, "path") + ": "
                    + (Boolean.TRUE.equals(file.get("done")) ? done : Json.text(file, "reason"))));
        }
        return files.stream().allMatch(file -> Boolean.TRUE.equals(file.get("done")))
                ? Exit.DONE.code()
                : Exit.FAILED.code();
    }
}
