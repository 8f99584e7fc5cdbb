package dev.tandem.assistant.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "history", description = "Every version of a file, also of a deleted one.")
final class History extends Verb {
    @Parameters(paramLabel = "FILE", description = "The file; it need not be there any more.")
    private Path file = Path.of("");

    @Override
    int run() throws IOException, CommandFailed {
        byte[] answer = daemon().post("/api/history", Map.of("path", absolute(file)), PATIENT);
        if (root().json()) {
            print(answer);
            return Exit.DONE.code();
        }
        Text.Table table = new Text.Table("");
        for (Map<String, Object> version : Json.objects(Json.object(answer), "versions")) {
            boolean deleted = Boolean.TRUE.equals(version.get("deleted"));
            table.row(
                    Text.brief(Json.text(version, "commit")),
                    Text.time(Json.text(version, "time")),
                    Json.text(version, "by"),
                    deleted ? "deleted" : size(Json.number(version, "size")),
                    deleted || Boolean.TRUE.equals(version.get("here")) ? "" : "content not here");
        }
        table.lines().forEach(this::say);
        return Exit.DONE.code();
    }

    private static String size(long bytes) {
        return bytes < 0 ? "size not known" : bytes + " bytes";
    }

    static String absolute(Path file) {
        return file.toAbsolutePath().normalize().toString();
    }
}
