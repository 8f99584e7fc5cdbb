package dev.tandem.assistant.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Lines for a person's eyes. */
final class Text {
    private Text() {}

    /** On one line, and without what would steer a terminal: names come from other devices. */
    static String clean(String text) {
        StringBuilder clean = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\n' || c == '\t') {
                clean.append(' ');
            } else if (!Character.isISOControl(c) && Character.getType(c) != Character.FORMAT) {
                clean.append(c);
            }
        }
        return clean.toString();
    }

    /** An ISO instant without its fraction, as {@code 2026-01-01 12:00:00Z}. */
    static String time(String iso) {
        int fraction = iso.indexOf('.');
        String whole = fraction < 0 ? iso : iso.substring(0, fraction) + "Z";
        return whole.replace('T', ' ');
    }

    /** The first digits of a commit or a fingerprint. */
    static String brief(String hex) {
        return hex.substring(0, Math.min(hex.length(), 8));
    }

    /** Bytes as people say them: three digits at most, in powers of ten. */
    static String size(long bytes) {
        if (bytes < 1000) {
            return bytes + " B";
        }
        double value = bytes;
        String unit = "";
        for (String next : List.of("kB", "MB", "GB", "TB")) {
            if (value < 999.5) {
                break;
            }
            value /= 1000;
            unit = next;
        }
        return String.format(Locale.ROOT, value < 9.95 ? "%.1f %s" : "%.0f %s", value, unit);
    }

    /** A time that something takes: {@code 0:41}, {@code 12:03}, {@code 3:00:00}. */
    static String duration(long seconds) {
        return seconds < 3600
                ? String.format(Locale.ROOT, "%d:%02d", seconds / 60, seconds % 60)
                : String.format(Locale.ROOT, "%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
    }

    static String plural(long count, String noun) {
        return count + " " + noun + (count == 1 ? "" : "s");
    }

    /** Rows whose columns begin below each other. */
    static final class Table {
        private final String indent;
        private final List<String[]> rows = new ArrayList<>();

        Table(String indent) {
            this.indent = indent;
        }

        Table row(String... cells) {
            rows.add(cells);
            return this;
        }

        List<String> lines() {
            int columns = rows.stream().mapToInt(row -> row.length).max().orElse(0);
            int[] widths = new int[columns];
            for (String[] row : rows) {
                for (int i = 0; i < row.length; i++) {
                    widths[i] = Math.max(widths[i], Screen.width(row[i]));
                }
            }
            return rows.stream().map(row -> line(row, widths)).toList();
        }

        private String line(String[] row, int[] widths) {
            StringBuilder line = new StringBuilder(indent);
            for (int i = 0; i < row.length; i++) {
                line.append(row[i]).append(" ".repeat(widths[i] - Screen.width(row[i]) + 2));
            }
            return line.toString().stripTrailing();
        }
    }
}
