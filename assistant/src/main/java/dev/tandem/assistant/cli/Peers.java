package dev.tandem.assistant.cli;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "peers",
        description = "The devices of this mesh: paired with this one, or introduced by another.",
        subcommands = {Peers.Forget.class, Peers.Rename.class})
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
                    String.join(", ", Json.texts(device, "folders")),
                    introduced(Json.member(device, "introducedBy")));
        }
        table.lines().forEach(this::say);
        if (devices.isEmpty()) {
            say("no devices: tandem pair NAME");
        }
        return Exit.DONE.code();
    }

    /** Who vouched for a device that was not paired with this one. */
    private static String introduced(Map<String, Object> by) {
        String names = by.keySet().stream()
                .map(folder -> Json.text(by, folder))
                .distinct()
                .collect(Collectors.joining(", "));
        return names.isEmpty() ? "" : "introduced by " + names;
    }

    @Command(name = "rename", description = "Call a device something else: this one everywhere, another one here.")
    static final class Rename extends Verb {
        @Parameters(index = "0", paramLabel = "DEVICE", description = "As for forget; `this` for this device.")
        private String device = "";

        @Parameters(index = "1", paramLabel = "NAME", description = "What to call it.")
        private String name = "";

        @Override
        int run() throws IOException, CommandFailed {
            byte[] answer = daemon().post("/api/peers", Map.of("device", device, "name", name), QUICK);
            if (root().json()) {
                print(answer);
            } else {
                say(
                        device.equals("this")
                                ? "this device is called " + Text.clean(name) + " on all devices"
                                : device + " is called " + Text.clean(name) + " on this device");
            }
            return Exit.DONE.code();
        }
    }

    @Command(
            name = "forget",
            description = "Revoke a device, here and on all others: nothing is shared with it any more.")
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
            say(
                    Json.text(forgotten, "name") + " (" + Text.brief(Json.text(forgotten, "device"))
                            + ") is no longer paired, here and on the other devices; what it has stays there, and it gets nothing more");
            return Exit.DONE.code();
        }
    }
}
