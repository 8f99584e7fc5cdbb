package dev.tandem.gitsync.annex;

import com.google.common.base.Splitter;
import dev.tandem.gitsync.annex.LogLines.Format;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * What the repositories of a folder have settled among them, as the small logs of the {@code git-annex} branch say at
 * one moment. Immutable.
 *
 * @param descriptions what each repository is called
 * @param trust how far each is to be trusted; {@link Trust#SEMITRUSTED} where nothing is said
 * @param groups which groups each is in
 * @param wanted each one's preferred content expression, unparsed
 * @param required the same of content that may not be dropped there
 * @param groupWanted the expressions that "groupwanted" stands for, by group
 * @param numCopies of {@code git annex numcopies}
 * @param minCopies of {@code git annex mincopies}
 * @param config of {@code git annex config}, without the values that were unset
 */
public record SharedSettings(
        Map<UUID, String> descriptions,
        Map<UUID, Trust> trust,
        Map<UUID, Set<String>> groups,
        Map<UUID, String> wanted,
        Map<UUID, String> required,
        Map<String, String> groupWanted,
        OptionalInt numCopies,
        OptionalInt minCopies,
        Map<String, String> config) {
    static final String UUID_LOG = "uuid.log";
    static final String TRUST_LOG = "trust.log";
    static final String GROUP_LOG = "group.log";
    static final String WANTED_LOG = "preferred-content.log";
    static final String REQUIRED_LOG = "required-content.log";
    static final String GROUP_WANTED_LOG = "group-preferred-content.log";
    static final String NUMCOPIES_LOG = "numcopies.log";
    static final String MINCOPIES_LOG = "mincopies.log";
    static final String CONFIG_LOG = "config.log";

    private static final Pattern UUID_FORM = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    private static final Pattern COUNT = Pattern.compile("[0-9]{1,9}");

    /** Where a log's content comes from; empty for one that is not there. */
    interface Logs {
        byte[] read(String path) throws IOException;
    }

    static SharedSettings read(Logs logs) throws IOException {
        Map<UUID, Trust> trust = new LinkedHashMap<>();
        byUuid(logs.read(TRUST_LOG))
                .forEach((uuid, value) -> Trust.parse(value).ifPresent(level -> trust.put(uuid, level)));
        Map<UUID, Set<String>> groups = new LinkedHashMap<>();
        byUuid(logs.read(GROUP_LOG)).forEach((uuid, value) -> groups.put(uuid, words(value)));
        return new SharedSettings(
                byUuid(logs.read(UUID_LOG)),
                Map.copyOf(trust),
                Map.copyOf(groups),
                said(byUuid(logs.read(WANTED_LOG))),
                said(byUuid(logs.read(REQUIRED_LOG))),
                byName(logs.read(GROUP_WANTED_LOG)),
                count(logs.read(NUMCOPIES_LOG)),
                count(logs.read(MINCOPIES_LOG)),
                byName(logs.read(CONFIG_LOG)));
    }

    /** How far a repository is to be trusted. */
    public Trust trustOf(UUID repository) {
        return trust.getOrDefault(repository, Trust.SEMITRUSTED);
    }

    /** What {@code git annex numcopies} and {@code mincopies} say, or else 1. */
    public NumCopies copies() {
        return new NumCopies(numCopies.orElse(1), minCopies.orElse(1));
    }

    /** A value of {@code git annex config}. */
    public Optional<String> config(String name) {
        return Optional.ofNullable(config.get(name));
    }

    /** The repository that a log's field stands for; special remotes may have ids of other forms, and are left out. */
    static Optional<UUID> uuid(String field) {
        return UUID_FORM.matcher(field).matches() ? Optional.of(UUID.fromString(field)) : Optional.empty();
    }

    private static Map<UUID, String> byUuid(byte[] log) {
        Map<UUID, String> values = new LinkedHashMap<>();
        LogLines.newest(log, Format.UUIDS)
                .values()
                .forEach(line -> uuid(line.field()).ifPresent(uuid -> values.put(uuid, line.text())));
        return Map.copyOf(values);
    }

    /** An empty expression takes back the one before. */
    private static Map<UUID, String> said(Map<UUID, String> expressions) {
        Map<UUID, String> said = new LinkedHashMap<>(expressions);
        said.values().removeIf(String::isBlank);
        return Map.copyOf(said);
    }

    private static Map<String, String> byName(byte[] log) {
        Map<String, String> values = new TreeMap<>();
        LogLines.newest(log, Format.MAP).values().forEach(line -> {
            if (!line.text().isEmpty()) {
                values.put(line.field(), line.text());
            }
        });
        return Map.copyOf(values);
    }

    private static Set<String> words(String value) {
        return Set.copyOf(new TreeSet<>(Splitter.on(' ').omitEmptyStrings().splitToList(value)));
    }

    private static OptionalInt count(byte[] log) {
        Optional<String> value = LogLines.value(log);
        return value.isPresent() && COUNT.matcher(value.get()).matches()
                ? OptionalInt.of(Integer.parseInt(value.get()))
                : OptionalInt.empty();
    }
}
