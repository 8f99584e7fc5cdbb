package dev.tandem.xmpp.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Three machines on this one, as Linux network namespaces: a server and two devices.
 *
 * <pre>
 *   A 10.77.1.2 ──── 10.77.1.1 SERVER 10.77.2.1 ──── 10.77.2.2 B         forwards nothing
 *   A 10.77.3.1, fd77:3::1 ──────── direct ──────── 10.77.3.2, fd77:3::2 B
 * </pre>
 *
 * <p>Each device reaches the server over one cable, and the other device over another, the direct path, which can be
 * made to refuse, to swallow everything, or be cut. Needs root and iproute2. What was made is gone after
 * {@link #close}, with every process that runs in it; so it is when the test's JVM is told to end.
 */
public final class Namespaces implements AutoCloseable {
    /** One of the machines. */
    public enum Host {
        SERVER("s", "10.77.1.1"),
        A("a", "10.77.3.1"),
        B("b", "10.77.3.2");

        private final String suffix;
        private final String address;

        Host(String suffix, String address) {
            this.suffix = suffix;
            this.address = address;
        }

        /** Where a device is reached over the direct path. */
        public String directAddress() {
            return address;
        }
    }

    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static final String DIRECT = "direct0";
    private static final String TO_SERVER = "server0";
    private static final String HARDWARE_A = "02:77:00:00:00:0a";
    private static final String HARDWARE_B = "02:77:00:00:00:0b";
    private static final String NOBODY = "02:77:00:00:00:ff";
    private static final long COMMAND_SECONDS = 20;

    private final String prefix = "tandem-" + ProcessHandle.current().pid() + "-" + NUMBER.incrementAndGet() + "-";
    private final List<Programme> programmes = new ArrayList<>();
    private final Thread atExit = new Thread(this::remove, "tandem-test-namespaces");
    private final Path logs;
    private boolean refusing;

    private Namespaces(Path logs) {
        this.logs = logs;
    }

    /**
     * Makes the three and connects them.
     *
     * @param logs where the errors of programmes go, one file each
     * @throws IllegalStateException if this cannot be done here, and what is missing
     */
    public static Namespaces create(Path logs) throws IOException, InterruptedException {
        Namespaces made = new Namespaces(Files.createDirectories(logs));
        Runtime.getRuntime().addShutdownHook(made.atExit);
        try {
            made.build();
        } catch (IOException impossible) {
            made.close();
            throw new IllegalStateException(
                    "these tests make network namespaces: run them as root, with iproute2 installed ("
                            + impossible.getMessage() + ")",
                    impossible);
        }
        return made;
    }

    private void build() throws IOException, InterruptedException {
        for (Host host : Host.values()) {
            run("ip", "netns", "add", name(host));
            ip(host, "link", "set", "lo", "up");
            run("ip", "netns", "exec", name(host), "sh", "-c", "echo 0 > /proc/sys/net/ipv4/ip_forward");
            // no duplicate address detection: the addresses are there at once
            run("ip", "netns", "exec", name(host), "sh", "-c", "echo 0 > /proc/sys/net/ipv6/conf/default/accept_dad");
        }
        toServer(Host.A, 1);
        toServer(Host.B, 2);
        run("ip", "link", "add", DIRECT, "netns", name(Host.A), "type", "veth", "peer", DIRECT, "netns", name(Host.B));
        restore();
    }

    private void toServer(Host device, int network) throws IOException, InterruptedException {
        String atServer = "device" + network;
        run(
                "ip",
                "link",
                "add",
                TO_SERVER,
                "netns",
                name(device),
                "type",
                "veth",
                "peer",
                atServer,
                "netns",
                name(Host.SERVER));
        ip(Host.SERVER, "addr", "add", "10.77." + network + ".1/24", "dev", atServer);
        ip(Host.SERVER, "link", "set", atServer, "up");
        ip(device, "addr", "add", "10.77." + network + ".2/24", "dev", TO_SERVER);
        ip(device, "link", "set", TO_SERVER, "up");
    }

    /** The namespace of a machine, for {@code ip netns exec}. */
    public String name(Host host) {
        return prefix + host.suffix;
    }

    /** Where a device finds the server. */
    public String serverFrom(Host device) {
        return device == Host.B ? "10.77.2.1" : "10.77.1.1";
    }

    // ---- the direct path

    /** Opens the direct path again, whatever was done to it. */
    public void restore() throws IOException, InterruptedException {
        if (refusing) {
            refusal("del");
        }
        both((host, other, number) -> {
            ip(host, "link", "set", DIRECT, "address", host == Host.A ? HARDWARE_A : HARDWARE_B);
            ip(host, "link", "set", DIRECT, "up");
            ip(host, "addr", "replace", host.address + "/24", "dev", DIRECT);
            ip(host, "addr", "replace", "fd77:3::" + number + "/64", "dev", DIRECT, "nodad");
        });
        known(HARDWARE_A, HARDWARE_B);
    }

    /**
     * From now on the direct path swallows everything but multicast, as a firewall that drops does: neither end is
     * told. What a device sends goes to a hardware address that nobody has, because what its own interface drops TCP
     * knows.
     */
    public void swallow() throws IOException, InterruptedException {
        known(NOBODY, NOBODY);
    }

    private void known(String hardwareOfA, String hardwareOfB) throws IOException, InterruptedException {
        both((host, other, number) -> {
            String hardware = other == Host.A ? hardwareOfA : hardwareOfB;
            for (String address : List.of(other.address, "fd77:3::" + (3 - number))) {
                ip(host, "neigh", "replace", address, "lladdr", hardware, "dev", DIRECT, "nud", "permanent");
            }
        });
    }

    /** From now on the devices are told at once that the other cannot be reached, as by a firewall that rejects. */
    public void refuse() throws IOException, InterruptedException {
        refusal("replace");
    }

    private void refusal(String change) throws IOException, InterruptedException {
        both((host, other, number) -> {
            ip(host, "route", change, "unreachable", other.address);
            ip(host, "-6", "route", change, "unreachable", "fd77:3::" + (3 - number));
        });
        refusing = change.equals("replace");
    }

    /** Pulls the cable of the direct path: its interfaces are down. */
    public void cut() throws IOException, InterruptedException {
        both((host, other, number) -> ip(host, "link", "set", DIRECT, "down"));
    }

    private interface AtHost {
        void run(Host host, Host other, int number) throws IOException, InterruptedException;
    }

    private void both(AtHost change) throws IOException, InterruptedException {
        change.run(Host.A, Host.B, 1);
        change.run(Host.B, Host.A, 2);
    }

    // ---- programmes

    /** Starts a programme on a machine; what it prints can be awaited, and it ends with the namespaces. */
    public Programme start(Host host, String... command) throws IOException {
        List<String> words = new ArrayList<>(List.of("ip", "netns", "exec", name(host)));
        words.addAll(List.of(command));
        Path log = logs.resolve(host.suffix + programmes.size() + ".log");
        Programme programme = new Programme(words, log);
        programmes.add(programme);
        return programme;
    }

    /** Starts a class of this test's class path on a machine. */
    public Programme startJava(Host host, Class<?> main, String... arguments) throws IOException {
        List<String> words = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        words.addAll(List.of(arguments));
        return start(host, words.toArray(String[]::new));
    }

    // ---- commands

    private void ip(Host host, String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("ip", "-n", name(host)));
        command.addAll(List.of(words));
        run(command.toArray(String[]::new));
    }

    private static void run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (!process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IOException(String.join(" ", command) + ": " + said);
        }
    }

    @Override
    public void close() {
        remove();
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException ending) {
            return; // then the hook is what runs
        }
    }

    private synchronized void remove() {
        programmes.forEach(Programme::close);
        programmes.clear();
        for (Host host : Host.values()) {
            try {
                run("ip", "netns", "delete", name(host));
            } catch (IOException gone) {
                System.err.println("a namespace was not there: " + gone.getMessage());
            } catch (InterruptedException hurried) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
