package dev.tandem.assistant.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import picocli.CommandLine.Command;

@Command(name = "status", description = "The daemon, its accounts, folders, peers and alerts.")
final class StatusVerb extends Verb {
    private static final int SHORT_COMMIT = 10;

    @Override
    void run() throws CommandFailed {
        if (json) {
            out().println(new String(session().raw("/api/status", Duration.ofSeconds(30)), StandardCharsets.UTF_8));
            return;
        }
        JsonNode status = session().get("/api/status");
        JsonNode daemon = status.path("daemon");
        out().println(text(daemon, "name") + "  device " + brief(daemon, "device", 8) + "  pid " + daemon.path("pid")
                + "  version " + text(daemon, "version"));
        for (JsonNode account : status.path("accounts")) {
            out().println("account  " + text(account, "jid") + "  " + text(account, "state")
                    + after(account, "lastError"));
        }
        status.path("folders").forEach(this::folder);
        for (JsonNode alert : status.path("alerts")) {
            out().println(text(alert, "severity") + "  " + text(alert, "text"));
        }
    }

    private void folder(JsonNode folder) {
        PrintWriter out = out();
        int pending = folder.path("pendingChanges").asInt();
        out.println(
                "folder  " + text(folder, "name") + "  " + text(folder, "state") + "  " + text(folder, "path") + "  "
                        + brief(folder, "head", SHORT_COMMIT) + (pending > 0 ? "  " + pending + " changes pending" : "")
                        + after(folder, "reason"));
        for (JsonNode peer : folder.path("peers")) {
            out.println("  peer  " + text(peer, "name") + "  " + text(peer, "jid") + "  " + text(peer, "state")
                    + after(peer, "carrier") + "  " + brief(peer, "head", SHORT_COMMIT)
                    + (peer.path("lastSync").isTextual() ? "  in sync " + text(peer, "lastSync") : "")
                    + (peer.path("desynced").asBoolean() ? "  not heard of since it came back" : ""));
        }
    }

    private static String after(JsonNode node, String field) {
        return node.path(field).isTextual() ? "  " + text(node, field) : "";
    }

    private static String brief(JsonNode node, String field, int length) {
        String whole = text(node, field);
        return whole.substring(0, Math.min(length, whole.length()));
    }

    private static String text(JsonNode node, String field) {
        return node.path(field).isTextual() ? node.path(field).asText() : "";
    }
}
