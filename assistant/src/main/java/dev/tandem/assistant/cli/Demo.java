package dev.tandem.assistant.cli;

import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "demo", description = "A tour in a temporary place: two devices, a pairing, files going each way.")
final class Demo extends Verb {
    @Option(names = "--keep", description = "Leave it running and print the dashboards' addresses.")
    private boolean keep;

    @Override
    int run() throws IOException {
        return root().launcher().demo(keep, out());
    }
}
