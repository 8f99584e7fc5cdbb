package dev.tandem.assistant.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What {@code status --all} and {@code log --all} print: the answers of all devices, as they come. */
final class AllDevices {
    /** A device may be silent for 15 s, and other questions of this terminal go first. */
    private static final Duration SILENCE = Duration.ofMinutes(3);

    private static final String A_DAY = "1d";

    private final Verb verb;

    AllDevices(Verb verb) {
        this.verb = verb;
    }

    private interface Line {
        void read(String line) throws IOException;
    }

    int status() throws IOException, CommandFailed {
        List<String> answers = new ArrayList<>();
        boolean json = verb.root().json();
        ask("/api/all/status", Map.of("client", client()), line -> {
            if (json) {
                answers.add(line);
            } else {
                answer(Json.object(line.getBytes(StandardCharsets.UTF_8)));
            }
        });
        if (json) {
            verb.say("{\"devices\":[" + String.join(",", answers) + "]}");
        }
        return Exit.DONE.code();
    }

    private void answer(Map<String, Object> device) {
        String who = Json.text(device, "name") + " (" + Text.brief(Json.text(device, "device")) + ")";
        if (!(device.get("answer") instanceof Map)) {
            verb.say(who + "  no answer: " + Json.text(device, "reason"));
            return;
        }
        verb.say(who);
        Text.Table table = new Text.Table("  ");
        for (Map<String, Object> folder : Json.objects(Json.member(device, "answer"), "folders")) {
            String head = Text.brief(Json.text(folder, "head"));
            table.row(
                    Json.text(folder, "name"),
                    Json.text(folder, "state"),
                    Json.text(folder, "branch") + (head.isEmpty() ? " without a commit" : " at " + head),
                    left(folder),
                    Json.text(folder, "reason"));
        }
        table.lines().forEach(verb::say);
    }

    private static String left(Map<String, Object> folder) {
        List<String> left = new ArrayList<>();
        long changes = Json.number(folder, "pendingChanges");
        long contents = Json.number(folder, "missingContent");
        if (changes > 0) {
            left.add(Text.plural(changes, "change") + " to record");
        }
        if (contents > 0) {
            left.add(Text.plural(contents, "file") + " without content");
        }
        return String.join(", ", left);
    }

    /**
     * Prints what happened on all devices.
     *
     * @param since a time, or how long ago; empty for a day
     */
    int log(Optional<String> since) throws IOException, CommandFailed {
        Map<String, String> parameters = new LinkedHashMap<>(Map.of("client", client()));
        parameters.putAll(begin(since.orElse(A_DAY)));
        ask("/api/all/log", parameters, line -> {
            if (verb.root().json()) {
                verb.say(line);
            } else {
                entry(Json.object(line.getBytes(StandardCharsets.UTF_8)));
            }
        });
        return Exit.DONE.code();
    }

    private void entry(Map<String, Object> entry) {
        String device = Json.text(entry, "on");
        if (Json.text(entry, "type").equals("unanswered")) {
            verb.say("(" + device + ": " + Json.text(entry, "reason") + ")");
            return;
        }
        entry.remove("on");
        entry.remove("onDevice");
        String line = Log.human(entry);
        String cursor = Json.number(entry, "cursor") + "  ";
        verb.say(device + "  " + line.substring(cursor.length()));
    }

    private Map<String, String> begin(String text) {
        try {
            return text.matches("[0-9]{1,6}[smhd]")
                    ? Map.of("ago", Long.toString(span(text).toSeconds()))
                    : Map.of("since", Long.toString(Math.max(0, instant(text).toEpochMilli())));
        } catch (DateTimeParseException | ArithmeticException wrong) {
            throw verb.usage(
                    "with --all, --since is a time, as 2026-01-31 or 2026-01-31T12:00:00Z, or how long ago, as 2h"
                            + " or 7d, not " + Text.clean(text));
        }
    }

    private static Duration span(String text) {
        boolean days = text.endsWith("d");
        return Duration.parse(days ? "P" + text : "PT" + text);
    }

    private static Instant instant(String text) {
        return text.length() == "2026-01-31".length()
                ? LocalDate.parse(text).atStartOfDay(ZoneId.systemDefault()).toInstant()
                : Instant.parse(text);
    }

    /** One terminal's questions wait for each other. */
    private static String client() {
        return "cli-" + ProcessHandle.current().parent().map(ProcessHandle::pid).orElse(0L);
    }

    private void ask(String path, Map<String, String> parameters, Line each) throws IOException, CommandFailed {
        try (InputStream body = verb.daemon().open("GET", Client.address(path, parameters), new byte[0], SILENCE);
                BufferedReader lines = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                each.read(line);
                verb.out().flush();
            }
        }
    }
}
