package dev.tandem.assistant.cli;

import dev.tandem.assistant.api.Home;
import java.io.IOException;
import picocli.CommandLine.Command;

@Command(name = "web", description = "Print the dashboard's address.")
final class WebVerb extends Verb {
    @Override
    void run() throws CommandFailed, IOException {
        Session session = session();
        session.get("/api/status"); // it must be there
        Home.Endpoint endpoint = session.home().endpoint().orElseThrow();
        String address = "http://127.0.0.1:" + endpoint.port() + "/?token="
                + session.home().token();
        out().println(json ? "{\"url\":\"" + address + "\"}" : address);
    }
}
