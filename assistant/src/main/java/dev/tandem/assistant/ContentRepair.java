package dev.tandem.assistant;

import dev.tandem.gitsync.annex.ContentStore;
import dev.tandem.gitsync.annex.Key;
import dev.tandem.gitsync.annex.Partial;
import dev.tandem.gitsync.annex.Presence;
import dev.tandem.gitsync.annex.WrongContentException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Contents that are not what they should be: damaged ones are set aside, where git-annex does so too, and lost ones are
 * taken from a work file that still has them, or else fetched again. Any thread; reads as much as the contents have.
 */
final class ContentRepair {
    private static final Logger LOG = LoggerFactory.getLogger(ContentRepair.class);
    private static final int BUFFER_BYTES = 1 << 18;

    private final Path root;
    private final FolderContents contents;

    ContentRepair(Path root, FolderContents contents) {
        this.root = root;
        this.contents = contents;
    }

    /** Takes a lost content from one of its work files, if one still has it. */
    boolean heal(Key key, List<String> paths) throws IOException {
        if (key.digest().isEmpty() || key.sizeBytes().isEmpty()) {
            return false;
        }
        for (String path : paths) {
            Path file = root.resolve(path);
            if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                    && Files.size(file) == key.sizeBytes().getAsLong()
                    && take(key, file)) {
                contents.changed(key);
                LOG.info("{} was lost, and is taken from {}", key, path);
                return true;
            }
        }
        return false;
    }

    private boolean take(Key key, Path file) throws IOException {
        Optional<Partial> partial = contents.store().receive(key);
        if (partial.isEmpty()) {
            return false;
        }
        try (Partial incoming = partial.get();
                InputStream in = Files.newInputStream(file)) {
            in.skipNBytes(incoming.bytes());
            byte[] buffer = new byte[BUFFER_BYTES];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                incoming.write(ByteBuffer.wrap(buffer, 0, read));
            }
            incoming.finish();
            return true;
        } catch (WrongContentException edited) {
            return false;
        }
    }

    /**
     * Looks whether our copy is what it should be, because somebody got something else from here.
     *
     * @return a line for the user; empty if the copy is right
     */
    Optional<String> doubted(Key key) throws IOException {
        ContentStore store = contents.store();
        if (!store.has(key) || store.damage(key).isEmpty()) {
            return Optional.empty();
        }
        store.setAside(key);
        contents.changed(key);
        List<String> paths = contents.paths(key);
        String what = paths.isEmpty() ? key.toString() : paths.get(0);
        if (heal(key, paths)) {
            return Optional.of("The stored content of " + what
                    + " was damaged: it was taken anew from the file itself, which is right. Check this disk.");
        }
        contents.record(Set.of(key), Presence.MISSING);
        contents.ask(Set.of(key));
        return Optional.of("The content of " + what
                + " is damaged on this device: what is left of it is in .git/annex/bad, and another copy is looked for."
                + " Check this disk.");
    }

    /**
     * Reads every content of the head's files.
     *
     * @param repair whether to mend what can be mended
     * @return a line for the user for each that is not right
     */
    List<String> check(boolean repair) throws IOException {
        List<String> lines = new ArrayList<>();
        contents.countAnew();
        for (Map.Entry<Key, List<String>> content : contents.present().entrySet()) {
            Optional<String> damage = contents.store().damage(content.getKey());
            if (damage.isPresent() && !repair) {
                lines.add("the content of " + content.getValue().get(0) + " is damaged (" + damage.get()
                        + "): run `tandem doctor --repair`");
            } else if (damage.isPresent()) {
                doubted(content.getKey()).ifPresent(lines::add);
            }
        }
        for (Key key : contents.lost()) {
            List<String> paths = contents.paths(key);
            String path = paths.isEmpty() ? key.toString() : paths.get(0);
            if (!repair) {
                lines.add("the content of " + path + " ought to be here and is not: run `tandem doctor --repair`");
            } else if (heal(key, paths)) {
                lines.add("the content of " + path + " was lost, and is taken from the file itself");
            } else {
                contents.record(Set.of(key), Presence.MISSING);
                contents.ask(Set.of(key));
                lines.add("the content of " + path + " is lost here: another copy is looked for");
            }
        }
        return lines;
    }
}
