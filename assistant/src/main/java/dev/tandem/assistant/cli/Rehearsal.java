package dev.tandem.assistant.cli;

import dev.tandem.assistant.api.Home;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Loads what a short command loads, by asking a stand-in for the status: the classes it leaves in the process are those
 * that {@code bin/tandem --make-archive} puts into the archive with which commands start in half the time.
 */
public final class Rehearsal {
    private static final String STATUS = """
            {"daemon": {"pid": 1, "version": "1", "startedAt": "2026-01-01T00:00:00.1Z", "device": "00", "name": "n"},
             "accounts": [{"jid": "ada@example.org", "state": "online", "lastError": null}],
             "folders": [{"name": "f", "path": "/f", "uuid": "u", "branch": "main", "head": "00", "state": "synced",
               "pendingChanges": 1, "missingContent": 0, "remotes": [],
               "peers": [{"device": "01", "name": "p", "jid": "ada@example.org", "uuid": "u", "state": "online",
                 "carrier": "direct", "head": null, "desynced": false, "lastSync": "2026-01-01T00:00:00Z"}],
               "transfers": [{"key": "k", "path": "p", "peer": "p", "direction": "get", "bytes": 1, "total": 2}]}],
             "alerts": []}""";

    private Rehearsal() {}

    /**
     * Asks for one status, and forgets it.
     *
     * @param arguments none
     * @throws IOException if it did not go as it does with a daemon
     */
    public static void main(String[] arguments) throws IOException, ClassNotFoundException {
        Class.forName("dev.tandem.assistant.Main");
        Path place = Files.createTempDirectory("tandem-rehearsal");
        StringWriter said = new StringWriter();
        try (ServerSocket daemon = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Files.writeString(place.resolve("token"), "0".repeat(64) + "\n");
            new Home(place)
                    .publish(new Home.Running(
                            daemon.getLocalPort(), ProcessHandle.current().pid()));
            CompletableFuture<Void> answered = CompletableFuture.runAsync(() -> answer(daemon));
            PrintWriter out = new PrintWriter(said, true);
            String[] status = {"--home", place.toString(), "status"};
            if (TandemCommand.run(status, out, out, new Reference.Nothing(), Map.of()) != 0) {
                throw new IOException("the rehearsal failed: " + said);
            }
            answered.join();
        } finally {
            for (String name : List.of("token", "port")) {
                Files.deleteIfExists(place.resolve(name));
            }
            Files.deleteIfExists(place);
        }
    }

    private static void answer(ServerSocket daemon) {
        try (Socket asked = daemon.accept()) {
            int newlines = 0;
            while (newlines < 2) {
                int next = asked.getInputStream().read();
                newlines = next == '\n' ? newlines + 1 : next == '\r' ? newlines : 0;
                if (next < 0) {
                    return;
                }
            }
            asked.getOutputStream().write(("HTTP/1.0 200 OK\r\n\r\n" + STATUS).getBytes(StandardCharsets.UTF_8));
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }
}
