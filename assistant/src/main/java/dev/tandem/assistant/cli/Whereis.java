package dev.tandem.assistant.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "whereis", description = "Say which devices hold the content of large files.")
final class Whereis extends Verb {
    @Parameters(arity = "1..*", paramLabel = "PATH", description = "Files, or directories with all that is in them.")
    private List<Path> paths = List.of();

    @Override
    int run() throws IOException, CommandFailed {
        byte[] answer = daemon().post("/api/whereis", Map.of("paths", Get.absolute(paths)), QUICK);
        if (root().json()) {
            print(answer);
        } else {
            Json.objects(Json.object(answer), "files").forEach(file -> say(line(file)));
        }
        return Exit.DONE.code();
    }

    private static String line(Map<String, Object> file) {
        List<Map<String, Object>> copies = Json.objects(file, "copies");
        String names = copies.stream()
                .map(copy -> Json.text(copy, "name") + (Boolean.TRUE.equals(copy.get("here")) ? " (here)" : ""))
                .collect(Collectors.joining(", "));
        return Json.text(file, "path") + " (" + (copies.size() == 1 ? "1 copy" : copies.size() + " copies") + ")"
                + (copies.isEmpty() ? ": no device is known to have it" : ": " + names);
    }
}
