package dev.tandem.assistant.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.assistant.api.Requests;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "add", description = "Start keeping a directory in sync; makes or adopts its git repository.")
final class AddVerb extends Verb {
    @Parameters(paramLabel = "DIR", description = "The directory.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Path directory;

    @Option(
            names = "--name",
            paramLabel = "N",
            description = "What to call the folder (default: the directory's name).")
    private @Nullable String name;

    @Override
    void run() throws CommandFailed {
        JsonNode folder = session()
                .post(
                        "/api/folder",
                        new Requests.AddFolder(absolute(directory).toString(), name),
                        Duration.ofMinutes(15));
        out().println(
                        json
                                ? folder
                                : "keeping " + folder.path("path").asText() + " in sync as "
                                        + folder.path("name").asText());
    }
}
