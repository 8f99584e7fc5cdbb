package dev.tandem.xmpp.link;

/**
 * What this device has sent over all its links since it started.
 *
 * @param requests requests that it made
 * @param streams streams that it opened
 * @param frames frames of every kind
 * @param bytes bytes of those frames, before encryption
 */
public record Traffic(long requests, long streams, long frames, long bytes) {}
