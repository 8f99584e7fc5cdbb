package dev.tandem.assistant;

import dev.tandem.assistant.api.ActionFailed;
import dev.tandem.assistant.commands.Command;
import dev.tandem.assistant.commands.Outcome;
import dev.tandem.assistant.commands.Run;
import dev.tandem.assistant.store.StoredFolder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The steps of {@code add}: plan, make the repository, open it, wait for the first commit. */
final class AddSteps {
    /** How long a folder that was just added may take for its first commit before `add` stops waiting. */
    private static final Duration FIRST_COMMIT = Duration.ofMinutes(10);

    private static final Logger LOG = LoggerFactory.getLogger(AddSteps.class);

    /** The result: the folder's uuid. */
    record Added(String uuid) {}

    private final Folders folders;

    AddSteps(Folders folders) {
        this.folders = folders;
    }

    void run(Command.Add command, Run run) throws Exception {
        try {
            run.end(
                    switch (run.step()) {
                        case Command.FIRST -> plan(command);
                        case "create" -> create(command, run);
                        case "open" -> open(command);
                        case "commit" -> commit(command);
                        default -> throw new IllegalStateException("no step " + run.step());
                    });
        } catch (ActionFailed refused) {
            run.end(new Outcome.Failed(Answers.failure(refused)));
        }
    }

    private Outcome plan(Command.Add command) throws ActionFailed {
        Command.Place place =
                folders.plan(Path.of(command.directory()), Optional.ofNullable(command.name()), Optional.empty());
        return to("create", command, place, Outcome.NOTHING);
    }

    private Outcome create(Command.Add command, Run run) throws ActionFailed {
        Command.Place place = Objects.requireNonNull(command.place());
        StoredFolder stored = folders.create(place);
        run.at("made");
        return to("open", command, place.stored(stored.uuid().toString()), () -> folders.keep(stored));
    }

    private Outcome open(Command.Add command) throws Exception {
        Command.Place place = Objects.requireNonNull(command.place());
        folders.open(place);
        return to("commit", command, place, Outcome.NOTHING);
    }

    private Outcome commit(Command.Add command) throws ActionFailed, InterruptedException {
        String uuid =
                Objects.requireNonNull(Objects.requireNonNull(command.place()).uuid());
        OpenFolder folder = folders.of(uuid)
                .orElseThrow(() -> new ActionFailed(
                        ActionFailed.Kind.FAILED,
                        "the folder was added, but cannot be opened now; see `tandem status`"));
        try {
            folder.sync().end().get(FIRST_COMMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException goesOn) {
            LOG.debug("the first commit of {} goes on in the background", command.directory());
        } catch (ExecutionException bug) {
            throw new IllegalStateException(bug);
        }
        return new Outcome.Done(new Added(uuid), Outcome.NOTHING);
    }

    private static Outcome to(String step, Command.Add command, Command.Place place, Runnable changes) {
        return new Outcome.Next(step, new Command.Add(command.directory(), command.name(), place), changes);
    }
}
