package dev.tandem.assistant;

import dev.tandem.assistant.api.Checkup;
import dev.tandem.assistant.api.Checkup.Finding;
import dev.tandem.assistant.api.Home;
import dev.tandem.assistant.store.Store;
import dev.tandem.assistant.store.StoredDevice;
import dev.tandem.xmpp.link.LinkState;
import dev.tandem.xmpp.link.Links;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** Looks at everything that may be wrong and says what to do about it. Blocks; one examination at a time. */
final class Doctor {
    private static final Set<PosixFilePermission> OTHERS = EnumSet.of(
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.GROUP_EXECUTE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE,
            PosixFilePermission.OTHERS_EXECUTE);

    /** Less than this is no server's speed, but its limit. */
    private static final long SLOW = 200_000;

    private final Home home;
    private final Store store;
    private final Accounts accounts;
    private final Links links;

    Doctor(Home home, Store store, Accounts accounts, Links links) {
        this.home = home;
        this.store = store;
        this.accounts = accounts;
        this.links = links;
    }

    synchronized Checkup examine() {
        List<Finding> findings = new ArrayList<>();
        findings.add(homeIsPrivate());
        findings.add(databaseIsWhole());
        List<Checkup.Server> servers = accounts.examine();
        servers.forEach(server -> server(server, findings));
        if (servers.isEmpty()) {
            findings.add(Finding.warning(
                    "accounts",
                    "there is none: only devices on the same network are reached",
                    "tandem account add JID"));
        }
        findings.add(directPort());
        List<Checkup.Peer> peers =
                store.devices().list().stream().map(this::peer).toList();
        peers.forEach(peer -> findings.add(finding(peer)));
        return new Checkup(findings, servers, peers);
    }

    private Finding homeIsPrivate() {
        Path directory = home.directory();
        try {
            Set<PosixFilePermission> open = EnumSet.copyOf(OTHERS);
            open.retainAll(Files.getPosixFilePermissions(directory));
            return open.isEmpty()
                    ? Finding.ok("home", directory + " is yours alone")
                    : Finding.error(
                            "home",
                            directory + ", which holds this device's key and passwords, is open to others",
                            "chmod 700 " + directory);
        } catch (IOException unreadable) {
            return Finding.error("home", directory + " cannot be read: " + unreadable.getMessage(), "check the disk");
        } catch (UnsupportedOperationException elsewhere) {
            return Finding.ok("home", directory + " (this file system has no permissions to check)");
        }
    }

    private Finding databaseIsWhole() {
        try {
            Optional<String> damage = store.damage();
            return damage.isEmpty()
                    ? Finding.ok("database", "whole")
                    : Finding.error(
                            "database",
                            "damaged: " + damage.get() + "; your files and their history are not in it",
                            "stop the daemon and move " + home.database()
                                    + " away; then add the account and folders again");
        } catch (UncheckedIOException broken) {
            return Finding.error("database", "cannot be read: " + broken.getMessage(), "check the disk");
        }
    }

    private static void server(Checkup.Server server, List<Finding> findings) {
        String about = "account " + server.jid();
        if (!server.reachable()) {
            findings.add(Finding.error(
                    about,
                    "not signed in: changes wait here, but for devices that are reached directly",
                    "tandem status says why"));
            return;
        }
        findings.add(Finding.ok(about, "signed in, " + (server.tls() == null ? "TLS" : server.tls())));
        findings.add(
                server.streamManagement()
                        ? Finding.ok(about, "a broken connection can be resumed")
                        : Finding.warning(
                                about,
                                "the server has no stream management: after a break, what was on its way is sent again",
                                "enable XEP-0198 on the server (Prosody: the module smacks)"));
        findings.add(pace(server, about));
    }

    private static Finding pace(Checkup.Server server, String about) {
        if (server.roundTripMillis() == null) {
            return Finding.error(
                    about,
                    "messages to ourselves do not come back: the server does not relay",
                    "choose another server, or ask who runs it");
        }
        String trip = "a message comes back after " + millis(server.roundTripMillis());
        if (server.bytesPerSecond() == null) {
            return Finding.warning(about, trip + "; larger ones did not in time", "raise the server's limits");
        }
        String rate = trip + ", and " + rate(server.bytesPerSecond()) + " of content pass";
        return server.bytesPerSecond() >= SLOW
                ? Finding.ok(about, rate)
                : Finding.warning(
                        about,
                        rate + ": the server shapes its clients",
                        "raise the server's limits, or let the devices reach each other directly");
    }

    private Finding directPort() {
        OptionalInt port = links.directPort();
        return port.isPresent()
                ? Finding.ok("direct", "other devices may connect to port " + port.getAsInt())
                : Finding.warning(
                        "direct", "other devices cannot connect to this one", "see TANDEM_DIRECT, or free a port");
    }

    private Checkup.Peer peer(StoredDevice device) {
        return new Checkup.Peer(
                device.device().hex(),
                device.name(),
                links.states(device.device()).stream().map(Doctor::link).toList());
    }

    private static Checkup.Link link(LinkState state) {
        return new Checkup.Link(
                state.carrierKind(),
                state.roundTrip().map(Doctor::asMillis).orElse(null),
                state.sentBest(),
                state.receivedBest());
    }

    private static Finding finding(Checkup.Peer peer) {
        String about = "device " + peer.name();
        if (peer.links().isEmpty()) {
            return Finding.ok(about, "away");
        }
        List<String> ways = peer.links().stream().map(Doctor::words).toList();
        return Finding.ok(about, String.join("; ", ways));
    }

    private static String words(Checkup.Link link) {
        String trip = link.roundTripMillis() == null ? "" : ", " + millis(link.roundTripMillis()) + " there and back";
        long best = Math.max(link.sentBytesPerSecond(), link.receivedBytesPerSecond());
        return link.carrier() + trip + (best == 0 ? "" : ", " + rate(best) + " seen");
    }

    static double asMillis(Duration time) {
        return time.toNanos() / 1_000_000.0;
    }

    private static String millis(double millis) {
        return String.format(Locale.ROOT, millis < 10 ? "%.1f ms" : "%.0f ms", millis);
    }

    private static String rate(long bytes) {
        if (bytes >= 1_000_000) {
            return String.format(Locale.ROOT, "%.1f MB/s", bytes / 1_000_000.0);
        }
        return String.format(Locale.ROOT, "%.1f kB/s", bytes / 1_000.0);
    }
}
