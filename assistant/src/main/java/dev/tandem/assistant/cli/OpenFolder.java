package dev.tandem.assistant.cli;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "open", description = "Open a folder in the file manager; without a desktop, print its path.")
final class OpenFolder extends Verb {
    @Parameters(arity = "0..1", paramLabel = "NAME", description = "The folder (default: the only one).")
    private @Nullable String name;

    @Override
    int run() throws IOException, CommandFailed {
        List<Map<String, Object>> folders = Json.objects(Json.object(daemon().get("/api/status", QUICK)), "folders");
        String path = Json.text(chosen(folders), "path");
        if (root().json()) {
            print(Json.write(Map.of("path", path)));
        } else if (!root().desktop().open(path)) {
            say(path);
        }
        return Exit.DONE.code();
    }

    private Map<String, Object> chosen(List<Map<String, Object>> folders) throws CommandFailed {
        if (name == null && folders.size() == 1) {
            return folders.get(0);
        }
        List<String> names =
                folders.stream().map(folder -> Json.text(folder, "name")).toList();
        if (names.isEmpty()) {
            throw new CommandFailed(Exit.FAILED, "there is no folder to open yet: tandem add DIR");
        }
        if (name == null) {
            throw usage("which folder: " + String.join(", ", names) + "?");
        }
        return folders.stream()
                .filter(folder -> Json.text(folder, "name").equals(name))
                .findFirst()
                .orElseThrow(() -> new CommandFailed(
                        Exit.FAILED, "there is no folder " + name + "; there are: " + String.join(", ", names)));
    }
}
