package dev.tandem.assistant;

import dev.tandem.assistant.api.Actions;
import dev.tandem.assistant.commands.Command;
import dev.tandem.assistant.commands.Failure;
import dev.tandem.assistant.commands.Outcome;
import dev.tandem.assistant.commands.Run;
import dev.tandem.assistant.core.Event;
import dev.tandem.gitsync.annex.ContentStore;
import dev.tandem.gitsync.annex.DropCheck;
import dev.tandem.gitsync.annex.Key;
import dev.tandem.gitsync.annex.Presence;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The steps of {@code drop}: choose, then remove one content after the other. Done again after a crash, the second ends
 * what the first began: a content that is gone is recorded as gone, one that is still here is judged anew.
 */
final class DropSteps {
    private final Folders folders;
    private final CommandRunner commands;

    DropSteps(Folders folders, CommandRunner commands) {
        this.folders = folders;
        this.commands = commands;
    }

    void run(Command.Drop command, Run run) throws Exception {
        Optional<OpenFolder> folder = folders.of(command.folder());
        if (folder.isEmpty()) {
            run.end(new Outcome.Failed(
                    Failure.of("the folder cannot be opened now; nothing was dropped; see `tandem status`")));
            return;
        }
        try {
            run.end(
                    run.step().equals(Command.FIRST)
                            ? choose(command, folder.get())
                            : drop(command, folder.get(), run));
        } catch (IOException failure) {
            run.end(new Outcome.Failed(Failure.of(
                    Diagnosis.of(folder.get().stored().path(), failure).line())));
        }
    }

    private static Outcome choose(Command.Drop command, OpenFolder folder) throws IOException {
        Map<String, String> files = new LinkedHashMap<>();
        ContentActions.annexed(folder, command.paths()).forEach((path, key) -> files.put(path, key.toString()));
        return new Outcome.Next(
                "drop", new Command.Drop(command.folder(), command.paths(), command.force(), files), Outcome.NOTHING);
    }

    private Outcome drop(Command.Drop command, OpenFolder folder, Run run) throws IOException {
        Map<Key, List<String>> byKey = new LinkedHashMap<>();
        command.files()
                .forEach((path, name) -> Key.parse(name)
                        .ifPresent(key -> byKey.computeIfAbsent(key, k -> new ArrayList<>())
                                .add(path)));
        List<Actions.Content> results = new ArrayList<>();
        Set<String> gone = new HashSet<>();
        for (Map.Entry<Key, List<String>> content : byKey.entrySet()) {
            String refusal = drop(folder, content.getKey(), command.force(), run);
            if (refusal == null) {
                gone.add(content.getKey().toString());
            }
            for (String path : content.getValue()) {
                results.add(new Actions.Content(folder.stored().name(), path, refusal == null, refusal));
            }
        }
        folder.post(new Event.GitMoved()); // the location log has moved
        return new Outcome.Done(new ContentActions.Contents(results), () -> takeBackWishes(command.folder(), gone));
    }

    /** What is dropped is not wished for any more. */
    private void takeBackWishes(String folder, Set<String> gone) {
        commands.amend(row -> row.kind().equals("get") && folder.equals(row.folder()), command -> {
            if (!(command instanceof Command.Get get) || get.lacking().isEmpty()) {
                return command;
            }
            List<String> rest =
                    get.lacking().stream().filter(key -> !gone.contains(key)).toList();
            return rest.isEmpty() ? null : new Command.Get(get.folder(), get.paths(), rest);
        });
    }

    /** Null if it is gone, or why it must stay. */
    private static @Nullable String drop(OpenFolder folder, Key key, boolean force, Run run) throws IOException {
        FolderContents contents = folder.contents();
        List<String> files = contents.paths(key);
        String[] refusal = new String[1];
        ContentStore.Removed removed = contents.store().remove(key, () -> {
            DropCheck.Answer answer = force ? DropCheck.forced(key, folder.uuid()) : folder.judgeDrop(key, files);
            if (answer instanceof DropCheck.Refusal refused) {
                refusal[0] = "only " + refused.counted() + " of " + refused.needed()
                        + " other copies could be verified now; bring another device online, or use --force";
            } else {
                folder.emptyFiles(files);
                run.at("emptied");
                // before it goes: what is recorded as here and is not would be fetched again at once
                contents.record(Set.of(key), Presence.MISSING);
                run.at("marked");
            }
            return answer;
        });
        return switch (removed) {
            case YES -> {
                run.at("removed");
                contents.record(Set.of(key), Presence.MISSING); // also of one that had vanished before
                contents.arrived(Set.of(key));
                contents.changed(key);
                run.at("located");
                yield null;
            }
            case IN_USE -> "it is being sent, or another device is dropping its copy; try again in a moment";
            case REFUSED -> refusal[0];
        };
    }
}
