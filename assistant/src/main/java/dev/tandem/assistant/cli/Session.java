package dev.tandem.assistant.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tandem.assistant.api.Home;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/**
 * The command line's end of the API: one call, one answer. Uses the JDK's oldest HTTP client, because it loads
 * quickest.
 */
final class Session {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int CONNECT_MILLIS = 2000;

    private final Home home;

    Session(Home home) {
        this.home = home;
    }

    Home home() {
        return home;
    }

    boolean isRunning() {
        Optional<Home.Endpoint> endpoint = home.endpoint();
        return endpoint.isPresent() && ProcessHandle.of(endpoint.get().pid()).isPresent();
    }

    JsonNode get(String path) throws CommandFailed {
        return parse(bytes("GET", path, null, Duration.ofSeconds(30)));
    }

    byte[] raw(String path, Duration patience) throws CommandFailed {
        return bytes("GET", path, null, patience);
    }

    JsonNode post(String path, Object body, Duration patience) throws CommandFailed {
        return parse(bytes("POST", path, body, patience));
    }

    private static JsonNode parse(byte[] answer) throws CommandFailed {
        try {
            return JSON.readTree(answer);
        } catch (IOException malformed) {
            throw new CommandFailed(ExitCode.FAILED, "the daemon's answer makes no sense; is it another version?");
        }
    }

    private byte[] bytes(String method, String path, @org.jspecify.annotations.Nullable Object body, Duration patience)
            throws CommandFailed {
        Home.Endpoint endpoint = home.endpoint().filter(e -> isRunning()).orElseThrow(this::notRunning);
        try {
            HttpURLConnection call =
                    (HttpURLConnection) new URL("http://127.0.0.1:" + endpoint.port() + path).openConnection();
            call.setRequestMethod(method);
            call.setConnectTimeout(CONNECT_MILLIS);
            call.setReadTimeout((int) patience.toMillis());
            call.setRequestProperty("Authorization", "Bearer " + home.token());
            if (body != null) {
                call.setDoOutput(true);
                call.setRequestProperty("Content-Type", "application/json");
                try (OutputStream out = call.getOutputStream()) {
                    out.write(JSON.writeValueAsBytes(body));
                }
            }
            if (call.getResponseCode() == 200) {
                try (InputStream in = call.getInputStream()) {
                    return in.readAllBytes();
                }
            }
            throw failure(call);
        } catch (java.net.ConnectException gone) {
            throw notRunning();
        } catch (java.net.SocketTimeoutException late) {
            throw new CommandFailed(
                    ExitCode.TIMED_OUT, "the daemon did not answer in time; what it was asked may still be done");
        } catch (IOException broken) {
            throw new CommandFailed(ExitCode.FAILED, "the daemon cannot be asked: " + broken.getMessage());
        }
    }

    private CommandFailed notRunning() {
        return new CommandFailed(
                ExitCode.NOT_RUNNING,
                "the daemon is not running on " + home.directory()
                        + "; files there are safe but not synced; start it with `tandem start`");
    }

    private static CommandFailed failure(HttpURLConnection call) throws IOException {
        InputStream error = call.getErrorStream();
        byte[] body = (error == null ? new ByteArrayInputStream(new byte[0]) : error).readAllBytes();
        try {
            JsonNode failure = JSON.readTree(body);
            String kind = failure.path("kind").asText("FAILED");
            String line = failure.path("line").asText("the daemon answered " + call.getResponseCode());
            ExitCode code = kind.equals("USAGE")
                    ? ExitCode.USAGE
                    : kind.equals("TIMED_OUT") ? ExitCode.TIMED_OUT : ExitCode.FAILED;
            return new CommandFailed(code, line);
        } catch (IOException noJson) {
            return new CommandFailed(
                    ExitCode.FAILED,
                    "the daemon answered " + call.getResponseCode() + " " + new String(body, StandardCharsets.UTF_8));
        }
    }
}
