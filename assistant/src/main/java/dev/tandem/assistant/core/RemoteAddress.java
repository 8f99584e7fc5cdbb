package dev.tandem.assistant.core;

/**
 * A git remote, as far as the core has to know it.
 *
 * @param url for people, without a password
 * @param local whether it is a path on this machine, which can be looked at often
 */
public record RemoteAddress(String name, String url, boolean local) {}
