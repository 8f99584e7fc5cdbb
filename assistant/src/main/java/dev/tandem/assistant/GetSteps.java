package dev.tandem.assistant;

import dev.tandem.assistant.api.Actions;
import dev.tandem.assistant.commands.Command;
import dev.tandem.assistant.commands.Outcome;
import dev.tandem.assistant.commands.Run;
import dev.tandem.gitsync.annex.Key;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The steps of {@code get}: fetch what can be had now and answer; then wish for the rest until it has come. */
final class GetSteps {
    private static final Logger LOG = LoggerFactory.getLogger(GetSteps.class);
    private static final Duration ONE_FETCH = Duration.ofHours(1);

    private final Folders folders;

    /** The commands whose wishes this daemon has in memory. */
    private final Set<String> wishing = ConcurrentHashMap.newKeySet();

    GetSteps(Folders folders) {
        this.folders = folders;
    }

    void run(Command.Get command, Run run) throws Exception {
        Optional<OpenFolder> folder = folders.of(command.folder());
        if (folder.isEmpty()) {
            run.end(new Outcome.Again("the folder cannot be opened now"));
        } else if (run.step().equals(Command.FIRST)) {
            run.end(fetch(command, folder.get(), run));
        } else {
            run.end(wish(command, folder.get(), run));
        }
    }

    private Outcome fetch(Command.Get command, OpenFolder folder, Run run) throws IOException, InterruptedException {
        FolderContents contents = folder.contents();
        Map<String, Key> files = ContentActions.annexed(folder, command.paths());
        Set<Key> lacking = lacking(contents, files);
        if (!lacking.isEmpty()) {
            lacking.forEach(contents::changed); // git-annex may have dropped it since it was counted
            contents.ask(lacking);
            wishing.add(run.correlation());
            run.at("asked");
            fetch(folder);
        }
        List<Actions.Content> results = new ArrayList<>();
        for (Map.Entry<String, Key> file : files.entrySet()) {
            results.add(result(folder, file.getKey(), file.getValue()));
        }
        ContentActions.Contents answer = new ContentActions.Contents(results);
        List<String> rest = lacking(contents, files).stream()
                .filter(contents::isAskedFor)
                .map(Key::toString)
                .toList();
        return rest.isEmpty()
                ? done(answer, run)
                : new Outcome.Answered(answer, "wish", new Command.Get(command.folder(), command.paths(), rest));
    }

    /** What was asked for and has not come is asked for again after a restart; a drop takes it back. */
    private Outcome wish(Command.Get command, OpenFolder folder, Run run) throws IOException {
        FolderContents contents = folder.contents();
        Set<Key> lacking = lacking(contents, command);
        if (wishing.add(run.correlation())) {
            contents.ask(lacking);
            var unused = folder.get();
        } else {
            lacking.removeIf(key -> !contents.isAskedFor(key));
        }
        return lacking.isEmpty()
                ? done(new ContentActions.Contents(List.of()), run)
                : new Outcome.Again(lacking.size() + " contents cannot be had yet");
    }

    private Outcome done(ContentActions.Contents answer, Run run) {
        wishing.remove(run.correlation());
        return new Outcome.Done(answer, Outcome.NOTHING);
    }

    private static void fetch(OpenFolder folder) throws InterruptedException {
        try {
            folder.get().get(ONE_FETCH.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException goesOn) {
            LOG.debug("contents of {} are still coming", folder.stored().name());
        } catch (ExecutionException bug) {
            throw new IllegalStateException(bug);
        }
    }

    private static Set<Key> lacking(FolderContents contents, Map<String, Key> files) throws IOException {
        Set<Key> lacking = ConcurrentHashMap.newKeySet();
        for (Key key : files.values()) {
            if (!contents.store().has(key)) {
                lacking.add(key);
            }
        }
        return lacking;
    }

    private static Set<Key> lacking(FolderContents contents, Command.Get command) throws IOException {
        return lacking(
                contents,
                command.lacking().stream()
                        .flatMap(name -> Key.parse(name).stream())
                        .collect(Collectors.toMap(Key::toString, key -> key, (one, same) -> one)));
    }

    private static Actions.Content result(OpenFolder folder, String path, Key key) throws IOException {
        FolderContents contents = folder.contents();
        if (contents.store().has(key)) {
            return new Actions.Content(folder.stored().name(), path, true, null);
        }
        Set<UUID> holders = FolderContents.holders(contents.branch().copies(key));
        String where = holders.isEmpty() ? "no device is known to have it" : "last known on " + names(folder, holders);
        return new Actions.Content(
                folder.stored().name(), path, false, "cannot be had now: " + where + "; it comes when it can be had");
    }

    private static String names(OpenFolder folder, Set<UUID> holders) throws IOException {
        Map<UUID, String> names = folder.contents().branch().descriptions();
        return holders.stream()
                .map(holder -> names.getOrDefault(holder, holder.toString()))
                .sorted()
                .collect(Collectors.joining(", "));
    }
}
