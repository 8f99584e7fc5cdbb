package dev.tandem.assistant;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tandem.assistant.api.ActionFailed;
import dev.tandem.assistant.api.Limiting;
import dev.tandem.assistant.core.Limits;
import dev.tandem.assistant.store.Settings;
import dev.tandem.xmpp.link.Rates;
import java.time.InstantSource;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps to what the user allows to move: tells the links the rates of the hour, and the folders whether large files
 * wait. Any thread.
 */
final class LimitKeeper implements Limiting {
    /** How often the clock on the wall is looked at. */
    static final int LOOK_SECONDS = 20;

    /** Less would not carry the pings and the small messages that go on in any case. */
    private static final long RATE_MIN = 1000;

    private static final String SETTING = "limits";
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm", Locale.ROOT);
    private static final String WHY =
            "large files wait: this network is metered (`tandem limit --metered ignore` lets them go on)";
    private static final String ALERT = "This network is metered: large files wait and small changes go on; they come"
            + " when another network is there, or after `tandem limit --metered ignore`.";

    private final Settings settings;
    private final Consumer<Rates> links;
    private final Consumer<Optional<String>> folders;
    private final Consumer<Optional<String>> user;
    private final InstantSource clock;
    private final Supplier<ZoneId> zone;
    private final ObjectMapper json = new ObjectMapper();
    private Limits limits; // guarded by this, as are the others
    private Rates told = Rates.FREE;
    private boolean held;
    private Optional<Boolean> metered = Optional.empty();

    /** What is stored. */
    private record Stored(
            long up,
            long down,
            @Nullable String from,
            @Nullable String to,
            String metered) {}

    /**
     * Begins with what was stored; {@link #look} tells it to the others.
     *
     * @param links hears the rates whenever they change
     * @param folders hears why large files wait, or that they do not, as often as it is looked
     * @param user hears of it when it begins and when it ends
     */
    LimitKeeper(
            Settings settings,
            Consumer<Rates> links,
            Consumer<Optional<String>> folders,
            Consumer<Optional<String>> user,
            InstantSource clock,
            Supplier<ZoneId> zone) {
        this.settings = settings;
        this.links = links;
        this.folders = folders;
        this.user = user;
        this.clock = clock;
        this.zone = zone;
        limits = settings.get(SETTING).map(this::read).orElse(Limits.NONE);
    }

    private Limits read(String text) {
        try {
            Stored stored = json.readValue(text, Stored.class);
            return new Limits(
                    new Rates(stored.up, stored.down),
                    stored.from == null ? null : LocalTime.parse(stored.from),
                    stored.to == null ? null : LocalTime.parse(stored.to),
                    Limits.Metered.valueOf(stored.metered));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the stored limits are not what was stored: " + text, e);
        }
    }

    /** What is known of the network: whether it is metered; empty if nobody says. */
    synchronized void network(Optional<Boolean> now) {
        metered = now;
        look();
    }

    /** Looks at the clock; asked every {@link #LOOK_SECONDS}. */
    synchronized void look() {
        Rates now = limits.at(time(), onMetered());
        if (!now.equals(told)) {
            links.accept(now);
            told = now;
        }
        boolean hold = limits.contentsWait(onMetered());
        if (hold || held) {
            folders.accept(hold ? Optional.of(WHY) : Optional.empty());
        }
        if (hold != held) {
            user.accept(hold ? Optional.of(ALERT) : Optional.empty());
        }
        held = hold;
    }

    private LocalTime time() {
        return clock.instant().atZone(zone.get()).toLocalTime();
    }

    private boolean onMetered() {
        return metered.orElse(false);
    }

    @Override
    public synchronized State state() {
        return new State(
                limits.rates().upBytes(),
                limits.rates().downBytes(),
                text(limits.from()),
                text(limits.to()),
                limits.metered().name().toLowerCase(Locale.ROOT),
                !told.equals(Rates.FREE),
                metered.map(yes -> yes ? "metered" : "unmetered").orElse("unknown"),
                held);
    }

    private static @Nullable String text(@Nullable LocalTime time) {
        return time == null ? null : time.format(TIME);
    }

    @Override
    public synchronized State change(Change change) throws ActionFailed {
        Rates rates = new Rates(
                rate(change.up(), limits.rates().upBytes()),
                rate(change.down(), limits.rates().downBytes()));
        boolean whole = "".equals(change.from());
        LocalTime from = whole ? null : time(change.from(), limits.from());
        LocalTime to = whole ? null : time(change.to(), limits.to());
        if ((from == null) != (to == null)) {
            throw usage("a time to begin needs one to end: give both --from and --to");
        }
        limits = new Limits(rates, from, to, metered(change.metered()));
        settings.store(SETTING, write());
        look();
        return state();
    }

    private String write() {
        try {
            return json.writeValueAsString(new Stored(
                    limits.rates().upBytes(),
                    limits.rates().downBytes(),
                    text(limits.from()),
                    text(limits.to()),
                    limits.metered().name()));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static long rate(@Nullable Long wished, long before) throws ActionFailed {
        if (wished == null) {
            return before;
        }
        if (wished != 0 && wished < RATE_MIN) {
            throw usage("a rate of " + wished + " bytes a second is none: 1 kB is the least, and `none` is no limit");
        }
        return wished;
    }

    private static @Nullable LocalTime time(@Nullable String wished, @Nullable LocalTime before) throws ActionFailed {
        try {
            return wished == null ? before : LocalTime.parse(wished, TIME);
        } catch (DateTimeParseException malformed) {
            throw usage(wished + " is no time of the day: it is HH:MM, as 08:30");
        }
    }

    private Limits.Metered metered(@Nullable String wished) throws ActionFailed {
        if (wished == null) {
            return limits.metered();
        }
        return switch (wished) {
            case "pause" -> Limits.Metered.PAUSE;
            case "limit" -> Limits.Metered.LIMIT;
            case "ignore" -> Limits.Metered.IGNORE;
            default -> throw usage("on a metered network Tandem can pause, limit or ignore, not " + wished);
        };
    }

    private static ActionFailed usage(String line) {
        return new ActionFailed(ActionFailed.Kind.USAGE, line + "; nothing was changed");
    }
}
