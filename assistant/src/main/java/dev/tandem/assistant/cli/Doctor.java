package dev.tandem.assistant.cli;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;

@Command(name = "doctor", description = "Check this device, its accounts' servers and its links; say what to do.")
final class Doctor extends Verb {
    private static final Duration LOOKING = Duration.ofMinutes(1);

    @Override
    int run() throws IOException, CommandFailed {
        byte[] checkup = daemon().post("/api/doctor", Map.of(), LOOKING);
        Map<String, Object> found = Json.object(checkup);
        if (root().json()) {
            print(checkup);
        } else {
            render(found).forEach(this::say);
        }
        boolean broken = Json.objects(found, "findings").stream()
                .anyMatch(finding -> Json.text(finding, "level").equals("error"));
        return broken ? Exit.FAILED.code() : Exit.DONE.code();
    }

    static List<String> render(Map<String, Object> checkup) {
        Text.Table table = new Text.Table("");
        for (Map<String, Object> finding : Json.objects(checkup, "findings")) {
            table.row(Json.text(finding, "level"), Json.text(finding, "about"), Json.text(finding, "text"));
            String remedy = Json.text(finding, "remedy");
            if (!remedy.isEmpty()) {
                table.row("", "", "-> " + remedy);
            }
        }
        return new ArrayList<>(table.lines());
    }
}
