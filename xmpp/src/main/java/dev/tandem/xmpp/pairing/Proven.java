package dev.tandem.xmpp.pairing;

/**
 * A device whose code has proven right, and which waits for our answer.
 *
 * @param proof what {@link Pairing#confirm} takes, now or after a restart
 * @param facts what the other device says of itself
 */
@SuppressWarnings("ArrayRecordComponent") // opaque to this package
public record Proven(Proof proof, byte[] facts) {}
