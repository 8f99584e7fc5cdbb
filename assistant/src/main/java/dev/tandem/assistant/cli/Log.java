package dev.tandem.assistant.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "log", description = "What changed, from where, what was merged, what failed.")
final class Log extends Verb {
    /** The API's own bound; then it is asked again. */
    private static final Duration ONE_WAIT = Duration.ofSeconds(30);

    private static final Set<String> COMMON = Set.of("cursor", "time", "type", "folder");

    @Parameters(arity = "0..1", paramLabel = "NAME", description = "Of this folder only.")
    private @Nullable String name;

    @Option(
            names = {"-f", "--follow"},
            description = "Go on with what happens, until interrupted or the daemon ends.")
    private boolean follow;

    @Option(names = "--since", paramLabel = "CURSOR", description = "Only what came after this cursor.")
    private @Nullable Long since;

    @Option(
            names = "--as",
            paramLabel = "READER",
            description = "Only what a reader of this name was not shown before; the daemon remembers.")
    private @Nullable String reader;

    private @Nullable Long cursor;
    private @Nullable Long acknowledged;

    @Override
    int run() throws IOException, CommandFailed {
        if (since != null && since < 0) {
            throw usage("a cursor is a number that tandem log printed, not " + since);
        }
        if (reader != null && (since != null || name != null)) {
            throw usage("--as goes on where the daemon has remembered, in all folders: leave --since and NAME away");
        }
        cursor = since;
        Client daemon = daemon();
        read(daemon, Duration.ZERO);
        while (follow && !out().checkError()) {
            if (cursor == null && reader == null) {
                cursor = 0L;
            }
            read(daemon, ONE_WAIT);
        }
        return Exit.DONE.code();
    }

    private void read(Client daemon, Duration wait) throws IOException, CommandFailed {
        Map<String, String> parameters = new LinkedHashMap<>();
        if (reader != null) {
            parameters.put("reader", reader);
        } else if (cursor != null) {
            parameters.put("since", Long.toString(cursor));
        }
        if (name != null) {
            parameters.put("folder", name);
        }
        parameters.put("wait", Long.toString(wait.toSeconds()));
        String address = Client.address("/api/log", parameters);
        try (InputStream body = daemon.open("GET", address, new byte[0], wait.plus(QUICK));
                BufferedReader lines = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                show(line);
            }
        }
        out().flush();
        if (reader != null && cursor != null && !cursor.equals(acknowledged)) {
            daemon.post("/api/log/acknowledge", Map.of("reader", reader, "cursor", cursor), QUICK);
            acknowledged = cursor;
        }
    }

    private void show(String line) throws IOException {
        Map<String, Object> entry = Json.object(line.getBytes(StandardCharsets.UTF_8));
        cursor = Json.number(entry, "cursor");
        say(root().json() ? line : human(entry));
    }

    static String human(Map<String, Object> entry) {
        if (Json.text(entry, "type").equals("gap")) {
            long missed = Json.number(entry, "missed");
            return missed == 0
                    ? "(this journal never gave out that cursor; going on at " + Json.number(entry, "cursor") + ")"
                    : "(" + missed + (missed == 1 ? " entry is" : " entries are") + " no longer kept)";
        }
        String fields = entry.keySet().stream()
                .filter(field -> !COMMON.contains(field))
                .map(field -> field + "=" + Json.text(entry, field))
                .collect(Collectors.joining("  "));
        String folder = Json.text(entry, "folder");
        return (Json.number(entry, "cursor") + "  " + Text.time(Json.text(entry, "time")) + "  "
                        + (folder.isEmpty() ? "" : folder + "  ") + Json.text(entry, "type") + "  " + fields)
                .stripTrailing();
    }
}
