package dev.tandem.assistant.desktop;

import java.util.List;
import java.util.Map;
import org.freedesktop.dbus.annotations.DBusInterfaceName;
import org.freedesktop.dbus.interfaces.DBusInterface;
import org.freedesktop.dbus.types.UInt32;
import org.freedesktop.dbus.types.Variant;

/** What a desktop's notification server understands, as far as it is used here; public because D-Bus reflects on it. */
@DBusInterfaceName("org.freedesktop.Notifications")
public interface Notifications extends DBusInterface {
    /**
     * Shows a notification.
     *
     * @param application its name
     * @param replaces the notification to replace, 0 for none
     * @param icon a name of the icon theme
     * @param summary one line
     * @param body may hold markup
     * @param actions none, or pairs of key and label
     * @param hints among them urgency, a byte
     * @param timeout in milliseconds, -1 for the usual
     * @return its number
     */
    @SuppressWarnings({"MethodName", "TooManyParameters"}) // as D-Bus names it and calls it
    UInt32 Notify(
            String application,
            UInt32 replaces,
            String icon,
            String summary,
            String body,
            List<String> actions,
            Map<String, Variant<?>> hints,
            int timeout);
}
