package dev.tandem.gitsync.annex;

import com.google.common.base.Splitter;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Predicate;
import org.eclipse.jgit.lib.Repository;

/**
 * Which files have their content beside git: what {@code annex.largefiles} says in git's configuration, in
 * {@code .gitattributes} or in {@code git annex config}, the first of these that says something; larger than 1 MiB
 * otherwise. The same answers as git-annex gives, or it would put files back into git that Tandem has annexed.
 *
 * <p>Thread-safe. Reads the settings anew with every question, since the user may have changed them.
 */
public final class LargeFiles {
    /** What counts as large unless somebody says otherwise, in git-annex's words. */
    public static final String DEFAULT_EXPRESSION = "largerthan=1MiB";

    private static final String ANNEX = "annex";
    private static final String NAME = "annex.largefiles";
    private static final String ADD_UNLOCKED = "annex.addunlocked";
    private static final String DOTFILES = "annex.dotfiles";

    private final Repository git;
    private final AnnexBranch branch;
    private final Attributes attributes;

    /** By the settings of that repository and its branch. */
    public LargeFiles(Repository git, AnnexBranch branch) {
        this.git = git;
        this.branch = branch;
        this.attributes = new Attributes(git);
    }

    /**
     * Whether a file's content belongs beside git.
     *
     * @param path in the folder, with slashes
     * @param annexedBefore whether its last version was annexed: it stays so where nobody has said what is large
     * @throws ExpressionException if what is said cannot be understood; then nothing is known of the file
     */
    public boolean isLarge(String path, long sizeBytes, boolean annexedBefore) throws IOException {
        if (isDotfile(path) && !dotfilesToo()) {
            return false;
        }
        Optional<String> said = expression(path);
        return said.isPresent()
                ? parsed(said.get()).test(new Candidate(path, sizeBytes))
                : annexedBefore || parsed(DEFAULT_EXPRESSION).test(new Candidate(path, sizeBytes));
    }

    /** Whether anybody has said what is large, for all files: in git's configuration or {@code git annex config}. */
    public boolean isConfigured() throws IOException {
        return git.getConfig().getString(ANNEX, null, "largefiles") != null
                || branch.settings().config(NAME).isPresent();
    }

    /**
     * Tells git-annex, here and at all other repositories, what Tandem does: the default rule where there is none, and
     * that files are not locked. For a folder that Tandem has created; writes nothing where somebody has decided.
     */
    public void recordRule() throws IOException {
        if (!isConfigured()) {
            branch.configure(NAME, DEFAULT_EXPRESSION);
        }
        if (branch.settings().config(ADD_UNLOCKED).isEmpty()) {
            branch.configure(ADD_UNLOCKED, "true");
        }
    }

    /** What {@code git annex config} says for all repositories; empty if nothing. */
    public Optional<String> shared() throws IOException {
        return branch.settings().config(NAME).filter(said -> !said.isBlank());
    }

    /** Says it to all repositories; an empty expression takes it back. */
    public void share(String expression) throws IOException {
        branch.configure(NAME, expression);
    }

    /** What this repository's git configuration says instead; empty if nothing. */
    public Optional<String> here() {
        return Optional.ofNullable(git.getConfig().getString(ANNEX, null, "largefiles"));
    }

    /** Why an expression cannot be understood; empty if it can, or is empty. */
    public static Optional<String> problem(String expression) {
        try {
            if (!expression.isBlank()) {
                Expression.parse(expression, LargeFiles::term);
            }
            return Optional.empty();
        } catch (ExpressionException e) {
            return Optional.of("\"" + expression + "\" cannot be understood: " + e.getMessage());
        }
    }

    private Optional<String> expression(String path) throws IOException {
        String configured = git.getConfig().getString(ANNEX, null, "largefiles");
        if (configured != null) {
            return Optional.of(configured);
        }
        Optional<String> attribute = attributes.value(path, NAME);
        return attribute.isPresent() ? attribute : branch.settings().config(NAME);
    }

    /** git-annex takes a name that starts with a dot, of the file or of a directory above it, for one of settings. */
    private static boolean isDotfile(String path) {
        return Splitter.on('/').splitToStream(path).anyMatch(part -> part.startsWith("."));
    }

    private boolean dotfilesToo() throws IOException {
        String configured = git.getConfig().getString(ANNEX, null, "dotfiles");
        return configured == null
                ? branch.settings().config(DOTFILES).map("true"::equals).orElse(false)
                : git.getConfig().getBoolean(ANNEX, "dotfiles", false);
    }

    /** What an expression is asked about. */
    record Candidate(String path, long sizeBytes) {}

    static Predicate<Candidate> parsed(String expression) throws ExpressionException {
        try {
            return Expression.parse(expression, LargeFiles::term);
        } catch (ExpressionException e) {
            throw new ExpressionException("annex.largefiles cannot be understood: " + e.getMessage()
                    + "; until it is corrected no new version of the files that it is about is committed");
        }
    }

    private static Predicate<Candidate> term(String word) throws ExpressionException {
        int equals = word.indexOf('=');
        String value = word.substring(equals + 1);
        return switch (word.substring(0, Math.max(0, equals))) {
            case "include" -> on(Glob.of(value));
            case "exclude" -> on(Glob.of(value)).negate();
            case "largerthan" -> {
                long limit = DataSize.bytes(value);
                yield file -> file.sizeBytes > limit;
            }
            case "smallerthan" -> {
                long limit = DataSize.bytes(value);
                yield file -> file.sizeBytes < limit;
            }
            case "mimetype", "mimeencoding" ->
                throw new ExpressionException(
                        word + " depends on a database of file types, which Tandem does not use; use include= instead");
            default -> throw new ExpressionException("\"" + word + "\" is no term of it");
        };
    }

    private static Predicate<Candidate> on(Predicate<String> glob) {
        return file -> glob.test(file.path);
    }
}
