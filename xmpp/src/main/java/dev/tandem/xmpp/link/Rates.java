package dev.tandem.xmpp.link;

/**
 * How much all links of this device together may move in a second, each way.
 *
 * @param upBytes a second; 0 is no limit
 * @param downBytes a second; 0 is no limit
 */
public record Rates(long upBytes, long downBytes) {
    /** No limits. */
    public static final Rates FREE = new Rates(0, 0);

    /** Refuses what is no rate. */
    public Rates {
        if (upBytes < 0 || downBytes < 0) {
            throw new IllegalArgumentException("a rate below zero");
        }
    }
}
