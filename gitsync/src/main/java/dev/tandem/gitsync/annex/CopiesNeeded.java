package dev.tandem.gitsync.annex;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.eclipse.jgit.lib.Repository;

/**
 * How many copies there must be of a content: as {@code annex.numcopies} and {@code annex.mincopies} in
 * {@code .gitattributes} say for its file, or else {@code git annex numcopies} and {@code mincopies}, or else
 * {@code annex.numcopies} in git's configuration. Thread-safe.
 */
public final class CopiesNeeded {
    private final Repository git;
    private final AnnexBranch branch;
    private final Attributes attributes;

    /** By the settings of that repository and its branch. */
    public CopiesNeeded(Repository git, AnnexBranch branch) {
        this.git = git;
        this.branch = branch;
        this.attributes = new Attributes(git);
    }

    /** Of a content that several files have the largest number that one of them asks for. */
    public NumCopies of(Collection<String> paths) throws IOException {
        SharedSettings settings = branch.settings();
        int configured = git.getConfig().getInt("annex", "numcopies", 1);
        int copies = settings.numCopies().orElse(configured);
        int minimum = settings.minCopies().orElse(1);
        if (paths.isEmpty()) {
            return new NumCopies(copies, minimum);
        }
        int most = 0;
        int mostMinimum = 0;
        for (String path : paths) {
            most = Math.max(most, attribute(path, "annex.numcopies").orElse(copies));
            mostMinimum =
                    Math.max(mostMinimum, attribute(path, "annex.mincopies").orElse(minimum));
        }
        return new NumCopies(most, mostMinimum);
    }

    /** Of one file's content. */
    public NumCopies of(String path) throws IOException {
        return of(List.of(path));
    }

    private OptionalInt attribute(String path, String name) throws IOException {
        Optional<String> value = attributes.value(path, name).filter(text -> text.matches("[0-9]{1,9}"));
        return value.isPresent() ? OptionalInt.of(Integer.parseInt(value.get())) : OptionalInt.empty();
    }
}
