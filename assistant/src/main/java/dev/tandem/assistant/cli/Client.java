package dev.tandem.assistant.cli;

import dev.tandem.assistant.api.Home;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * One caller of the daemon's API.
 *
 * <p>HTTP/1.0 on a socket: the answer ends with the connection, so there is nothing to parse but a head. The JDK's
 * clients would cost a command more time than all else that it does.
 */
final class Client {
    private static final Duration CONNECT = Duration.ofSeconds(5);
    /** An answer that is one value, not a stream; a status of some thousand folders. */
    private static final int MAX_ANSWER_BYTES = 64 * 1024 * 1024;

    private static final int MAX_HEAD_BYTES = 16 * 1024;

    private final Home home;
    private final Home.Running running;
    private final String token;

    private Client(Home home, Home.Running running, String token) {
        this.home = home;
        this.running = running;
        this.token = token;
    }

    /** Finds the daemon of a home; empty if none says it runs there. */
    static Optional<Client> find(Home home) throws IOException {
        Optional<Home.Running> running = home.running();
        Optional<String> token = home.token();
        return running.isPresent() && token.isPresent()
                ? Optional.of(new Client(home, running.get(), token.get()))
                : Optional.empty();
    }

    /** The daemon of a home, or what to tell the user. */
    static Client connect(Home home) throws IOException, CommandFailed {
        return find(home).orElseThrow(() -> notRunning(home));
    }

    static CommandFailed notRunning(Home home) {
        return new CommandFailed(
                Exit.NOT_RUNNING,
                "the daemon is not running on " + home.directory() + ", so nothing was done: run tandem start");
    }

    /** Whether something listens where the daemon said it would. */
    boolean isThere() throws IOException {
        try (Socket socket = new Socket()) {
            connect(socket);
            return true;
        } catch (CommandFailed | SocketTimeoutException gone) {
            return false;
        }
    }

    long pid() {
        return running.pid();
    }

    /** Where a browser finds the dashboard, once. */
    String dashboard() {
        return "http://127.0.0.1:" + running.port() + "/?token=" + token;
    }

    /** A query string, {@code null} values left out. */
    static String address(String path, Map<String, String> parameters) {
        StringBuilder address = new StringBuilder(path);
        char separator = '?';
        for (Map.Entry<String, String> parameter : parameters.entrySet()) {
            address.append(separator)
                    .append(parameter.getKey())
                    .append('=')
                    .append(URLEncoder.encode(parameter.getValue(), StandardCharsets.UTF_8));
            separator = '&';
        }
        return address.toString();
    }

    byte[] get(String address, Duration patience) throws IOException, CommandFailed {
        return whole("GET", address, new byte[0], patience);
    }

    byte[] post(String address, Map<String, ?> body, Duration patience) throws IOException, CommandFailed {
        return whole("POST", address, Json.write(body), patience);
    }

    /**
     * The same, for what outlives the asking: the daemon does it once, however often it is repeated under that name.
     */
    byte[] post(String address, Map<String, ?> body, Duration patience, String name) throws IOException, CommandFailed {
        return whole(open("POST", address, Json.write(body), patience, "Idempotency-Key: " + name + "\r\n"), patience);
    }

    byte[] delete(String address, Duration patience) throws IOException, CommandFailed {
        return whole("DELETE", address, new byte[0], patience);
    }

    /** The same, for what outlives the asking. */
    byte[] delete(String address, Duration patience, String name) throws IOException, CommandFailed {
        return whole(open("DELETE", address, new byte[0], patience, "Idempotency-Key: " + name + "\r\n"), patience);
    }

    private byte[] whole(String method, String address, byte[] body, Duration patience)
            throws IOException, CommandFailed {
        return whole(open(method, address, body, patience), patience);
    }

    private static byte[] whole(InputStream open, Duration patience) throws IOException, CommandFailed {
        try (InputStream answer = open) {
            return answer.readNBytes(MAX_ANSWER_BYTES);
        } catch (SocketTimeoutException e) {
            throw timedOut(patience);
        }
    }

    /** Sends a request and gives the body of a good answer, as it comes; closing it ends the connection. */
    InputStream open(String method, String address, byte[] body, Duration patience) throws IOException, CommandFailed {
        return open(method, address, body, patience, "");
    }

    private InputStream open(String method, String address, byte[] body, Duration patience, String header)
            throws IOException, CommandFailed {
        Socket socket = new Socket();
        try {
            connect(socket);
            socket.setSoTimeout((int) patience.toMillis());
            String head = method + " " + address + " HTTP/1.0\r\nHost: 127.0.0.1:" + running.port() + "\r\n" + header
                    + "Authorization: Bearer " + token + "\r\nContent-Length: " + body.length + "\r\n\r\n";
            ByteArrayOutputStream request = new ByteArrayOutputStream();
            request.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
            request.writeBytes(body);
            socket.getOutputStream().write(request.toByteArray());
            InputStream in = new BufferedInputStream(socket.getInputStream());
            int status = readHead(in);
            if (status / 100 != 2) {
                throw refused(status, in.readNBytes(MAX_HEAD_BYTES));
            }
            return in;
        } catch (SocketTimeoutException e) {
            socket.close();
            throw timedOut(patience);
        } catch (IOException | CommandFailed e) {
            socket.close();
            throw e;
        }
    }

    private void connect(Socket socket) throws IOException, CommandFailed {
        try {
            InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
            socket.connect(new InetSocketAddress(loopback, running.port()), (int) CONNECT.toMillis());
        } catch (ConnectException e) {
            CommandFailed failed = notRunning(home);
            failed.initCause(e);
            throw failed;
        }
    }

    private static CommandFailed timedOut(Duration patience) {
        return new CommandFailed(
                Exit.TIMED_OUT,
                "the daemon did not answer within " + patience.toSeconds()
                        + " s; it may still do what it was asked: see tandem status");
    }

    private CommandFailed refused(int status, byte[] body) throws IOException {
        Map<String, Object> failure = Json.isObject(body) ? Json.object(body) : Map.of();
        if (failure.get("line") instanceof String line && failure.get("kind") instanceof String kind) {
            return new CommandFailed(Exit.ofKind(kind), line);
        }
        return new CommandFailed(
                Exit.FAILED, "the daemon failed (" + status + "); your files are as they were: see " + home.log());
    }

    private static int readHead(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        int newlines = 0;
        while (newlines < 2) {
            int next = in.read();
            if (next < 0 || head.size() >= MAX_HEAD_BYTES) {
                throw new EOFException("the daemon ended before it answered: see tandem status");
            }
            if (next == '\n') {
                newlines++;
            } else if (next != '\r') {
                newlines = 0;
            }
            head.write(next);
        }
        String line = head.toString(StandardCharsets.ISO_8859_1);
        if (line.length() < 12 || !line.startsWith("HTTP/1.")) {
            throw new IOException("what answers on the daemon's port is not the daemon: run tandem start");
        }
        return Integer.parseInt(line, 9, 12, 10);
    }
}
