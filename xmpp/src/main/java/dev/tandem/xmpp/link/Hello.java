package dev.tandem.xmpp.link;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * The first thing that each end says: {@code version instance name}.
 *
 * @param instance a number of this run of the daemon: another one means that it was started anew, and that whatever was
 *     under way with the former is over
 * @param name as the device calls itself; no control characters, at most 100 characters
 */
record Hello(String instance, String name) {
    private static final String VERSION = "1";
    private static final int MAX_NAME = 100;

    Hello {
        String clean = name.replaceAll("[\\p{Cc}\\p{Cf}]+", "").strip();
        name = clean.substring(0, Math.min(clean.length(), MAX_NAME));
    }

    byte[] encode() {
        return (VERSION + " " + instance + " " + name).getBytes(StandardCharsets.UTF_8);
    }

    static Hello decode(byte[] bytes) throws IOException {
        String[] words = new String(bytes, StandardCharsets.UTF_8).split(" ", 3);
        if (!words[0].equals(VERSION)) {
            throw new IOException("the other device speaks another version of the protocol; update the older one");
        }
        if (words.length != 3 || !words[1].matches("[0-9a-f]{16}")) {
            throw new IOException("the other device did not greet");
        }
        return new Hello(words[1], words[2]);
    }
}
