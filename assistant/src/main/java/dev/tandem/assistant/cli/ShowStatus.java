package dev.tandem.assistant.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "status", description = "Daemon, accounts, folders, peers, transfers, alerts.")
final class ShowStatus extends Verb {
    @Option(names = "--all", description = "Ask all devices how the shared folders stand there.")
    private boolean all;

    @Override
    int run() throws IOException, CommandFailed {
        if (all) {
            return new AllDevices(this).status();
        }
        byte[] status = daemon().get("/api/status", QUICK);
        if (root().json()) {
            print(status);
        } else {
            render(Json.object(status), root().screen()).forEach(this::say);
        }
        return Exit.DONE.code();
    }

    static List<String> render(Map<String, Object> status, Screen screen) {
        List<String> lines = new ArrayList<>();
        Map<String, Object> daemon = Json.member(status, "daemon");
        lines.add(Json.text(daemon, "name") + " (" + Text.brief(Json.text(daemon, "device")) + "), running since "
                + Text.time(Json.text(daemon, "startedAt")) + ", pid " + Json.number(daemon, "pid"));
        for (Map<String, Object> alert : Json.objects(status, "alerts")) {
            long count = Json.number(alert, "count");
            lines.add(screen.state(Json.text(alert, "severity")) + ": " + Json.text(alert, "text") + " (since "
                    + Text.time(Json.text(alert, "since")) + (count > 1 ? ", " + count + " times)" : ")"));
        }
        lines.add("");
        accounts(Json.objects(status, "accounts"), screen, lines);
        lines.add("");
        List<Map<String, Object>> folders = Json.objects(status, "folders");
        if (folders.isEmpty()) {
            lines.add("no folders: tandem add DIR");
        }
        folders.forEach(folder -> folder(folder, screen, lines));
        return lines;
    }

    private static void accounts(List<Map<String, Object>> accounts, Screen screen, List<String> lines) {
        if (accounts.isEmpty()) {
            lines.add("no accounts: tandem account add JID");
        }
        Text.Table table = new Text.Table("");
        for (Map<String, Object> account : accounts) {
            table.row(
                    Json.text(account, "jid"),
                    screen.state(Json.text(account, "state")),
                    Json.text(account, "lastError"));
        }
        lines.addAll(table.lines());
    }

    private static void folder(Map<String, Object> folder, Screen screen, List<String> lines) {
        String head = Text.brief(Json.text(folder, "head"));
        lines.add(screen.strong(Json.text(folder, "name")) + "  " + screen.state(Json.text(folder, "state")) + "  "
                + Json.text(folder, "branch") + (head.isEmpty() ? " without a commit" : " at " + head) + "  "
                + Json.text(folder, "path"));
        String reason = Json.text(folder, "reason");
        if (!reason.isEmpty()) {
            lines.add("  " + reason);
        }
        count(Json.number(folder, "pendingChanges"), "change", " to record", lines);
        count(Json.number(folder, "missingContent"), "file", " without content here", lines);
        Text.Table table = new Text.Table("  ");
        for (Map<String, Object> peer : Json.objects(folder, "peers")) {
            String lastSync = Json.text(peer, "lastSync");
            String why = Json.text(peer, "reason");
            table.row(
                    Json.text(peer, "name"),
                    screen.state(Json.text(peer, "state")),
                    Json.text(peer, "carrier"),
                    Json.text(peer, "jid"),
                    lastSync.isEmpty() ? "never in sync yet" : "in sync " + Text.time(lastSync),
                    why);
        }
        for (Map<String, Object> remote : Json.objects(folder, "remotes")) {
            String error = Json.text(remote, "lastError");
            table.row(
                    Json.text(remote, "name"),
                    screen.state(Json.text(remote, "state")),
                    "remote",
                    Json.text(remote, "url"),
                    error);
        }
        lines.addAll(table.lines());
        for (Map<String, Object> transfer : Json.objects(folder, "transfers")) {
            long total = Json.number(transfer, "total");
            boolean get = Json.text(transfer, "direction").equals("get");
            lines.add("  " + (get ? "getting " : "sending ") + Json.text(transfer, "path")
                    + (get ? " from " : " to ") + Json.text(transfer, "peer") + ", "
                    + (total == 0 ? 0 : 100 * Json.number(transfer, "bytes") / total) + " %, "
                    + Text.size(Json.number(transfer, "rate")) + "/s");
        }
    }

    private static void count(long count, String noun, String what, List<String> lines) {
        if (count > 0) {
            lines.add("  " + Text.plural(count, noun) + what);
        }
    }
}
