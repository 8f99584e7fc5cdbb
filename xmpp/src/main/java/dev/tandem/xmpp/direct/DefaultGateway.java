package dev.tandem.xmpp.direct;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Which router leads out of this network, as Linux tells in {@code /proc/net/route} (proc(5)). */
final class DefaultGateway {
    private static final Path ROUTES = Path.of("/proc/net/route");
    private static final Pattern COLUMNS = Pattern.compile("\\s+");
    private static final int DESTINATION = 1;
    private static final int GATEWAY = 2;
    private static final int FLAGS = 3;
    private static final int METRIC = 6;
    private static final int MASK = 7;

    /** RTF_UP and RTF_GATEWAY. */
    private static final int UP_GATEWAY = 3;

    private DefaultGateway() {}

    /** Empty where there is none, or the system tells in another way. */
    static Optional<InetAddress> find() throws IOException {
        try {
            return of(Files.readAllLines(ROUTES));
        } catch (NoSuchFileException otherSystem) {
            return Optional.empty();
        }
    }

    static Optional<InetAddress> of(List<String> lines) {
        return lines.stream()
                .skip(1)
                .map(line -> COLUMNS.split(line.strip()))
                .filter(columns -> columns.length > MASK && isDefault(columns))
                .min(Comparator.comparingLong(columns -> Long.parseLong(columns[METRIC])))
                .map(columns -> address(columns[GATEWAY]));
    }

    private static boolean isDefault(String[] columns) {
        return columns[DESTINATION].equals("00000000")
                && columns[MASK].equals("00000000")
                && (Integer.parseInt(columns[FLAGS], 16) & UP_GATEWAY) == UP_GATEWAY;
    }

    /** The number is in the byte order of the machine, which is little-endian wherever we run. */
    private static InetAddress address(String hex) {
        int number = Integer.parseUnsignedInt(hex, 16);
        byte[] bytes = {(byte) number, (byte) (number >>> 8), (byte) (number >>> 16), (byte) (number >>> 24)};
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException("four bytes are an address", impossible);
        }
    }
}
