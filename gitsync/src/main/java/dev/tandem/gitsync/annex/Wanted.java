package dev.tandem.gitsync.annex;

import com.google.common.base.Splitter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * Which content a repository wants to have: its preferred content expression (git-annex, "preferred content"), with the
 * standard groups. A repository that has said nothing wants everything; of one whose expression cannot be understood,
 * nothing is sent or dropped. Immutable.
 */
public final class Wanted {
    /** Where files have to be for a repository of the group "public". */
    private static final String PUBLIC = "public";

    private static final String NOT_ARCHIVED = "not (copies=archive:1 or copies=smallarchive:1)";
    private static final String CLIENT = "(include=* and ((exclude=*/archive/* and exclude=archive/*) or ("
            + NOT_ARCHIVED + "))) or approxlackingcopies=1";
    private static final String ARCHIVE = "(" + NOT_ARCHIVED + ") or approxlackingcopies=1";
    /** What "standard" means in each standard group. */
    private static final Map<String, String> STANDARD = Map.ofEntries(
            Map.entry("client", CLIENT),
            Map.entry(
                    "transfer",
                    "(not (inallgroup=client and copies=client:2) and (" + CLIENT + ")) or approxlackingcopies=1"),
            Map.entry("backup", "anything"),
            Map.entry(
                    "incrementalbackup",
                    "((not copies=backup:1) and (not copies=incrementalbackup:1)) or approxlackingcopies=1"),
            Map.entry(
                    "smallarchive",
                    "((include=*/archive/* or include=archive/*) and (" + ARCHIVE + ")) or approxlackingcopies=1"),
            Map.entry("archive", ARCHIVE),
            Map.entry("source", "not (copies=1)"),
            Map.entry("manual", "present and (" + CLIENT + ")"),
            Map.entry("public", "inpreferreddir"),
            Map.entry("unwanted", "not anything"));

    /**
     * A file that is asked about.
     *
     * @param path in the folder, with slashes
     * @param holders the repositories that have its content, as far as is known
     * @param needed how many copies there must be of it
     */
    public record File(String path, Key key, Set<UUID> holders, NumCopies needed) {}

    /** A file, and whether to suppose that the repository had dropped its copy. */
    private record Asked(File file, boolean dropped) {}

    private final UUID repository;
    private final SharedSettings settings;
    private final List<String> problems = new ArrayList<>();
    private final Predicate<Asked> expression;

    private Wanted(UUID repository, SharedSettings settings, String expression) {
        this.repository = repository;
        this.settings = settings;
        this.expression = parsed(expression, true, true);
    }

    /** What a repository wants. */
    public static Wanted by(UUID repository, SharedSettings settings) {
        return new Wanted(repository, settings, settings.wanted().getOrDefault(repository, "anything"));
    }

    /** What a repository would want with another expression. */
    public static Wanted of(UUID repository, SharedSettings settings, String expression) {
        return new Wanted(repository, settings, expression);
    }

    /** What must not be dropped from a repository, however many copies there are elsewhere. */
    public static Wanted requiredBy(UUID repository, SharedSettings settings) {
        return new Wanted(repository, settings, settings.required().getOrDefault(repository, "nothing"));
    }

    /** What of its expression cannot be understood, one line for the user; empty if all is well. */
    public Optional<String> problem() {
        return problems.stream().findFirst();
    }

    /** Whether it wants the content, where it hasn't it; where it has it, whether it keeps to it for the time being. */
    public boolean wants(File file) {
        return expression.test(new Asked(file, false));
    }

    /** Whether it would fetch the content again if it had dropped it: only what it would not may be dropped. */
    public boolean keeps(File file) {
        return expression.test(new Asked(file, true));
    }

    private Predicate<Asked> parsed(String text, boolean standard, boolean groupWanted) {
        try {
            return Expression.parse(text, word -> term(word, standard, groupWanted));
        } catch (ExpressionException e) {
            problems.add("what " + settings.descriptions().getOrDefault(repository, repository.toString())
                    + " wants cannot be understood: " + e.getMessage()
                    + "; until it is corrected (git annex wanted) no content is fetched or dropped for it");
            return this::present;
        }
    }

    private Predicate<Asked> term(String word, boolean standard, boolean groupWanted) throws ExpressionException {
        int equals = word.indexOf('=');
        return equals > 0
                ? term(word, word.substring(0, equals), word.substring(equals + 1))
                : switch (word) {
                    case "present" -> this::present;
                    case "inpreferreddir" -> asked -> isBelow(PUBLIC, asked.file.path);
                    case "unused" -> asked -> false; // a file has it
                    case "securehash" -> asked -> asked.file.key.isSecure();
                    case "standard" -> standard ? standard() : this::present;
                    case "groupwanted" -> groupWanted ? groupWanted() : this::present;
                    default -> throw unknown(word);
                };
    }

