package dev.tandem.assistant.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "remote",
        description = "Ordinary git remotes of a folder.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {Remote.AddRemote.class, Remote.RemoveRemote.class, Remote.ListRemotes.class})
final class Remote extends Verb {
    private static final String API = "/api/remotes";

    @Override
    int run() {
        throw usage("which: remote add, remove or list?");
    }

    @Command(name = "add", description = "Sync a folder with a git repository: a path, or an ssh or https address.")
    static final class AddRemote extends Verb {
        @Parameters(index = "0", paramLabel = "NAME", description = "The folder.")
        private String folder = "";

        @Parameters(index = "1", paramLabel = "REMOTE", description = "What to call the remote, as git does.")
        private String remote = "";

        @Parameters(index = "2", paramLabel = "URL", description = "Where it is.")
        private String url = "";

        @Override
        int run() throws IOException, CommandFailed {
            ask(API, Map.of("folder", folder, "name", remote, "url", absolute(url)), QUICK);
            if (!root().json()) {
                say(folder + " is synced with the git remote " + remote + " from now on");
            }
            return Exit.DONE.code();
        }

        /** The daemon runs somewhere else: what is a path here becomes an absolute one. */
        static String absolute(String url) {
            boolean path = url.startsWith("./") || url.startsWith("../") || url.equals(".") || url.equals("..");
            boolean address = url.contains(":") || url.startsWith("/") || url.startsWith("~");
            return path || (!address && Files.exists(Path.of(url)))
                    ? Path.of(url).toAbsolutePath().normalize().toString()
                    : url;
        }
    }

    @Command(name = "remove", description = "Stop syncing with a git remote and forget it; nothing is deleted there.")
    static final class RemoveRemote extends Verb {
        @Parameters(index = "0", paramLabel = "NAME", description = "The folder.")
        private String folder = "";

        @Parameters(index = "1", paramLabel = "REMOTE", description = "The remote.")
        private String remote = "";

        @Override
        int run() throws IOException, CommandFailed {
            askDelete(Client.address(API, Map.of("folder", folder, "name", remote)), QUICK);
            if (!root().json()) {
                say(folder + " is no longer synced with " + remote);
            }
            return Exit.DONE.code();
        }
    }

    @Command(name = "list", description = "Show a folder's git remotes and whether they are reached.")
    static final class ListRemotes extends Verb {
        @Parameters(paramLabel = "NAME", description = "The folder.")
        private String folder = "";

        @Override
        int run() throws IOException, CommandFailed {
            byte[] answer = daemon().get(Client.address(API, Map.of("folder", folder)), QUICK);
            if (root().json()) {
                print(answer);
                return Exit.DONE.code();
            }
            Text.Table table = new Text.Table("");
            Json.objects(Json.object(answer), "remotes")
                    .forEach(remote -> table.row(
                            Json.text(remote, "name"),
                            root().screen().state(Json.text(remote, "state")),
                            Json.text(remote, "url"),
                            Json.text(remote, "lastError")));
            table.lines().forEach(this::say);
            return Exit.DONE.code();
        }
    }
}
