package dev.tandem.gitsync.annex;

import com.google.common.base.Splitter;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The lines of a git-annex log: union of two versions, and the old UUID format of {@code uuid.log}. Pure. */
final class LogLines {
    /** {@code UUID DESCRIPTION timestamp=1795207273.33s}. */
    private static final Pattern UUID_LINE = Pattern.compile("(\\S+) (.*) timestamp=([-+]?[0-9]+(?:\\.[0-9]+)?)s?");

    private LogLines() {}

    /** One line of {@code uuid.log}. */
    record Described(String uuid, String description, BigDecimal time) {}

    /** All lines of both, sorted bytewise and unique: what git-annex's own union merge makes of them. */
    static byte[] union(byte[] one, byte[] two) {
        NavigableSet<String> lines = new TreeSet<>();
        // ISO-8859-1 keeps every byte, so that the order is that of the bytes
        split(one).forEach(lines::add);
        split(two).forEach(lines::add);
        return join(lines);
    }

    /** The newest description of every repository. */
    static Map<String, Described> descriptions(byte[] log) {
        Map<String, Described> newest = new LinkedHashMap<>();
        for (String line : new String(log, StandardCharsets.UTF_8).lines().toList()) {
            Matcher matcher = UUID_LINE.matcher(line);
            if (matcher.matches()) {
                Described found = new Described(matcher.group(1), matcher.group(2), new BigDecimal(matcher.group(3)));
                // on equal times the later line wins
                newest.merge(found.uuid, found, (old, later) -> old.time.compareTo(later.time) > 0 ? old : later);
            }
        }
        return newest;
    }

    /** The log with a repository described as given; empty if it is so already. */
    static Optional<byte[]> describe(byte[] log, UUID uuid, String description, Instant now) {
        Described old = descriptions(log).get(uuid.toString());
        String words = description.replaceAll("\\s+", " ").strip();
        if (old != null && old.description.equals(words)) {
            return Optional.empty();
        }
        BigDecimal time = seconds(now);
        if (old != null && old.time.compareTo(time) >= 0) {
            time = old.time.add(BigDecimal.ONE); // git-annex's vector clock
        }
        List<String> lines = new ArrayList<>();
        for (String line : new String(log, StandardCharsets.UTF_8).lines().toList()) {
            if (!line.isEmpty() && !line.startsWith(uuid + " ")) {
                lines.add(line);
            }
        }
        lines.add(uuid + " " + words + " timestamp=" + time.toPlainString() + "s");
        return Optional.of((String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private static BigDecimal seconds(Instant now) {
        BigDecimal time = BigDecimal.valueOf(now.getEpochSecond()).add(BigDecimal.valueOf(now.getNano(), 9));
        return time.stripTrailingZeros();
    }

    private static List<String> split(byte[] log) {
        return Splitter.on('\n').omitEmptyStrings().splitToList(new String(log, StandardCharsets.ISO_8859_1));
    }

    private static byte[] join(Iterable<String> lines) {
        StringBuilder all = new StringBuilder();
        lines.forEach(line -> all.append(line).append('\n'));
        return all.toString().getBytes(StandardCharsets.ISO_8859_1);
    }
}
