package dev.tandem.assistant.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "log", description = "The journal: what changed, from where, what was merged, what failed.")
final class LogVerb extends Verb {
    private static final int WAIT_SECONDS = 30;
    private static final Set<String> SHOWN_ELSEWHERE = Set.of("cursor", "time", "type", "folder");
    private static final ObjectMapper JSON = new ObjectMapper();

    @Parameters(arity = "0..1", paramLabel = "NAME", description = "One folder (default: all).")
    private @Nullable String name;

    @Option(names = "-f", description = "Go on: print what happens from now on as well.")
    private boolean follow;

    @Option(
            names = "--since",
            paramLabel = "CURSOR",
            defaultValue = "0",
            description = "Only what came after that entry.")
    private long since;

    @Override
    void run() throws CommandFailed, IOException {
        String folder = name == null ? "" : "&folder=" + URLEncoder.encode(name, StandardCharsets.UTF_8);
        long cursor = since;
        while (true) {
            String path = "/api/log?since=" + cursor + folder + (follow ? "&wait=" + WAIT_SECONDS : "");
            List<String> lines =
                    new ArrayList<>(new String(session().raw(path, Duration.ofMinutes(2)), StandardCharsets.UTF_8)
                            .lines()
                            .toList());
            long before = cursor;
            for (String line : lines) {
                JsonNode entry = JSON.readTree(line);
                cursor = Math.max(cursor, entry.path("cursor").asLong());
                out().println(json ? line : readable(entry));
            }
            out().flush();
            if (!follow && cursor == before) {
                return;
            }
        }
    }

    private static String readable(JsonNode entry) {
        if (entry.path("type").asText().equals("gap")) {
            return entry.path("missing").asText() + " older entries are gone";
        }
        StringBuilder line = new StringBuilder(entry.path("time").asText());
        line.append("  ").append(entry.path("type").asText());
        if (entry.path("folder").isTextual()) {
            line.append("  ").append(entry.path("folder").asText());
        }
        entry.properties().forEach(field -> {
            if (!SHOWN_ELSEWHERE.contains(field.getKey())) {
                line.append("  ")
                        .append(field.getKey())
                        .append("=")
                        .append(field.getValue().asText().replace('\n', ','));
            }
        });
        return line.toString();
    }
}
