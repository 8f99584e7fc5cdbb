package dev.tandem.assistant.cli;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "queue",
        description = "What you have asked for and is not finished; try it now, or take it back.",
        subcommands = {Queue.Retry.class, Queue.Cancel.class})
final class Queue extends Verb {
    @Override
    int run() throws IOException, CommandFailed {
        byte[] answer = daemon().get("/api/queue", QUICK);
        if (root().json()) {
            print(answer);
            return Exit.DONE.code();
        }
        List<Map<String, Object>> commands = Json.objects(Json.object(answer), "commands");
        Text.Table table = new Text.Table("");
        for (Map<String, Object> command : commands) {
            table.row(
                    Long.toString(Json.number(command, "id")),
                    Json.text(command, "kind"),
                    Json.text(command, "folder"),
                    Json.text(command, "state"),
                    Json.number(command, "attempts") + " tries",
                    "next " + Text.time(Json.text(command, "next")),
                    Json.text(command, "lastError"));
        }
        table.lines().forEach(this::say);
        if (commands.isEmpty()) {
            say("nothing is waiting");
        }
        return Exit.DONE.code();
    }

    @Command(name = "retry", description = "Try one now, instead of when its wait is over.")
    static final class Retry extends Verb {
        @Parameters(paramLabel = "ID", description = "As tandem queue shows it.")
        private long id;

        @Override
        int run() throws IOException, CommandFailed {
            daemon().post("/api/queue/retry", Map.of("id", id), QUICK);
            say(id + " is tried now");
            return Exit.DONE.code();
        }
    }

    @Command(name = "cancel", description = "Take one back; what it has done until then stays.")
    static final class Cancel extends Verb {
        @Parameters(paramLabel = "ID", description = "As tandem queue shows it.")
        private long id;

        @Override
        int run() throws IOException, CommandFailed {
            daemon().post("/api/queue/cancel", Map.of("id", id), QUICK);
            say(id + " is taken back");
            return Exit.DONE.code();
        }
    }
}
