package dev.tandem.assistant;

import dev.tandem.assistant.core.Alerts;
import dev.tandem.assistant.core.Client;
import dev.tandem.assistant.core.Notice;
import dev.tandem.assistant.store.Owed;
import dev.tandem.assistant.store.Store;
import dev.tandem.assistant.store.StoredDevice;
import dev.tandem.assistant.store.StoredFolder;
import dev.tandem.assistant.store.StoredPeer;
import dev.tandem.xmpp.account.DeviceId;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the daemon tells its user: the journal and the alerts, written in order by one thread, so that whoever reports
 * never waits for the disk.
 */
final class Records {
    private static final long END_SECONDS = 2;
    private static final String STORE_ALERT = "store";

    private final Store store;
    private final Alerts alerts;
    private final InstantSource clock;
    private final ExecutorService writer = Threads.pool("records", 1);
    private final Writes writes;

    Records(Store store, Alerts alerts, InstantSource clock) {
        this.store = store;
        this.alerts = alerts;
        this.clock = clock;
        writes = new Writes(store, writer, this::cannotWrite);
    }

    /** Not journalled, for which there is no room. */
    private void cannotWrite(RuntimeException cause) {
        alerts.raise(STORE_ALERT, Alerts.Severity.ERROR, Diagnosis.brief(cause), clock.instant());
    }

    /** Writes a line of the journal; {@code folder} is null for the daemon itself. */
    void note(@Nullable String folder, String type, Map<String, String> fields) {
        Instant now = clock.instant();
        writes.add(() -> {
            long dropped = writes.takeDropped();
            if (dropped > 0) {
                store.journal().append(now, "journal-dropped", null, Map.of("entries", Long.toString(dropped)));
            }
            store.journal().append(now, type, folder, fields);
            alerts.clear(STORE_ALERT);
        });
    }

    /** Keeps the journal within its bounds, also while nothing is written. */
    void pruneDaily(ScheduledExecutorService timers) {
        var unused = timers.scheduleWithFixedDelay(
                () -> writes.add(() -> store.journal().prune(clock.instant())), 0, 1, TimeUnit.DAYS);
    }

    /** Raises an alert, or counts it once more; journalled when it begins. */
    void raise(@Nullable String folder, String key, String severity, String text) {
        if (alerts.raise(key, Alerts.Severity.valueOf(severity.toUpperCase(Locale.ROOT)), text, clock.instant())) {
            note(folder, "alert", Map.of("severity", severity, "text", text));
        }
    }

    /** What the keys of a folder's alerts begin with. */
    static String about(StoredFolder folder) {
        return folder.uuid() + " ";
    }

    /** Ends an alert; journalled if it was there. */
    void clear(@Nullable String folder, String key) {
        if (alerts.clear(key).isPresent()) {
            note(folder, "alert-over", Map.of("key", key));
        }
    }

    List<Alerts.Alert> alerts() {
        return alerts.list();
    }

    String deviceName(DeviceId device) {
        return device(device).map(StoredDevice::name).orElse(device.brief());
    }

    String deviceJid(DeviceId device) {
        return device(device).map(StoredDevice::jid).orElse("");
    }

    private Optional<StoredDevice> device(DeviceId device) {
        return store.devices().get(device);
    }

    /** What a repository has yet to be told of a folder. */
    Set<Notice> owed(StoredFolder folder, UUID client) {
        return store.owed().list().stream()
                .filter(owed ->
                        owed.folder().equals(folder.uuid()) && owed.client().equals(client))
                .map(owed -> Notice.valueOf(owed.kind().name()))
                .collect(Collectors.toSet());
    }

    /** The same, for one folder. */
    FolderRecords of(StoredFolder folder) {
        return new FolderRecords(folder);
    }

    void close() throws InterruptedException {
        writer.shutdown();
        writer.awaitTermination(END_SECONDS, TimeUnit.SECONDS);
    }

    /** Journal, alerts and peers of one folder. */
    final class FolderRecords {
        private final StoredFolder folder;

        private FolderRecords(StoredFolder folder) {
            this.folder = folder;
        }

        String deviceName(DeviceId device) {
            return Records.this.deviceName(device);
        }

        void note(String type, Map<String, String> fields) {
            Records.this.note(folder.name(), type, fields);
        }

        void raise(String key, String severity, String text) {
            Records.this.raise(folder.name(), about(folder) + key, severity, text);
        }

        void clear(String key) {
            Records.this.clear(folder.name(), about(folder) + key);
        }

        void remember(List<Client> clients, @Nullable String head, Instant lastSync) {
            List<StoredPeer> peers = clients.stream()
                    .map(client -> new StoredPeer(
                            folder.uuid(),
                            client.device(),
                            client.uuid(),
                            Optional.of(lastSync),
                            Optional.ofNullable(head)))
                    .toList();
            writes.add(() -> store.peers().inSync(peers));
        }

        void owe(Client client, Notice notice) {
            writes.add(() -> store.owed().store(owed(client, notice)));
        }

        void settle(Client client, Notice notice) {
            writes.add(() -> store.owed().delete(owed(client, notice)));
        }

        private Owed owed(Client client, Notice notice) {
            return new Owed(folder.uuid(), client.uuid(), Owed.Kind.valueOf(notice.name()));
        }
    }
}