    private Predicate<Asked> term(String word, String name, String value) throws ExpressionException {
        return switch (name) {
            case "include" -> path(Glob.of(value));
            case "exclude" -> path(Glob.of(value)).negate();
            case "largerthan" -> {
                long limit = DataSize.bytes(value);
                yield asked -> asked.file.key.sizeBytes().orElse(Long.MIN_VALUE) > limit;
            }
            case "smallerthan" -> {
                long limit = DataSize.bytes(value);
                yield asked -> asked.file.key.sizeBytes().orElse(Long.MAX_VALUE) < limit;
            }
            case "copies" -> copies(value);
            case "lackingcopies", "approxlackingcopies" -> lacking(number(value));
            case "inallgroup" -> inAll(members(value));
            case "inbackend" -> asked -> asked.file.key.backend().equals(value);
            default -> throw unknown(word);
        };
    }

    private static ExpressionException unknown(String word) {
        return new ExpressionException("\"" + word + "\" is no term that Tandem knows");
    }

    private static Predicate<Asked> path(Predicate<String> glob) {
        return asked -> glob.test(asked.file.path);
    }

    private static boolean isBelow(String directory, String path) {
        List<String> parts = Splitter.on('/').splitToList(path);
        return parts.subList(0, parts.size() - 1).contains(directory);
    }

    /** By what is really there: otherwise no copy that is only wanted while it is present could stay. */
    private boolean present(Asked asked) {
        return asked.file.holders.contains(repository);
    }

    private Predicate<Asked> copies(String value) throws ExpressionException {
        int colon = value.lastIndexOf(':');
        int count = number(value.substring(colon + 1));
        if (colon < 0) {
            return asked -> holders(asked).size() >= count;
        }
        String which = value.substring(0, colon);
        Optional<Set<Trust>> levels = levels(which);
        if (levels.isPresent()) {
            return asked -> holders(asked).stream()
                            .filter(holder -> levels.get().contains(settings.trustOf(holder)))
                            .count()
                    >= count;
        }
        Set<UUID> members = members(which);
        return asked -> holders(asked).stream().filter(members::contains).count() >= count;
    }

    private static Optional<Set<Trust>> levels(String name) {
        return switch (name) {
            case "trusted", "trusted+" -> Optional.of(Set.of(Trust.TRUSTED));
            case "semitrusted" -> Optional.of(Set.of(Trust.SEMITRUSTED));
            case "semitrusted+" -> Optional.of(Set.of(Trust.SEMITRUSTED, Trust.TRUSTED));
            case "untrusted" -> Optional.of(Set.of(Trust.UNTRUSTED));
            case "untrusted+" -> Optional.of(Set.of(Trust.UNTRUSTED, Trust.SEMITRUSTED, Trust.TRUSTED));
            default -> Optional.empty();
        };
    }

    private Predicate<Asked> lacking(int count) {
        return asked -> {
            long have = holders(asked).stream()
                    .filter(holder -> settings.trustOf(holder) != Trust.UNTRUSTED)
                    .count();
            return asked.file.needed.copies() - have >= count;
        };
    }

    private Predicate<Asked> inAll(Set<UUID> members) {
        return asked -> holders(asked).containsAll(members);
    }

    /** The repositories that count: not the dead, nor the one that is supposed to have dropped it. */
    private Set<UUID> holders(Asked asked) {
        Set<UUID> holders = new HashSet<>(asked.file.holders);
        holders.removeIf(
                holder -> settings.trustOf(holder) == Trust.DEAD || (asked.dropped && holder.equals(repository)));
        return holders;
    }

    private Set<UUID> members(String group) {
        Set<UUID> members = new HashSet<>();
        settings.groups().forEach((uuid, groups) -> {
            if (groups.contains(group)) {
                members.add(uuid);
            }
        });
        return members;
    }

    private static int number(String text) throws ExpressionException {
        if (!text.matches("[0-9]{1,9}")) {
            throw new ExpressionException("no number of copies: " + text);
        }
        return Integer.parseInt(text);
    }

    private Predicate<Asked> standard() {
        return onlyOne(STANDARD).map(text -> parsed(text, false, false)).orElse(this::present);
    }

    private Predicate<Asked> groupWanted() {
        return onlyOne(settings.groupWanted())
                .map(text -> parsed(text, true, false))
                .orElse(this::present);
    }

    /** The expression of the repository's groups, where exactly one of these has one. */
    private Optional<String> onlyOne(Map<String, String> byGroup) {
        List<String> found = settings.groups().getOrDefault(repository, Set.of()).stream()
                .filter(byGroup::containsKey)
                .map(byGroup::get)
                .toList();
        return found.size() == 1 ? Optional.of(found.get(0)) : Optional.empty();
    }
}
