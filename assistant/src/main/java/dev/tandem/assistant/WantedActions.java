package dev.tandem.assistant;

import dev.tandem.assistant.api.ActionFailed;
import dev.tandem.assistant.api.Wanting;
import dev.tandem.assistant.core.Event;
import dev.tandem.gitsync.annex.AnnexBranch;
import dev.tandem.gitsync.annex.SharedSettings;
import dev.tandem.gitsync.annex.Wanted;
import java.io.IOException;
import java.util.Optional;

/** Which large files this device wants: read and written where git-annex has it. Any thread. */
final class WantedActions implements Wanting {
    private final Folders folders;

    WantedActions(Folders folders) {
        this.folders = folders;
    }

    @Override
    public Wish wanted(String name) throws ActionFailed {
        OpenFolder folder = folders.named(name);
        try {
            SharedSettings settings = folder.contents().branch().settings();
            return new Wish(
                    name,
                    folder.uuid().toString(),
                    settings.wanted().getOrDefault(folder.uuid(), ""),
                    Wanted.by(folder.uuid(), settings).problem().orElse(null));
        } catch (IOException unreadable) {
            throw failed(folder, unreadable);
        }
    }

    @Override
    public Wish want(String name, String expression) throws ActionFailed {
        OpenFolder folder = folders.named(name);
        try {
            AnnexBranch branch = folder.contents().branch();
            if (!expression.isBlank()) {
                Optional<String> problem =
                        Wanted.of(folder.uuid(), branch.settings(), expression).problem();
                if (problem.isPresent()) {
                    throw new ActionFailed(
                            ActionFailed.Kind.USAGE,
                            "\"" + expression + "\" cannot be understood, so nothing was changed: " + problem.get());
                }
            }
            branch.want(folder.uuid(), expression);
            folder.post(new Event.GitMoved());
        } catch (IOException failure) {
            throw failed(folder, failure);
        }
        return wanted(name);
    }

    private static ActionFailed failed(OpenFolder folder, IOException failure) {
        return new ActionFailed(
                ActionFailed.Kind.FAILED,
                Diagnosis.of(folder.stored().path(), failure).line());
    }
}
