package dev.tandem.assistant.cli;

import java.io.Console;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a password comes from; never from the arguments, which every user of the machine can list. */
final class Password {
    /** Long enough to unlock a password store by hand. */
    private static final Duration COMMAND_PATIENCE = Duration.ofMinutes(2);

    private static final int MAX_BYTES = 4096;

    private Password() {}

    /** One of the two, or neither: then a person is asked. */
    static final class Source {
        @Option(names = "--password-file", paramLabel = "F", description = "Its first line is the password.")
        private @Nullable Path file;

        @Option(names = "--password-command", paramLabel = "CMD", description = "The first line it prints is.")
        private @Nullable String command;
    }

    static String read(Verb verb, @Nullable Source source, String jid) throws IOException, CommandFailed {
        if (source != null && source.file != null) {
            return firstLine(readFile(source.file), "the file " + source.file);
        }
        if (source != null && source.command != null) {
            return firstLine(outputOf(source.command), "the command's output");
        }
        return typed(verb, "Password for %s: ", jid);
    }

    /** A new one: who types it types it twice. */
    static String choose(Verb verb, @Nullable Source source, String jid) throws IOException, CommandFailed {
        if (source != null) {
            return read(verb, source, jid);
        }
        String first = typed(verb, "New password for %s: ", jid);
        if (!first.equals(typed(verb, "Again, for %s: ", jid))) {
            throw verb.usage("the two passwords differ; nothing was done");
        }
        return first;
    }

    private static String typed(Verb verb, String prompt, String jid) {
        Console console = Terminal.find()
                .orElseThrow(() -> verb.usage(
                        "no terminal to ask for the password on: use --password-file or --password-command"));
        char[] typed = console.readPassword(prompt, jid);
        if (typed == null || typed.length == 0) {
            throw verb.usage("no password was given");
        }
        return new String(typed);
    }

    private static byte[] readFile(Path file) throws IOException, CommandFailed {
        try (var in = Files.newInputStream(file)) {
            return in.readNBytes(MAX_BYTES);
        } catch (NoSuchFileException e) {
            CommandFailed failed =
                    new CommandFailed(Exit.FAILED, "there is no file " + file + " to read the password of");
            failed.initCause(e);
            throw failed;
        }
    }

    private static byte[] outputOf(String command) throws IOException, CommandFailed {
        Process process = new ProcessBuilder("/bin/sh", "-c", command)
                .redirectInput(ProcessBuilder.Redirect.INHERIT)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            byte[] output = process.getInputStream().readNBytes(MAX_BYTES);
            if (!process.waitFor(COMMAND_PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new CommandFailed(Exit.TIMED_OUT, "the password command does not end");
            }
            if (process.exitValue() != 0) {
                throw new CommandFailed(
                        Exit.FAILED, "the password command failed with exit code " + process.exitValue());
            }
            return output;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            process.destroy();
        }
    }

    private static String firstLine(byte[] bytes, String where) throws CommandFailed {
        String line =
                new String(bytes, StandardCharsets.UTF_8).lines().findFirst().orElse("");
        if (line.isEmpty()) {
            throw new CommandFailed(Exit.FAILED, "there is no password in " + where);
        }
        return line;
    }
}
