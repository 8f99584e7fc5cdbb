package dev.tandem.assistant;

import dev.tandem.xmpp.link.Reach;

/**
 * How a daemon is to run.
 *
 * @param name what other devices call this one
 * @param direct whether devices may connect to it, and it to them, without a server in between
 * @param failpoints where tests end it
 */
public record Options(String name, Direct direct, Failpoints failpoints) {
    /** How it runs outside tests. */
    public Options(String name, Direct direct) {
        this(name, direct, Failpoints.NONE);
    }

    /**
     * Connections between devices without a server in between.
     *
     * @param enabled false to use nothing but the account
     * @param port where to listen; 0 for one that follows from the device's key and so stays the same
     * @param reach whom to meet
     */
    public record Direct(boolean enabled, int port, Reach reach) {
        /** As it comes. */
        public static final Direct ON = new Direct(true, 0, Reach.NETWORK);

        /** With others on this very machine only: for tests and the tour. */
        public static final Direct HERE = new Direct(true, 0, Reach.MACHINE);

        /** In-band only. */
        public static final Direct OFF = new Direct(false, 0, Reach.MACHINE);

        /**
         * Reads {@code $TANDEM_DIRECT}: {@code on}, {@code off} or a port.
         *
         * @throws IllegalArgumentException if it is none of these
         */
        static Direct parse(String text) {
            if (text.isBlank() || text.equals("on")) {
                return ON;
            }
            if (text.equals("off")) {
                return OFF;
            }
            if (!text.matches("[1-9][0-9]{0,4}") || Integer.parseInt(text) > 65_535) {
                throw new IllegalArgumentException("TANDEM_DIRECT is on, off or a port, not " + text);
            }
            return new Direct(true, Integer.parseInt(text), Reach.NETWORK);
        }
    }
}
