package dev.tandem.xmpp.account;

import java.util.regex.Pattern;

/**
 * Who a device is: the SHA-256 of its public key info, as 64 lower-case hex digits.
 *
 * <p>The order of two ids decides which device opens the link between them.
 *
 * @param hex 64 lower-case hex digits
 */
public record DeviceId(String hex) implements Comparable<DeviceId> {
    private static final Pattern FORM = Pattern.compile("[0-9a-f]{64}");

    /**
     * Checks the form.
     *
     * @throws IllegalArgumentException if {@code hex} is anything but 64 lower-case hex digits
     */
    public DeviceId {
        if (!FORM.matcher(hex).matches()) {
            throw new IllegalArgumentException(
                    "not a device fingerprint: " + hex.substring(0, Math.min(hex.length(), 80)));
        }
    }

    /** The first eight digits: enough to tell a person's devices apart, and the tail of the XMPP resource. */
    public String brief() {
        return hex.substring(0, 8);
    }

    @Override
    public int compareTo(DeviceId other) {
        return hex.compareTo(other.hex);
    }

    @Override
    public String toString() {
        return hex;
    }
}
