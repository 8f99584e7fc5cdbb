package dev.tandem.assistant;

import com.google.common.hash.Hashing;
import dev.tandem.assistant.api.ActionFailed;
import dev.tandem.assistant.api.FolderSettings;
import dev.tandem.assistant.core.Event;
import dev.tandem.gitsync.annex.LargeFiles;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** What is large in a folder and what is ignored, kept where git-annex and git have it. Any thread. */
final class FolderSettingActions implements FolderSettings {
    /** More is no list of patterns. */
    private static final long IGNORE_BYTES_MAX = 48 * 1024;

    private final Folders folders;

    FolderSettingActions(Folders folders) {
        this.folders = folders;
    }

    @Override
    public Large large(String name) throws ActionFailed {
        OpenFolder folder = folders.named(name);
        try {
            LargeFiles rule = rule(folder);
            return new Large(name, rule.shared().orElse(""), rule.here().orElse(null));
        } catch (IOException unreadable) {
            throw failed(folder, unreadable);
        }
    }

    @Override
    public Large large(String name, String expression) throws ActionFailed {
        OpenFolder folder = folders.named(name);
        try {
            String problem = LargeFiles.problem(expression).orElse(null);
            if (problem != null) {
                throw new ActionFailed(ActionFailed.Kind.USAGE, "nothing was changed: " + problem);
            }
            rule(folder).share(expression);
            folder.post(new Event.GitMoved());
        } catch (IOException failure) {
            throw failed(folder, failure);
        }
        return large(name);
    }

    private static LargeFiles rule(OpenFolder folder) {
        return new LargeFiles(folder.git(), folder.contents().branch());
    }

    @Override
    public Ignored ignored(String name) throws ActionFailed {
        OpenFolder folder = folders.named(name);
        try {
            String text = read(file(folder));
            return new Ignored(name, text, named(text));
        } catch (IOException unreadable) {
            throw failed(folder, unreadable);
        }
    }

    @Override
    public Ignored ignore(String name, String seen, String text) throws ActionFailed {
        OpenFolder folder = folders.named(name);
        Path file = file(folder);
        try {
            if (!named(read(file)).equals(seen)) {
                throw new ActionFailed(
                        ActionFailed.Kind.FAILED,
                        ".gitignore was changed since it was shown: nothing was written; load it again");
            }
            // beside git's own files: half a list of patterns must never be seen in the folder
            Path part = folder.git().getDirectory().toPath().resolve("tandem").resolve("ignore.part");
            Files.createDirectories(part.resolveSibling(""));
            Files.writeString(part, text);
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException failure) {
            throw failed(folder, failure);
        }
        return ignored(name);
    }

    private static Path file(OpenFolder folder) {
        return folder.stored().path().resolve(".gitignore");
    }

    private static String read(Path file) throws IOException {
        if (Files.isSymbolicLink(file)) {
            throw new IOException(".gitignore is a symbolic link, which git does not follow: edit it yourself");
        }
        try {
            if (Files.exists(file, LinkOption.NOFOLLOW_LINKS) && Files.size(file) > IGNORE_BYTES_MAX) {
                throw new IOException(".gitignore is larger than " + IGNORE_BYTES_MAX + " bytes: edit it yourself");
            }
            return Files.readString(file);
        } catch (NoSuchFileException none) {
            return "";
        } catch (CharacterCodingException notText) {
            throw new IOException(".gitignore is not UTF-8: edit it yourself", notText);
        }
    }

    private static String named(String text) {
        return Hashing.sha256().hashString(text, StandardCharsets.UTF_8).toString();
    }

    private static ActionFailed failed(OpenFolder folder, IOException failure) {
        return new ActionFailed(
                ActionFailed.Kind.FAILED,
                Diagnosis.of(folder.stored().path(), failure).line());
    }
}
