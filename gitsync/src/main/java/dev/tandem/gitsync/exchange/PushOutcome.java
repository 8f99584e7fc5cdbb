package dev.tandem.gitsync.exchange;

import java.util.List;

/**
 * What became of a push that ran to its end.
 *
 * @param rejections why refs were refused, in the receiver's words; empty if all arrived
 */
public record PushOutcome(List<String> rejections) {}
