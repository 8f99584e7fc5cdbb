package dev.tandem.gitsync.repo;

import java.io.File;
import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.storage.file.FileBasedConfig;
import org.eclipse.jgit.util.FS;
import org.eclipse.jgit.util.SystemReader;
import org.jspecify.annotations.Nullable;

/**
 * Lets JGit flush loose objects and refs before it gives them their names: after a power cut they would be there and
 * empty, and an object that seems to be there is not written again.
 *
 * <p>A default of this process, below all configuration files: in the repository's own, current git would print a
 * warning with every command.
 */
public final class DurableWrites extends SystemReader.Delegate {
    private DurableWrites(SystemReader system) {
        super(system);
    }

    /** Makes it so for all repositories that this process opens from now on; once is enough. */
    public static synchronized void byDefault() {
        if (!(SystemReader.getInstance() instanceof DurableWrites)) {
            SystemReader.setInstance(new DurableWrites(SystemReader.getInstance()));
        }
    }

    @Override
    public FileBasedConfig openJGitConfig(@Nullable Config parent, FS fs) {
        return super.openJGitConfig(new Defaults(parent, fs), fs);
    }

    /** Is in no file. */
    private static final class Defaults extends FileBasedConfig {
        Defaults(@Nullable Config parent, FS fs) {
            super(parent, new File("tandem's defaults"), fs);
            setBoolean("core", null, "fsyncObjectFiles", true);
            setBoolean("core", null, "fsyncRefFiles", true);
            // Each push leaves a pack, and from 50 on JGit collects. It would keep the old packs for an hour, and so
            // collect again with each push of a busy hour, until the indexes of all of them fill the heap. Git
            // deletes them at once.
            setString("gc", null, "prunePackExpire", "now");
        }

        @Override
        public void load() {
            // There is nothing to read.
        }

        @Override
        public boolean isOutdated() {
            return false;
        }
    }
}
