package dev.tandem.gitsync.remotes;

import java.util.Optional;
import org.eclipse.jgit.transport.CredentialItem;
import org.eclipse.jgit.transport.CredentialsProvider;
import org.eclipse.jgit.transport.URIish;
import org.jspecify.annotations.Nullable;

/**
 * What JGit asks for while one exchange goes on: answered from the address itself or by git's credential helpers, and
 * anything else with no. Belongs to one exchange.
 */
final class Credentials extends CredentialsProvider {
    private final CredentialHelper helper;
    private @Nullable URIish uri;
    private CredentialHelper.@Nullable Login given;

    Credentials(CredentialHelper helper) {
        this.helper = helper;
    }

    @Override
    public boolean isInteractive() {
        return false;
    }

    @Override
    public boolean supports(CredentialItem... items) {
        for (CredentialItem item : items) {
            if (!(item instanceof CredentialItem.Username) && !(item instanceof CredentialItem.Password)) {
                return false; // questions to a person: whether to trust a certificate, for example
            }
        }
        return true;
    }

    @Override
    public boolean get(URIish asked, CredentialItem... items) {
        if (!supports(items)) {
            return false;
        }
        Optional<CredentialHelper.Login> login = asked.getUser() != null && asked.getPass() != null
                ? Optional.of(new CredentialHelper.Login(asked.getUser(), asked.getPass()))
                : helper.fill(asked);
        if (login.isEmpty()) {
            return false;
        }
        uri = asked;
        given = login.get();
        for (CredentialItem item : items) {
            if (item instanceof CredentialItem.Username user) {
                user.setValue(given.user());
            } else if (item instanceof CredentialItem.Password password) {
                password.setValue(given.password().toCharArray());
            }
        }
        return true;
    }

    @Override
    public void reset(URIish asked) {
        CredentialHelper.Login wrong = given;
        given = null;
        if (wrong != null) {
            helper.reject(asked, wrong);
        }
    }

    /** The exchange went well: what was given was right. */
    void worked() {
        CredentialHelper.Login right = given;
        URIish where = uri;
        if (right != null && where != null && where.getPass() == null) {
            helper.approve(where, right);
        }
    }
}
