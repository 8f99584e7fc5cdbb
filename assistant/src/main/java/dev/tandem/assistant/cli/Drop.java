package dev.tandem.assistant.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "drop",
        description = "Remove the content of large files from this device, where enough others have it.")
final class Drop extends Verb {
    @Parameters(arity = "1..*", paramLabel = "PATH", description = "Files, or directories with all that is in them.")
    private List<Path> paths = List.of();

    @Option(names = "--force", description = "Also the last copies that are known: they are lost then.")
    private boolean force;

    @Override
    int run() throws IOException, CommandFailed {
        Map<String, Object> request = Map.of("paths", Get.absolute(paths), "force", force);
        return Get.report(this, ask("/api/drop", request, PATIENT), "dropped");
    }
}
