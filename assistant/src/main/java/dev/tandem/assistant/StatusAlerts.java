package dev.tandem.assistant;

import dev.tandem.assistant.api.Status;
import dev.tandem.assistant.core.Alerts;
import dev.tandem.assistant.core.HeldDeletion;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/** The trouble that is under way, as the status tells it. Any thread. */
final class StatusAlerts {
    private StatusAlerts() {}

    static List<Status.Alert> of(List<Alerts.Alert> alerts, Collection<OpenFolder> folders) {
        return alerts.stream().map(alert -> of(alert, folders)).toList();
    }

    private static Status.Alert of(Alerts.Alert alert, Collection<OpenFolder> folders) {
        String severity = alert.severity().name().toLowerCase(Locale.ROOT);
        for (OpenFolder folder : folders) {
            String about = Records.about(folder.stored());
            if (alert.key().startsWith(about)) {
                boolean asks = alert.key().equals(about + HeldDeletion.ALERT);
                return new Status.Alert(
                        alert.id(),
                        severity,
                        alert.text(),
                        alert.since(),
                        alert.count(),
                        folder.stored().name(),
                        asks);
            }
        }
        return new Status.Alert(alert.id(), severity, alert.text(), alert.since(), alert.count(), null, false);
    }
}
