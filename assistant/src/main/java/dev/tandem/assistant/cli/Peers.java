package dev.tandem.assistant.cli;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "peers",
        description = "The devices that this one is paired with.",
        subcommands = {Peers.Forget.class})
final class Peers extends Verb {
    @Override
    int run() throws IOException, CommandFailed {
        byte[] answer = daemon().get("/api/peers", QUICK);
        if (root().json()) {
            print(answer);
            return Exit.DONE.code();
        }
        List<Map<String, Object>> devices = Json.objects(Json.object(answer), "devices");
        Text.Table table = new Text.Table("");
        for (Map<String, Object> device : devices) {
            table.row(
                    Text.brief(Json.text(device, "device")),
                    Json.text(device, "name"),
                    root().screen().state(Boolean.TRUE.equals(device.get("online")) ? "online" : "offline"),
                    Json.text(device, "jid"),
                    String.join(", ", Json.texts(device, "folders")));
        }
        table.lines().forEach(this::say);
        if (devices.isEmpty()) {
            say("no devices: tandem pair NAME");
        }
        return Exit.DONE.code();
    }

    @Command(name = "forget", description = "Revoke a device: nothing is shared with it any more.")
    static final class Forget extends Verb {
        @Parameters(paramLabel = "DEVICE", description = "Its name, or its fingerprint or the beginning of that.")
        private String device = "";

        @Override
        int run() throws IOException, CommandFailed {
            byte[] answer = askDelete(Client.address("/api/peers", Map.of("device", device)), QUICK);
            if (root().json()) {
                print(answer);
                return Exit.DONE.code();
            }
            Map<String, Object> forgotten = Json.object(answer);
            say(Json.text(forgotten, "name") + " (" + Text.brief(Json.text(forgotten, "device"))
                    + ") is no longer paired; what it has stays there, and it gets nothing more");
            return Exit.DONE.code();
        }
    }
}
