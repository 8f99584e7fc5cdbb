package dev.tandem.assistant.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What `tandem doctor` has found.
 *
 * @param findings in the order in which they were looked for, good ones included
 * @param servers one for each account
 * @param peers one for each paired device
 */
public record Checkup(List<Finding> findings, List<Server> servers, List<Peer> peers) {
    /**
     * One thing that was looked at.
     *
     * @param about what
     * @param level {@code ok}, {@code warning} or {@code error}
     * @param text a sentence
     * @param remedy what to do; null where nothing is to be done
     */
    public record Finding(
            String about,
            String level,
            String text,
            @Nullable String remedy) {
        /** All is well. */
        public static Finding ok(String about, String text) {
            return new Finding(about, "ok", text, null);
        }

        /** It works, but not as it should. */
        public static Finding warning(String about, String text, @Nullable String remedy) {
            return new Finding(about, "warning", text, remedy);
        }

        /** It does not work. */
        public static Finding error(String about, String text, @Nullable String remedy) {
            return new Finding(about, "error", text, remedy);
        }
    }

    /**
     * An account's server.
     *
     * @param jid the account
     * @param reachable whether this device is signed in
     * @param tls protocol and cipher suite, or null
     * @param streamManagement whether a broken connection can be resumed (XEP-0198)
     * @param roundTripMillis of a small message to ourselves; null if it did not come back
     * @param bytesPerSecond how fast messages to ourselves came back at the end of a burst; null if that was not
     *     measured
     */
    public record Server(
            String jid,
            boolean reachable,
            @Nullable String tls,
            boolean streamManagement,
            @Nullable Double roundTripMillis,
            @Nullable Long bytesPerSecond) {}

    /**
     * A paired device.
     *
     * @param device its fingerprint
     * @param name as it calls itself
     * @param links the link that is used first; empty while it is away
     */
    public record Peer(String device, String name, List<Link> links) {}

    /**
     * A link to a device.
     *
     * @param carrier {@code direct} or {@code in-band}
     * @param roundTripMillis of the last ping; null before the first
     * @param sentBytesPerSecond the best second seen since the link is up; 0 if it never was busy for one
     * @param receivedBytesPerSecond likewise
     */
    public record Link(
            String carrier, @Nullable Double roundTripMillis, long sentBytesPerSecond, long receivedBytesPerSecond) {}
}
