package dev.tandem.assistant.cli;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows or sets how much may move. */
@Command(
        name = "limit",
        description = "Limit how fast the links to other devices are, when, and what moves on metered networks."
                + " Shows the limits without an option.")
final class Limit extends Verb {
    private static final String API = "/api/limits";
    private static final Pattern RATE =
            Pattern.compile("([0-9]{1,9}(?:\\.[0-9]{1,3})?)\\s*([kKmMgG]?)(?:i?[bB](?:/s)?)?");
    private static final double K = 1000;

    @Option(names = "--up", paramLabel = "RATE", description = "What is sent in a second: 500k, 2M, or none.")
    private @Nullable String up;

    @Option(names = "--down", paramLabel = "RATE", description = "What is received in a second.")
    private @Nullable String down;

    @Option(names = "--from", paramLabel = "HH:MM", description = "The rates hold from this time of the day ...")
    private @Nullable String from;

    @Option(names = "--to", paramLabel = "HH:MM", description = "... to this one; the night may lie between.")
    private @Nullable String to;

    @Option(names = "--always", description = "The rates hold all day.")
    private boolean always;

    @Option(
            names = "--metered",
            paramLabel = "pause|limit|ignore",
            description = "On a metered network: large files wait, the rates hold at any time, or as usual.")
    private @Nullable String metered;

    @Override
    int run() throws IOException, CommandFailed {
        Map<String, Object> change = new LinkedHashMap<>();
        put(change, "up", rate(up));
        put(change, "down", rate(down));
        put(change, "from", always ? "" : from);
        put(change, "to", to);
        put(change, "metered", metered);
        byte[] answer = change.isEmpty() ? daemon().get(API, QUICK) : daemon().post(API, change, QUICK);
        if (root().json()) {
            print(answer);
        } else {
            show(Json.object(answer));
        }
        return Exit.DONE.code();
    }

    private static void put(Map<String, Object> change, String name, @Nullable Object value) {
        if (value != null) {
            change.put(name, value);
        }
    }

    private @Nullable Long rate(@Nullable String text) {
        if (text == null) {
            return null;
        }
        if (text.equals("none") || text.equals("0")) {
            return 0L;
        }
        Matcher rate = RATE.matcher(text);
        if (!rate.matches()) {
            throw usage(text + " is no rate: 500k is 500,000 bytes a second, 2M are two million, none is no limit");
        }
        double factor = switch (rate.group(2).toLowerCase(Locale.ROOT)) {
            case "k" -> K;
            case "m" -> K * K;
            case "g" -> K * K * K;
            default -> 1;
        };
        return (long) (Double.parseDouble(rate.group(1)) * factor);
    }

    private void show(Map<String, Object> state) {
        Text.Table table = new Text.Table("");
        table.row("up", words(state.get("up")));
        table.row("down", words(state.get("down")));
        String from = Json.text(state, "from");
        table.row("when", from.isEmpty() ? "always" : "from " + from + " to " + Json.text(state, "to"));
        table.row("metered networks", Json.text(state, "metered"));
        table.row("this network", Json.text(state, "network"));
        table.lines().forEach(this::say);
        if (Boolean.TRUE.equals(state.get("contentsWait"))) {
            say("Large files wait, because this network is metered; small changes go on.");
        }
    }

    private static String words(@Nullable Object rate) {
        long bytes = rate instanceof Number number ? number.longValue() : 0;
        if (bytes == 0) {
            return "no limit";
        }
        return bytes % 1_000_000 == 0
                ? bytes / 1_000_000 + " MB/s"
                : bytes % 1000 == 0 ? bytes / 1000 + " kB/s" : bytes + " bytes/s";
    }
}
