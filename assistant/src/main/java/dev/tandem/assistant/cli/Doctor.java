package dev.tandem.assistant.cli;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "doctor",
        description = "Check this device, its accounts' servers, its links and its large files; say what to do.")
final class Doctor extends Verb {
    @Parameters(arity = "0..1", paramLabel = "NAME", description = "The folder to check (default: all).")
    private @Nullable String name;

    @Option(names = "--repair", description = "Mend what can be mended; nothing is thrown away.")
    private boolean repair;

    @Override
    int run() throws IOException, CommandFailed {
        Map<String, Object> request = new LinkedHashMap<>();
        if (name != null) {
            request.put("folder", name);
        }
        request.put("repair", repair);
        byte[] checkup = daemon().post("/api/doctor", request, PATIENT);
        Map<String, Object> found = Json.object(checkup);
        if (root().json()) {
            print(checkup);
        } else {
            render(found, root().screen()).forEach(this::say);
        }
        boolean broken = Json.objects(found, "findings").stream()
                .anyMatch(finding -> Json.text(finding, "level").equals("error"));
        return broken ? Exit.FAILED.code() : Exit.DONE.code();
    }

    static List<String> render(Map<String, Object> checkup, Screen screen) {
        Text.Table table = new Text.Table("");
        for (Map<String, Object> finding : Json.objects(checkup, "findings")) {
            String remedy = Json.text(finding, "remedy");
            table.row(
                    screen.state(Json.text(finding, "level")),
                    Json.text(finding, "about"),
                    Json.text(finding, "text") + (remedy.isEmpty() ? "" : ": " + remedy));
        }
        return table.lines();
    }
}
