package dev.tandem.assistant.core;

import dev.tandem.xmpp.account.DeviceId;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** One git remote, as {@link Remotes} sees it. */
final class Remote {
    /** Where a round with a remote stands. */
    enum Phase {
        /** No round is under way. */
        RESTING,
        /** What it has is being fetched. */
        FETCHING,
        /** What it had is being merged and checked out. */
        MERGING,
        /** What we have is being pushed. */
        PUSHING,
        /** Contents are being sent to it. */
        SENDING
    }

    /** What a remote is known to be. */
    enum State {
        UNKNOWN,
        OK,
        FAILING
    }

    RemoteAddress address;
    Phase phase = Phase.RESTING;
    State state = State.UNKNOWN;

    /** Why it fails, or null. */
    @Nullable
    String error;

    /** Whether a user has to do something about it. */
    boolean refused;

    /** A round is owed. */
    boolean due = true;

    /** Somebody waits for a round that begins from now on. */
    boolean asked;

    /** What it holds, as of the last round. */
    Tips held = Tips.NONE;

    /** The repository there, if contents can be exchanged with it. */
    @Nullable
    UUID annex;

    /** Contents were sent to it completely when we held this. */
    Tips sent = Tips.NONE;

    /** Rounds that have failed in a row. */
    int failures;

    /** Pushes of this round that others overtook. */
    int overtaken;

    /** A round before this moment has to have a reason. */
    Instant wake = Instant.EPOCH;

    /** When the timer that runs will ring, or null. */
    @Nullable
    Instant timer;

    /** The number of that timer: one that was replaced by an earlier one rings for nothing. */
    long timerNumber;

    /** Contents are not looked through before this moment. */
    Instant sendAgain = Instant.EPOCH;

    Remote(RemoteAddress address) {
        this.address = address;
    }

    String name() {
        return address.name();
    }

    /** Who it is among those that contents can be fetched from: its repository, on no device. */
    static Client client(UUID annex) {
        return new Client(new DeviceId("0".repeat(32) + annex.toString().replace("-", "")), annex);
    }
}
