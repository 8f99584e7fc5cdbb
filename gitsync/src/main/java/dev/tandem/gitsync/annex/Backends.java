package dev.tandem.gitsync.annex;

import java.io.IOException;
import java.util.Optional;
import org.eclipse.jgit.lib.Repository;

/**
 * How the keys of new contents are made: as that of the file's last version, or as {@code annex.backend} says in
 * {@code .gitattributes} or git's configuration, or by SHA-256. What Java cannot compute is made by SHA-256 too.
 */
final class Backends {
    private final Repository git;
    private final Attributes attributes;

    Backends(Repository git) {
        this.git = git;
        this.attributes = new Attributes(git);
    }

    String of(String path, Optional<Key> last) throws IOException {
        return last.map(Key::backend).filter(ContentStore::makes).orElse(configured(path));
    }

    private String configured(String path) throws IOException {
        String said = attributes.value(path, "annex.backend").orElse(null);
        if (said == null) {
            said = git.getConfig().getString("annex", null, "backend");
        }
        return said != null && ContentStore.makes(said) ? said : Key.DEFAULT_BACKEND;
    }
}
