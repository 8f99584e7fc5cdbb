package dev.tandem.assistant.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.assistant.api.Actions;
import dev.tandem.assistant.api.Requests;
import java.io.Console;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "account",
        description = "The XMPP accounts that the daemon is signed in to.",
        subcommands = {AccountVerb.Add.class, AccountVerb.List.class, AccountVerb.Remove.class})
final class AccountVerb implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "add, list or remove?");
    }

    @Command(name = "add", description = "Sign in to an account; asks for the password on a terminal.")
    static final class Add extends Verb {
        @Parameters(paramLabel = "JID", description = "For example ada@example.org.")
        @SuppressWarnings("NullAway.Init") // picocli sets it
        private String jid;

        @Option(names = "--password-file", paramLabel = "F", description = "Read the password from a file.")
        private @Nullable Path passwordFile;

        @Option(names = "--password-command", paramLabel = "CMD", description = "Read it from a command's output.")
        private @Nullable String passwordCommand;

        @Option(names = "--server", paramLabel = "HOST:PORT", description = "Instead of what DNS says.")
        private @Nullable String server;

        @Option(names = "--trust-cert", paramLabel = "FILE", description = "Accept exactly this certificate (PEM).")
        private @Nullable Path trustCert;

        @Override
        void run() throws CommandFailed, IOException, InterruptedException {
            String certificate = trustCert == null ? null : absolute(trustCert).toString();
            if (trustCert != null && !Files.isReadable(trustCert)) {
                throw new CommandFailed(ExitCode.FAILED, "cannot read " + trustCert + "; nothing was changed");
            }
            session()
                    .post(
                            "/api/account",
                            new Actions.NewAccount(jid, password(), server, certificate),
                            Duration.ofMinutes(2));
            out().println(json ? "{}" : "signed in to " + jid);
        }

        private String password() throws CommandFailed, IOException, InterruptedException {
            if (passwordFile != null) {
                try {
                    return firstLine(Files.readString(passwordFile));
                } catch (IOException unreadable) {
                    throw new CommandFailed(
                            ExitCode.FAILED, "cannot read the password from " + passwordFile + "; nothing was changed");
                }
            }
            if (passwordCommand != null) {
                Process command = new ProcessBuilder("/bin/sh", "-c", passwordCommand)
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
                String output = new String(command.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                if (command.waitFor() != 0) {
                    throw new CommandFailed(ExitCode.FAILED, "the password command failed; nothing was changed");
                }
                return firstLine(output);
            }
            Console console = System.console();
            if (console == null) {
                throw new CommandFailed(
                        ExitCode.USAGE,
                        "no terminal to ask for the password; use --password-file or --password-command");
            }
            char[] typed = console.readPassword("Password of %s: ", jid);
            if (typed == null) {
                throw new CommandFailed(ExitCode.USAGE, "no password was given; nothing was changed");
            }
            return new String(typed);
        }

        private static String firstLine(String text) {
            return text.lines().findFirst().orElse("");
        }
    }

    @Command(name = "list", description = "List the accounts and how they fare.")
    static final class List extends Verb {
        @Override
        void run() throws CommandFailed {
            JsonNode accounts = session().get("/api/status").path("accounts");
            if (json) {
                out().println(accounts);
                return;
            }
            for (JsonNode account : accounts) {
                out().println(account.path("jid").asText() + "  "
                        + account.path("state").asText()
                        + (account.path("lastError").isTextual()
                                ? "  " + account.path("lastError").asText()
                                : ""));
            }
        }
    }

    @Command(name = "remove", description = "Sign out of an account and forget it.")
    static final class Remove extends Verb {
        @Parameters(paramLabel = "JID", description = "The account.")
        @SuppressWarnings("NullAway.Init") // picocli sets it
        private String jid;

        @Override
        void run() throws CommandFailed {
            session().post("/api/account/remove", new Requests.OneAccount(jid), Duration.ofSeconds(30));
            out().println(json ? "{}" : "signed out of " + jid);
        }
    }
}
