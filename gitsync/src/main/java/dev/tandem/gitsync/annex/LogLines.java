package dev.tandem.gitsync.annex;

import com.google.common.base.Splitter;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The lines of git-annex's logs: union of two versions, what the newest lines say, and how a newer one is written. All
 * strings in here hold one byte a character, so that what is no UTF-8 stays as it is. Pure.
 */
final class LogLines {
    /** A time, in seconds since 1970; git-annex cuts what is finer than a picosecond. */
    private static final String TIME = "(?<time>[-+]?[0-9]{1,18}(?:\\.[0-9]{1,12})?)[0-9]*s?";

    private static final Pattern VALUE_LINE = Pattern.compile(TIME + " (?<value>.*)");

    private LogLines() {}

    /** The kinds of logs that say something for each of several fields. */
    enum Format {
        /** {@code UUID VALUE timestamp=1795207273.33s}; of equal times the later line wins. */
        UUIDS(Pattern.compile("(?<field>\\S+) (?:(?<value>.*) )?timestamp=" + TIME)),
        /** {@code 1795206843.05s FIELD VALUE}; of equal times the later line wins. */
        MAP(Pattern.compile(TIME + " (?<field>\\S+)(?: (?<value>.*))?")),
        /** {@code 1795206843.2s 1 UUID}: the value is a status; of equal times the earlier line wins. */
        PRESENCE(Pattern.compile(TIME + " (?<value>[01X]) (?<field>.+)"));

        private final Pattern form;

        Format(Pattern form) {
            this.form = form;
        }

        private Optional<Line> parse(String line) {
            Matcher matcher = form.matcher(line);
            return matcher.matches()
                    ? Optional.of(new Line(
                            new BigDecimal(matcher.group("time")),
                            matcher.group("field"),
                            Optional.ofNullable(matcher.group("value")).orElse("")))
                    : Optional.empty();
        }

        private Line newer(Line first, Line later) {
            int order = first.time.compareTo(later.time);
            boolean laterWins = this == PRESENCE ? order < 0 : order <= 0;
            return laterWins ? later : first;
        }

        private String print(Line line) {
            String time = line.time.toPlainString() + "s";
            return switch (this) {
                case UUIDS -> line.field + " " + line.value + " timestamp=" + time;
                case MAP -> time + " " + line.field + " " + line.value;
                case PRESENCE -> time + " " + line.value + " " + line.field;
            };
        }
    }

    /** One line of a log, understood. */
    record Line(BigDecimal time, String field, String value) {
        /** The value as text. */
        String text() {
            return new String(value.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
        }
    }

    /** All lines of both, sorted bytewise and unique: what git-annex's own union merge makes of them. */
    static byte[] union(byte[] one, byte[] two) {
        NavigableSet<String> lines = new TreeSet<>(unchanged(one));
        lines.addAll(unchanged(two));
        return join(lines);
    }

    /** What the log says of each field, in the order of the fields. */
    static Map<String, Line> newest(byte[] log, Format format) {
        Map<String, Line> newest = new TreeMap<>();
        for (String text : split(log)) {
            format.parse(text).ifPresent(line -> newest.merge(line.field, line, format::newer));
        }
        return newest;
    }

    /** The log with a field's value set; empty if that is what it says already. */
    static Optional<byte[]> set(byte[] log, Format format, String field, String value, Instant now) {
        Map<String, Line> newest = newest(log, format);
        Line old = newest.get(bytewise(field));
        Line line = new Line(later(old == null ? null : old.time, now), bytewise(field), bytewise(value));
        if (old != null && old.value.equals(line.value)) {
            return Optional.empty();
        }
        newest.put(line.field, line);
        // what this program does not understand may be of a newer one
        List<String> lines = new ArrayList<>(
                split(log).stream().filter(text -> format.parse(text).isEmpty()).toList());
        newest.values().forEach(each -> lines.add(format.print(each)));
        return Optional.of(join(lines));
    }

    /** What a log of a single value says: the newest, and of these the largest. */
    static Optional<String> value(byte[] log) {
        return newestValue(log).map(Line::text);
    }

    private static Optional<Line> newestValue(byte[] log) {
        Optional<Line> newest = Optional.empty();
        for (String text : split(log)) {
            Matcher matcher = VALUE_LINE.matcher(text);
            if (matcher.matches()) {
                Line line = new Line(new BigDecimal(matcher.group("time")), "", matcher.group("value"));
                boolean wins = newest.isEmpty()
                        || newest.get().time.compareTo(line.time) < 0
                        || (newest.get().time.compareTo(line.time) == 0
                                && newest.get().value.compareTo(line.value) < 0);
                newest = wins ? Optional.of(line) : newest;
            }
        }
        return newest;
    }

    /** The log of a single value with that set; empty if that is what it says already. */
    static Optional<byte[]> setValue(byte[] log, String value, Instant now) {
        Optional<Line> old = newestValue(log);
        if (old.isPresent() && old.get().text().equals(value)) {
            return Optional.empty();
        }
        BigDecimal time = later(old.map(Line::time).orElse(null), now);
        return Optional.of(join(List.of(time.toPlainString() + "s " + bytewise(value))));
    }

    /** git-annex's vector clock: a slow clock does not undo what a fast one has written. */
    private static BigDecimal later(@Nullable BigDecimal old, Instant now) {
        BigDecimal time = BigDecimal.valueOf(now.getEpochSecond())
                .add(BigDecimal.valueOf(now.getNano(), 9))
                .stripTrailingZeros();
        return old == null || old.compareTo(time) < 0 ? time : old.add(BigDecimal.ONE);
    }

    private static String bytewise(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    /** The lines as git-annex unites them: it takes a CR for a part of one. */
    private static List<String> unchanged(byte[] log) {
        return Splitter.on('\n').omitEmptyStrings().splitToList(new String(log, StandardCharsets.ISO_8859_1));
    }

    /** The lines as git-annex reads them. */
    private static List<String> split(byte[] log) {
        return Splitter.onPattern("[\r\n]")
                .omitEmptyStrings()
                .splitToList(new String(log, StandardCharsets.ISO_8859_1));
    }

    private static byte[] join(Iterable<String> lines) {
        StringBuilder all = new StringBuilder();
        lines.forEach(line -> all.append(line).append('\n'));
        return all.toString().getBytes(StandardCharsets.ISO_8859_1);
    }
}
