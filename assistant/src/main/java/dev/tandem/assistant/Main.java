package dev.tandem.assistant;

import dev.tandem.assistant.api.Home;
import dev.tandem.assistant.cli.Launcher;
import dev.tandem.assistant.cli.Tandem;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Where the program begins: hands the command line over, and runs what cannot be asked of a daemon. */
public final class Main implements Launcher {
    private Main() {}

    /** Runs one command line. */
    public static void main(String[] arguments) {
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        int code = Tandem.run(arguments, out, err, new Main(), System.getenv());
        out.flush();
        err.flush();
        System.exit(code);
    }

    @Override
    public int daemon(Optional<Path> asked, Map<String, String> environment, PrintWriter out, PrintWriter err) {
        Home home = Home.choose(asked, environment);
        LogFile.writeTo(home.log());
        try {
            Daemon daemon = Daemon.start(home, deviceName());
            Runtime.getRuntime().addShutdownHook(Threads.named("shutdown").newThread(daemon::close));
            out.println("running, pid " + ProcessHandle.current().pid());
            out.flush();
            daemon.awaitStop();
            return 0;
        } catch (IOException failed) {
            err.println("tandem: " + failed.getMessage());
            return 1;
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return 0;
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
    public int demo(boolean keep, PrintWriter out, PrintWriter err) {
        return Tour.run(keep, out, err);
    }

    @Override
    public ProcessBuilder newDaemon(Path home) {
        String launcher = System.getProperty("tandem.launcher");
        List<String> command = launcher == null
                ? List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        "daemon",
                        "--home",
                        home.toString())
                : List.of(launcher, "daemon", "--home", home.toString());
        return new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD);
    }

    @Override
    public String version() {
        return Version.current();
    }
}
