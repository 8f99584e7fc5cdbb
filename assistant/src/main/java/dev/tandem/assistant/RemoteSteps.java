package dev.tandem.assistant;

import dev.tandem.assistant.commands.Command;
import dev.tandem.assistant.commands.Failure;
import dev.tandem.assistant.commands.Outcome;
import dev.tandem.assistant.commands.Run;
import dev.tandem.assistant.store.Journal;
import dev.tandem.gitsync.remotes.RemoteException;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;

/**
 * The steps of {@code remote add}, which is one, and of {@code remote remove}: see that it is there, then remove it,
 * which finds it gone when it is done again.
 */
final class RemoteSteps {
    private final Folders folders;
    private final Journal journal;
    private final InstantSource clock;

    RemoteSteps(Folders folders, Journal journal, InstantSource clock) {
        this.folders = folders;
        this.journal = journal;
        this.clock = clock;
    }

    /** What is done with the remotes of a folder that is open. */
    private interface Work {
        Outcome with(OpenFolder folder) throws IOException;
    }

    void add(Command.AddRemote command, Run run) {
        withFolder(command.folder(), run, folder -> {
            try {
                folder.remotes().add(command.name(), command.url());
            } catch (RemoteException refused) {
                return new Outcome.Failed(new Failure("usage", Diagnosis.brief(refused)));
            }
            run.at("written");
            folder.remotesChanged();
            return done(folder, "remote-added", command.name());
        });
    }

    void remove(Command.RemoveRemote command, Run run) {
        withFolder(
                command.folder(),
                run,
                folder -> run.step().equals(Command.FIRST) ? find(command, folder) : remove(command, folder, run));
    }

    private static Outcome find(Command.RemoveRemote command, OpenFolder folder) {
        String name = folder.stored().name();
        return folder.remotes().isKnown(command.name())
                ? new Outcome.Next("remove", command, Outcome.NOTHING)
                : new Outcome.Failed(Failure.of(name + " has no git remote " + command.name() + "; `tandem remote list "
                        + name + "` names them"));
    }

    private Outcome remove(Command.RemoveRemote command, OpenFolder folder, Run run) throws IOException {
        folder.remotes().remove(command.name());
        run.at("removed");
        folder.remotesChanged();
        return done(folder, "remote-removed", command.name());
    }

    private Outcome done(OpenFolder folder, String type, String remote) {
        return new Outcome.Done(
                new RemoteActions.Done(remote),
                () -> journal.append(clock.instant(), type, folder.stored().name(), Map.of("remote", remote)));
    }

    private void withFolder(String uuid, Run run, Work work) {
        Optional<OpenFolder> folder = folders.of(uuid);
        if (folder.isEmpty()) {
            run.end(new Outcome.Failed(
                    Failure.of("the folder cannot be opened now; nothing was changed; see `tandem status`")));
            return;
        }
        Outcome outcome;
        try {
            outcome = work.with(folder.get());
        } catch (IOException failure) {
            outcome = new Outcome.Failed(Failure.of(
                    Diagnosis.of(folder.get().stored().path(), failure).line()));
        }
        run.end(outcome);
    }
}
