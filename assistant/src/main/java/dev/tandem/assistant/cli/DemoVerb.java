package dev.tandem.assistant.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "demo", description = "A tour in a temporary place: two devices, one server, all in this process.")
final class DemoVerb extends Verb {
    @Option(names = "--keep", description = "Leave it running and print the dashboards' addresses.")
    private boolean keep;

    @Override
    void run() throws CommandFailed {
        int code = root().launcher().demo(keep, out(), err());
        if (code != ExitCode.DONE.number) {
            throw new CommandFailed(
                    ExitCode.FAILED, "the tour did not work; nothing outside its own place was touched");
        }
    }
}
