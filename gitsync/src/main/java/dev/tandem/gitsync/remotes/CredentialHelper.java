package dev.tandem.gitsync.remotes;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.eclipse.jgit.transport.URIish;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Git's own credential helpers, by way of {@code git credential} (gitcredentials(7)), so that a token that the user's
 * git knows serves here too. Without git there are none. Nothing is asked of the user.
 */
final class CredentialHelper {
    private static final Logger LOG = LoggerFactory.getLogger(CredentialHelper.class);

    /** A helper may ask a key ring that asks its user; that must not hold up the exchange for ever. */
    private static final long SECONDS_MAX = 20;

    private static final int ANSWER_MAX = 64 * 1024;

    private final Path directory;
    private final Path home;
    private final Map<String, String> environment;

    CredentialHelper(Path directory, Path home, Map<String, String> environment) {
        this.directory = directory;
        this.home = home;
        this.environment = environment;
    }

    /** A user name and a password, as the helpers gave them. */
    record Login(String user, String password) {}

    /** What the helpers know for an address. */
    Optional<Login> fill(URIish uri) {
        Map<String, String> answer = run("fill", described(uri));
        String user = answer.getOrDefault("username", "");
        String password = answer.getOrDefault("password", "");
        return password.isEmpty() ? Optional.empty() : Optional.of(new Login(user, password));
    }

    /** It was right: helpers may keep it. */
    void approve(URIish uri, Login login) {
        run("approve", described(uri, login));
    }

    /** It was wrong: helpers forget it. */
    void reject(URIish uri, Login login) {
        run("reject", described(uri, login));
    }

    private static Map<String, String> described(URIish uri) {
        Map<String, String> lines = new LinkedHashMap<>();
        lines.put("protocol", String.valueOf(uri.getScheme()));
        lines.put("host", uri.getHost() + (uri.getPort() > 0 ? ":" + uri.getPort() : ""));
        if (uri.getPath() != null) {
            lines.put("path", uri.getPath().replaceFirst("^/+", ""));
        }
        if (uri.getUser() != null) {
            lines.put("username", uri.getUser());
        }
        return lines;
    }

    private static Map<String, String> described(URIish uri, Login login) {
        Map<String, String> lines = described(uri);
        lines.put("username", login.user);
        lines.put("password", login.password);
        return lines;
    }

    private Map<String, String> run(String verb, Map<String, String> lines) {
        StringBuilder text = new StringBuilder();
        for (Map.Entry<String, String> line : lines.entrySet()) {
            if (line.getValue().indexOf('\n') >= 0) {
                return Map.of(); // would be another line to the helper
            }
            text.append(line.getKey()).append('=').append(line.getValue()).append('\n');
        }
        ProcessBuilder git = new ProcessBuilder("git", "credential", verb)
                .directory(directory.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        git.environment().clear();
        git.environment().putAll(environment);
        git.environment().put("HOME", home.toString());
        git.environment().put("GIT_TERMINAL_PROMPT", "0");
        git.environment().put("GIT_ASKPASS", "true"); // answers with nothing
        git.environment().put("GCM_INTERACTIVE", "never");
        try {
            Process process = git.start();
            try (OutputStream in = process.getOutputStream()) {
                in.write((text + "\n").getBytes(StandardCharsets.UTF_8));
            }
            return answer(process);
        } catch (IOException none) {
            LOG.debug("git credential {} cannot be run", verb, none);
            return Map.of();
        }
    }

    private static Map<String, String> answer(Process process) throws IOException {
        try {
            // a few lines, which fit into the pipe: so it can end before they are read
            if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS) || process.exitValue() != 0) {
                return Map.of();
            }
            Map<String, String> lines = new LinkedHashMap<>();
            String said = new String(process.getInputStream().readNBytes(ANSWER_MAX), StandardCharsets.UTF_8);
            said.lines().forEach(line -> {
                int equals = line.indexOf('=');
                if (equals > 0) {
                    lines.put(line.substring(0, equals), line.substring(equals + 1));
                }
            });
            return lines;
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            return Map.of();
        } finally {
            process.destroyForcibly();
        }
    }
}
