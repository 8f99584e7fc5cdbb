package dev.tandem.gitsync.remotes;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.eclipse.jgit.transport.URIish;
import org.eclipse.jgit.transport.sshd.KeyPasswordProvider;
import org.eclipse.jgit.transport.sshd.SshdSessionFactory;
import org.eclipse.jgit.transport.sshd.SshdSessionFactoryBuilder;
import org.eclipse.jgit.transport.sshd.agent.Connector;
import org.eclipse.jgit.transport.sshd.agent.ConnectorFactory;
import org.jspecify.annotations.Nullable;

/**
 * ssh as the user's own: {@code ~/.ssh/config}, keys and {@code known_hosts}, and the agent. Only public keys are
 * tried, and nothing is asked: a key with a passphrase works through the agent, and a host that is not known is
 * refused.
 */
final class SshKeys {
    private SshKeys() {}

    static SshdSessionFactory factory(Path home, Map<String, String> environment) {
        return new SshdSessionFactoryBuilder()
                .setHomeDirectory(home.toFile())
                .setSshDirectory(home.resolve(".ssh").toFile())
                .setPreferredAuthentications("publickey")
                .setKeyPasswordProvider(asks -> new NoPassphrase())
                .setConnectorFactory(new Agent(environment.get("SSH_AUTH_SOCK")))
                .build(null);
    }

    /** A key that needs one is passed over. */
    private static final class NoPassphrase implements KeyPasswordProvider {
        @Override
        public char @Nullable [] getPassphrase(URIish key, int attempt) {
            return null;
        }

        @Override
        public void setAttempts(int attempts) {
            // there is none
        }

        @Override
        public boolean keyLoaded(URIish key, int attempt, @Nullable Exception failure) {
            return false; // do not try again
        }
    }

    /** The agent of {@code SSH_AUTH_SOCK}, or the one that {@code IdentityAgent} names. */
    private record Agent(@Nullable String socket) implements ConnectorFactory {
        private static final ConnectorDescriptor OURS = new ConnectorDescriptor() {
            @Override
            public String getIdentityAgent() {
                return "SSH_AUTH_SOCK";
            }

            @Override
            public String getDisplayName() {
                return "ssh-agent";
            }
        };

        @Override
        public Connector create(@Nullable String identityAgent, File homeDirectory) throws IOException {
            String named = identityAgent == null || identityAgent.isEmpty() || identityAgent.equals("SSH_AUTH_SOCK")
                    ? socket
                    : identityAgent;
            return new SshAgent(named == null || named.isEmpty() ? null : Path.of(named));
        }

        @Override
        public boolean isSupported() {
            return true;
        }

        @Override
        public String getName() {
            return "tandem";
        }

        @Override
        public Collection<ConnectorDescriptor> getSupportedConnectors() {
            return List.of(OURS);
        }

        @Override
        public ConnectorDescriptor getDefaultConnector() {
            return OURS;
        }
    }
}
