package dev.tandem.assistant;

import dev.tandem.assistant.api.Home;
import dev.tandem.assistant.cli.Launcher;
import dev.tandem.assistant.cli.TandemCommand;
import dev.tandem.assistant.desktop.SessionBus;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.LoggerFactory;

/** Where the program begins: hands the command line over, and runs what cannot be asked of a daemon. */
public final class Main implements Launcher {
    private Main() {}

    /** Runs one command line. */
    public static void main(String[] arguments) {
        if (arguments.length == 1 && arguments[0].equals(AnnexFilterCommand.NAME)) {
            System.exit(annexFilter());
        }
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        int code = TandemCommand.run(arguments, out, err, new Main(), System.getenv());
        out.flush();
        err.flush();
        System.exit(code);
    }

    private static int annexFilter() {
        PrintStream toGit = System.out;
        System.setOut(System.err); // a line of a log would break what git reads
        LogFile.onlyErrors();
        try {
            AnnexFilterCommand.run(System.in, toGit);
            return 0;
        } catch (IOException broken) {
            System.err.println("tandem: " + Diagnosis.brief(broken));
            return 1;
        }
    }

    @Override
    public int daemon(Path home, boolean verbose, PrintWriter out) throws IOException {
        Home place = new Home(home);
        place.prepare();
        LogFile.writeTo(place.log(), verbose);
        try {
            Daemon daemon = Daemon.start(place, new Options(deviceName(), direct()));
            Runtime.getRuntime().addShutdownHook(Threads.named("shutdown").newThread(daemon::close));
            tellDesktop(daemon);
            out.println("running, pid " + ProcessHandle.current().pid() + "; the dashboard: `tandem web`");
            out.flush();
            daemon.awaitStop();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
        return 0;
    }

    private static void tellDesktop(Daemon daemon) {
        Optional<String> bus = SessionBus.address(System.getenv());
        bus.ifPresent(daemon::tellDesktop);
        if (bus.isEmpty()) {
            LoggerFactory.getLogger(Main.class).debug("no session bus, so no notifications");
        }
    }

    private static Options.Direct direct() throws IOException {
        try {
            return Options.Direct.parse(System.getenv().getOrDefault("TANDEM_DIRECT", ""));
        } catch (IllegalArgumentException wrong) {
            throw new IOException(wrong.getMessage(), wrong);
        }
    }

    private static String deviceName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException nameless) {
            return "this device";
        }
    }

    @Override
    public int demo(boolean keep, PrintWriter out) throws IOException {
        return Tour.run(keep, out);
    }
}
