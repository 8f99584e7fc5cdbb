package dev.tandem.gitsync.remotes;

import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import org.eclipse.jgit.transport.SshTransport;
import org.eclipse.jgit.transport.Transport;
import org.eclipse.jgit.transport.TransportHttp;
import org.eclipse.jgit.transport.sshd.SshdSessionFactory;
import org.jspecify.annotations.Nullable;

/**
 * How remotes on other machines are reached: ssh with the keys, the agent and the known hosts of this user, http with
 * git's credential helpers. Never asks anybody anything. Thread-safe.
 */
public final class Access implements AutoCloseable {
    private final InstantSource clock;
    private final Path home;
    private final Map<String, String> environment;
    private @Nullable SshdSessionFactory ssh; // guarded by this; made when it is needed first

    /**
     * Access with what a user has.
     *
     * @param home where {@code .ssh} is
     * @param environment of this process: {@code SSH_AUTH_SOCK}, and what git's helpers are run with
     */
    public Access(InstantSource clock, Path home, Map<String, String> environment) {
        this.clock = clock;
        this.home = home;
        this.environment = Map.copyOf(environment);
    }

    InstantSource clock() {
        return clock;
    }

    /** What an exchange goes through; the returned one is told whether it went well. */
    Credentials prepare(Transport transport, Path directory) throws IOException {
        if (transport instanceof SshTransport secure) {
            secure.setSshSessionFactory(ssh());
        }
        Credentials credentials = new Credentials(new CredentialHelper(directory, home, environment));
        if (transport instanceof TransportHttp) {
            transport.setCredentialsProvider(credentials);
        }
        return credentials;
    }

    private synchronized SshdSessionFactory ssh() {
        if (ssh == null) {
            ssh = SshKeys.factory(home, environment);
        }
        return ssh;
    }

    @Override
    public synchronized void close() {
        if (ssh != null) {
            ssh.close();
            ssh = null;
        }
    }
}
