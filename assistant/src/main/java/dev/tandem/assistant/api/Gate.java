package dev.tandem.assistant.api;

import io.javalin.http.Context;
import io.javalin.http.Cookie;
import io.javalin.http.SameSite;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who may talk to the API: a program with the token, or a browser that has shown it once.
 *
 * <p>Loopback is not a boundary by itself: any web page can send requests there (so {@code Origin} is checked), can
 * have its own name resolve there (so {@code Host} is), and other users of this machine can connect (so there is a
 * token). Any thread.
 */
final class Gate {
    private static final String BEARER = "Bearer ";
    private static final Set<String> READING = Set.of("GET", "HEAD");

    private final byte[] token;
    /** Not the token: browsers send a cookie to every port of 127.0.0.1, and so to other users' programs. */
    private final byte[] session;

    private final String cookie;
    private final Set<String> hosts;

    Gate(String token, SecureRandom random, int port) {
        byte[] secret = new byte[32];
        random.nextBytes(secret);
        this.token = bytes(token);
        this.session = bytes(HexFormat.of().formatHex(secret));
        this.cookie = "tandem-" + port;
        this.hosts = Set.of("127.0.0.1:" + port, "localhost:" + port, "[::1]:" + port);
    }

    /** Lets only requests through that were meant for us. */
    void checkOrigin(Context request) throws Refused {
        String host = request.header("Host");
        if (host == null || !hosts.contains(host.toLowerCase(Locale.ROOT))) {
            throw new Refused(403, "forbidden", "this address is not the daemon's: use the one that tandem web prints");
        }
        String origin = request.header("Origin");
        if (origin != null && !isOurs(origin)) {
            throw new Refused(403, "forbidden", "another web page may not talk to the daemon");
        }
    }

    /** Lets only those through that have the token, or the cookie that was given for it. */
    void checkToken(Context request) throws Refused {
        String authorization = request.header("Authorization");
        if (authorization != null) {
            if (authorization.startsWith(BEARER) && isToken(authorization.substring(BEARER.length()))) {
                return;
            }
        } else if (same(session, request.cookie(cookie))) {
            String origin = request.header("Origin");
            // SameSite knows no ports: to the browser, another program's page on 127.0.0.1 is the same site.
            if (READING.contains(request.method().name()) || (origin != null && isOurs(origin))) {
                return;
            }
        }
        throw new Refused(401, "unauthorized", "the token is missing or wrong: open the dashboard with tandem web");
    }

    boolean isToken(@Nullable String presented) {
        return same(token, presented);
    }

    /** Gives a browser that has shown the token a cookie, until the daemon or the browser ends. */
    void admit(Context request) {
        Cookie pass = new Cookie(cookie, new String(session, StandardCharsets.US_ASCII));
        pass.setPath("/");
        pass.setHttpOnly(true);
        pass.setSameSite(SameSite.STRICT);
        request.cookie(pass);
    }

    private boolean isOurs(String origin) {
        return origin.startsWith("http://")
                && hosts.contains(origin.substring("http://".length()).toLowerCase(Locale.ROOT));
    }

    private static boolean same(byte[] secret, @Nullable String presented) {
        return presented != null && MessageDigest.isEqual(secret, bytes(presented));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
