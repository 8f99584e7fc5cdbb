package dev.tandem.assistant.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "account",
        description = "XMPP accounts that the daemon is signed in to.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            Account.AddAccount.class,
            Account.RegisterAccount.class,
            Account.ListAccounts.class,
            Account.RemoveAccount.class
        })
final class Account extends Verb {
    @Override
    int run() {
        throw usage("which: account add, register, list or remove?");
    }

    /** What both commands that bring an account ask for. */
    abstract static class Enter extends Verb {
        @Parameters(paramLabel = "JID", description = "For example alice@example.org.")
        private String jid = "";

        @ArgGroup
        private Password.@Nullable Source source;

        @Option(names = "--server", paramLabel = "HOST:PORT", description = "Instead of looking the server up.")
        private @Nullable String server;

        @Option(
                names = "--trust-cert",
                paramLabel = "FILE",
                description = "Accept the certificate in this PEM file besides the system's authorities.")
        private @Nullable Path trustedCertificate;

        int enter(String address, boolean chosen, String done) throws IOException, CommandFailed {
            Client daemon = daemon();
            Map<String, String> account = new LinkedHashMap<>();
            account.put("jid", jid);
            account.put(
                    "password",
                    chosen ? Password.choose(this, source, jid) : Password.read(this, source, jid));
            if (server != null) {
                account.put("server", server);
            }
            if (trustedCertificate != null) {
                account.put("trustedCertificate", Files.readString(trustedCertificate));
            }
            daemon.post(address, account, PATIENT);
            if (!root().json()) {
                say(done + jid);
            }
            return Exit.DONE.code();
        }
    }

    @Command(name = "add", description = "Sign in to an account.")
    static final class AddAccount extends Enter {
        @Override
        int run() throws IOException, CommandFailed {
            return enter("/api/accounts", false, "signed in as ");
        }
    }

    @Command(name = "register", description = "Get a new account from a server that gives one to anybody, and sign in.")
    static final class RegisterAccount extends Enter {
        @Override
        int run() throws IOException, CommandFailed {
            return enter("/api/accounts/new", true, "registered, and signed in as ");
        }
    }

    @Command(name = "list", description = "Show the accounts and whether they are online.")
    static final class ListAccounts extends Verb {
        @Override
        int run() throws IOException, CommandFailed {
            List<Map<String, Object>> accounts =
                    Json.objects(Json.object(daemon().get("/api/status", QUICK)), "accounts");
            if (root().json()) {
                print(Json.write(Map.of("accounts", accounts)));
                return Exit.DONE.code();
            }
            Text.Table table = new Text.Table("");
            accounts.forEach(account -> table.row(
                    Json.text(account, "jid"),
                    root().screen().state(Json.text(account, "state")),
                    Json.text(account, "lastError")));
            table.lines().forEach(this::say);
            return Exit.DONE.code();
        }
    }

    @Command(name = "remove", description = "Sign out and forget an account.")
    static final class RemoveAccount extends Verb {
        @Parameters(paramLabel = "JID", description = "The account.")
        private String jid = "";

        @Override
        int run() throws IOException, CommandFailed {
            daemon().delete(Client.address("/api/accounts", Map.of("jid", jid)), QUICK);
            if (!root().json()) {
                say("signed out of " + jid);
            }
            return Exit.DONE.code();
        }
    }
}
