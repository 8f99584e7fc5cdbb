package dev.tandem.assistant.cli;

import picocli.CommandLine.Command;

@Command(name = "daemon", description = "Run the daemon in the foreground.")
final class DaemonVerb extends Verb {
    @Override
    public Integer call() {
        int code = root().launcher().daemon(askedHome(), environment(), out(), err());
        out().flush();
        return code;
    }

    @Override
    void run() {
        throw new IllegalStateException("call() does it");
    }
}
