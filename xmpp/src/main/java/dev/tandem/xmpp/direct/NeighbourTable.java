package dev.tandem.xmpp.direct;

import dev.tandem.xmpp.account.DeviceId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Who was announced where: the same device may be heard on several interfaces, and whoever likes may announce anything.
 * Pure; one thread at a time.
 */
final class NeighbourTable {
    /** More than any network of people has, and little enough to remember. */
    static final int MAX = 1000;

    /** What one announcement may add, so that a false one leaves room for the true. */
    private static final int MAX_PER_ANNOUNCEMENT = 4;

    /** One announcement: the network that it was heard on, and its name there. */
    record Source(String network, String name) {}

    /** What is to be told: where the device is now; nowhere if it is gone. */
    record Change(DeviceId device, List<Candidate> at) {}

    private record Heard(DeviceId device, List<Candidate> at) {}

    private final Map<Source, Heard> heard = new LinkedHashMap<>();

    /** Takes an announcement; says what it changed. */
    List<Change> announced(Source source, DeviceId device, Collection<Candidate> candidates) {
        if (candidates.isEmpty() || (heard.size() >= MAX && !heard.containsKey(source))) {
            return List.of();
        }
        Heard now = new Heard(
                device, candidates.stream().limit(MAX_PER_ANNOUNCEMENT).toList());
        Heard before = heard.put(source, now);
        List<Change> changes = new ArrayList<>();
        if (before != null && !before.device().equals(device)) {
            changes.add(change(before.device()));
        }
        if (!now.equals(before)) {
            changes.add(change(device));
        }
        return changes;
    }

    Optional<Change> withdrawn(Source source) {
        return Optional.ofNullable(heard.remove(source)).map(gone -> change(gone.device()));
    }

    /** A network is not there any more. */
    List<Change> left(String network) {
        List<Source> gone = heard.keySet().stream()
                .filter(source -> source.network().equals(network))
                .toList();
        Set<DeviceId> affected = new LinkedHashSet<>();
        gone.forEach(source -> Optional.ofNullable(heard.remove(source)).ifPresent(was -> affected.add(was.device())));
        return affected.stream().map(this::change).toList();
    }

    private Change change(DeviceId device) {
        return new Change(
                device,
                heard.values().stream()
                        .filter(each -> each.device().equals(device))
                        .flatMap(each -> each.at().stream())
                        .distinct()
                        .limit(Addresses.MAX)
                        .toList());
    }
}
