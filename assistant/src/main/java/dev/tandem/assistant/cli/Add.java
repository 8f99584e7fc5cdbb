package dev.tandem.assistant.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "add", description = "Start keeping a directory in sync; an existing repository is adopted as it is.")
final class Add extends Verb {
    @Parameters(paramLabel = "DIR", description = "The directory.")
    private Path directory = Path.of("");

    @Option(names = "--name", paramLabel = "N", description = "What to call it (default: the directory's name).")
    private @Nullable String name;

    @Override
    int run() throws IOException, CommandFailed {
        Map<String, String> request = new LinkedHashMap<>();
        request.put("path", directory.toAbsolutePath().normalize().toString());
        if (name != null) {
            request.put("name", name);
        }
        byte[] answer = ask("/api/folders", request, PATIENT);
        if (root().json()) {
            print(answer);
        } else {
            Map<String, Object> folder = Json.object(answer);
            String called = Json.text(folder, "name");
            say("keeping " + Json.text(folder, "path") + " in sync as " + called);
            if (Json.objects(folder, "peers").isEmpty()) {
                say("share it with another device: tandem pair " + called);
            }
        }
        return Exit.DONE.code();
    }
}
