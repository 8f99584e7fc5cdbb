package dev.tandem.assistant.cli;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The transfers that a status names, as one line: what, a bar, how much, how fast, how long it still takes. */
final class ProgressLine {
    private static final int BAR = 20;

    private ProgressLine() {}

    /**
     * Draws the line.
     *
     * @param what is waited for
     * @param folders of the status
     * @param only of this folder; null for all
     * @param elapsed since it began
     * @param limit of the wait, zero for none that is worth saying
     * @param columns the line is one shorter at most
     */
    static String of(
            String what,
            List<Map<String, Object>> folders,
            @Nullable String only,
            Duration elapsed,
            Duration limit,
            int columns) {
        List<Map<String, Object>> meant = folders.stream()
                .filter(folder -> only == null || Json.text(folder, "name").equals(only))
                .toList();
        List<Map<String, Object>> transfers = meant.stream()
                .flatMap(folder -> Json.objects(folder, "transfers").stream())
                .toList();
        String line = transfers.isEmpty() ? idle(what, meant, elapsed, limit) : moving(what, transfers);
        return line.substring(0, Math.min(line.length(), columns - 1));
    }

    private static String idle(String what, List<Map<String, Object>> folders, Duration elapsed, Duration limit) {
        if (!limit.isZero()) {
            return what + ", " + Text.duration(Math.max(0, limit.minus(elapsed).toSeconds())) + " left";
        }
        String why = folders.stream()
                .filter(folder -> Json.text(folder, "state").equals("syncing"))
                .map(folder -> Json.text(folder, "name")
                        + (Json.text(folder, "reason").isEmpty() ? "" : ": " + Json.text(folder, "reason")))
                .findFirst()
                .orElse("");
        return what + ", " + Text.duration(elapsed.toSeconds()) + (why.isEmpty() ? "" : "; " + why);
    }

    private static String moving(String what, List<Map<String, Object>> transfers) {
        long bytes = sum(transfers, "bytes");
        long total = Math.max(1, sum(transfers, "total"));
        long rate = sum(transfers, "rate");
        int full = (int) Math.min(BAR, BAR * bytes / total);
        String path = Json.text(transfers.get(0), "path");
        return what + " " + (transfers.size() == 1 ? path : Text.plural(transfers.size(), "file")) + " ["
                + "#".repeat(full) + "-".repeat(BAR - full) + "] " + Math.min(100, 100 * bytes / total) + " % of "
                + Text.size(total) + ", " + Text.size(rate) + "/s"
                + (rate == 0 ? "" : ", " + Text.duration((total - bytes) / rate) + " left");
    }

    private static long sum(List<Map<String, Object>> transfers, String field) {
        return transfers.stream()
                .mapToLong(transfer -> Json.number(transfer, field))
                .sum();
    }
}
