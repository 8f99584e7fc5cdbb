package dev.tandem.xmpp.account;

import java.util.Map;

/**
 * The one element that a message of ours carries: {@code <element xmlns='namespace' attributes…>BASE64</element>}.
 *
 * <p>Keeps Smack's types inside this package.
 *
 * @param namespace for example {@code urn:tandem:link:1}
 * @param element the element's name
 * @param attributes in document order; names and values as they came, unchecked
 * @param content the decoded text; empty where there is none. Not copied: treat as read-only
 */
@SuppressWarnings("ArrayRecordComponent") // a value in transit, never compared
public record Payload(String namespace, String element, Map<String, String> attributes, byte[] content) {}
