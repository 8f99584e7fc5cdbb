package dev.tandem.assistant;

import dev.tandem.assistant.commands.Command;
import dev.tandem.assistant.commands.CommandRow;
import dev.tandem.assistant.commands.Failure;
import dev.tandem.assistant.commands.Outcome;
import dev.tandem.assistant.commands.Run;
import dev.tandem.assistant.store.Journal;
import dev.tandem.gitsync.annex.Key;
import dev.tandem.gitsync.history.FileHistory;
import dev.tandem.gitsync.history.FileVersion;
import dev.tandem.gitsync.history.Proposal;
import dev.tandem.gitsync.history.Restoration;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jgit.lib.ObjectId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The steps of {@code restore}: choose the version, make it the newest, have its content brought here. Done again after
 * a crash, the second looks whether the version is there already: what the user has saved since is not put aside again.
 */
final class RestoreSteps {
    private static final Logger LOG = LoggerFactory.getLogger(RestoreSteps.class);

    /** How long a restored large file's content is waited for; it comes later all the same. */
    static final Duration CONTENT = Duration.ofMinutes(5);

    private final Folders folders;
    private final CommandRunner commands;
    private final Journal journal;
    private final InstantSource clock;

    RestoreSteps(Folders folders, CommandRunner commands, Journal journal, InstantSource clock) {
        this.folders = folders;
        this.commands = commands;
        this.journal = journal;
        this.clock = clock;
    }

    void run(Command.Restore command, Run run) throws InterruptedException {
        Optional<OpenFolder> folder = folders.of(command.folder());
        if (folder.isEmpty()) {
            run.end(new Outcome.Failed(
                    Failure.of("the folder cannot be opened now; nothing was restored; see `tandem status`")));
            return;
        }
        Outcome outcome;
        try {
            outcome = switch (run.step()) {
                case Command.FIRST -> choose(command, folder.get());
                case "restore" -> restore(command, folder.get(), run);
                case "content" -> content(command, folder.get(), run);
                default -> throw new IllegalStateException("no step " + run.step());
            };
        } catch (IOException failure) {
            outcome = new Outcome.Failed(Failure.of(
                    Diagnosis.of(folder.get().stored().path(), failure).line()));
        }
        run.end(outcome);
    }

    private static Outcome choose(Command.Restore command, OpenFolder folder) throws IOException {
        Optional<ObjectId> head = folder.head();
        Optional<FileVersion> found = head.isEmpty()
                ? Optional.empty()
                : new FileHistory(folder.git(), command.from()).at(head.get(), command.at(), ZoneId.systemDefault());
        if (found.isEmpty()) {
            return new Outcome.Failed(Failure.of("there is no version of " + command.from() + " at \"" + command.at()
                    + "\": nothing was changed; `tandem history` lists the versions"));
        }
        Command.Restore chosen = new Command.Restore(
                command.folder(),
                command.from(),
                command.at(),
                command.to(),
                found.get().commit().name(),
                head.orElseThrow().name());
        return new Outcome.Next("restore", chosen, Outcome.NOTHING);
    }

    private Outcome restore(Command.Restore command, OpenFolder folder, Run run) throws IOException {
        FileVersion version = version(command, folder);
        if (run.attempts() == 0 || !isDone(command, folder, version)) {
            Optional<String> obstacle = folder.rewrite(
                    Set.of(command.to()),
                    head -> new Proposal.Commit(
                            Restoration.commit(folder.git(), head, version, command.to(), folder.signature())));
            if (obstacle.isPresent()) {
                return new Outcome.Failed(
                        Failure.of(command.to() + " was not restored: " + obstacle.get() + "; try again then"));
            }
        }
        run.at("restored");
        Map<String, String> fields = Map.of(
                "path",
                command.to(),
                "from",
                command.from(),
                "commit",
                version.commit().name());
        return new Outcome.Next(
                "content",
                command,
                () -> journal.append(
                        clock.instant(), "restored", folder.stored().name(), fields));
    }

    private static boolean isDone(Command.Restore command, OpenFolder folder, FileVersion version) throws IOException {
        ObjectId base = ObjectId.fromString(Objects.requireNonNull(command.base()));
        return Restoration.isDone(folder.git(), folder.head().orElse(base), base, version, command.to());
    }

    private Outcome content(Command.Restore command, OpenFolder folder, Run run)
            throws IOException, InterruptedException {
        FileVersion version = version(command, folder);
        boolean here = version.key().isEmpty()
                || folder.contents().store().has(version.key().get())
                || comes(command, folder, version.key().get(), run);
        return new Outcome.Done(
                new HistoryActions.Restored(
                        command.to(), version.commit().name(), version.time().toEpochMilli(), here),
                Outcome.NOTHING);
    }

    /**
     * The content is a wish of its own, so that it is not forgotten either; its name is ours, so that it is one wish.
     */
    private boolean comes(Command.Restore command, OpenFolder folder, Key key, Run run)
            throws IOException, InterruptedException {
        UUID uuid = folder.uuid();
        String wish = run.correlation() + " content";
        Command.Get get = new Command.Get(uuid.toString(), List.of(command.to()), List.of(key.toString()));
        commands.submit(wish, uuid, "get " + wish, get);
        run.at("wished");
        try {
            CommandRow unused = commands.result(wish).get(CONTENT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException later) {
            LOG.debug("the content of {} is still to come", command.to(), later);
        }
        return folder.contents().store().has(key);
    }

    private static FileVersion version(Command.Restore command, OpenFolder folder) throws IOException {
        String commit = Objects.requireNonNull(command.commit());
        return new FileHistory(folder.git(), command.from())
                .at(ObjectId.fromString(commit), commit, ZoneId.systemDefault())
                .orElseThrow(() -> new IOException("the version " + commit + " is not there any more"));
    }
}
