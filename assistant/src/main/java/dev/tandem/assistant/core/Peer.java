package dev.tandem.assistant.core;

import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a folder knows of one client. Owned by the folder's dispatcher thread. */
final class Peer {
    final Client client;
    String name;
    String jid;
    boolean online;

    /** When its link was lost; null while there is one, or if there was none since the start. */
    @Nullable
    Instant offlineSince;

    @Nullable
    String carrier;

    /** What it last said, or what we last knew of it, that it holds. */
    Tips known = Tips.NONE;

    /** What it last said on this link. */
    @Nullable
    Announcement said;

    /** When it said so, on the core's own clock of messages; 0 if never since the start. */
    long knownAt;

    /** When it was last asked, on the same clock. */
    long askedAt;

    /** Whether a {@code CanPush} is under way: there is never more than one. */
    boolean telling;

    /** Whether there is something new to tell once that one is answered. */
    boolean tellAgain;

    /** Whether a {@code PushRequest} is under way. */
    boolean asking;

    /** What it was last told on this link. */
    @Nullable
    Tips lastTold;

    /** Whether it was told then that contents were still coming here. */
    boolean toldComing;

    /** What it last confirmed to hold on this link, and whom it could reach then. */
    @Nullable
    Tips confirmed;

    long confirmedView;

    /** What we last pushed to it on this link; it will say when that is merged. */
    @Nullable
    Tips pushed;

    @Nullable
    Instant lastSync;

    /** Failures in a row, of whatever we asked of it. */
    int failures;

    /** Why the last attempt failed; null since one succeeded. */
    @Nullable
    String failure;

    /** Whether it will be asked again what it holds, should it then still not be what we hold. */
    boolean recheckDue;

    /** How often in a row that was so: the checks become rarer. */
    int rechecks;

    /** It did not do as a relay: others are preferred until it has done something right. */
    boolean unfit;

    /** What it has to be told when it comes back. */
    final Set<Notice> owed = EnumSet.noneOf(Notice.class);

    Peer(Client client, String name, String jid) {
        this.client = client;
        this.name = name;
        this.jid = jid;
    }
}
