package dev.tandem.assistant.core;

/**
 * An expected failure as a value.
 *
 * @param key names the kind of trouble, so that the same one is told once
 * @param line what happened, what it means for the user's files, what to do
 */
public record Trouble(String key, String line) {}
