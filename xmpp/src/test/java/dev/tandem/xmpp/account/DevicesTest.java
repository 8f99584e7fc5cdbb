package dev.tandem.xmpp.account;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.xmpp.account.Devices.Change;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The devices that an account sees")
class DevicesTest {
    private static final DeviceId ME = new DeviceId("a".repeat(64));
    private static final DeviceId B = new DeviceId("b".repeat(64));
    private static final DeviceId C = new DeviceId("c".repeat(64));
    private static final String B_AT = "ann@x/b";

    private final Devices devices = new Devices("ann@x", ME);

    private static Change came(DeviceId id, String at) {
        return new Change(true, new DeviceAddress(id, "ann@x", at));
    }

    private static Change went(DeviceId id, String at) {
        return new Change(false, new DeviceAddress(id, "ann@x", at));
    }

    @BeforeEach
    void online() {
        devices.signedIn("ann@x/me", false);
    }

    @Test
    @DisplayName("a resource is a device exactly as long as its presence says which one")
    void saysSo() {
        assertThat(devices.available("ann@x/phone", Optional.empty())).isEmpty();
        assertThat(devices.available(B_AT, Optional.of(B))).containsExactly(came(B, B_AT));
        assertThat(devices.available(B_AT, Optional.of(B)))
                .as("may have restarted")
                .containsExactly(came(B, B_AT));
        assertThat(devices.available(B_AT, Optional.empty())).containsExactly(went(B, B_AT));
        assertThat(devices.now()).isEmpty();
    }

    @Test
    @DisplayName("neither this resource nor one that we left behind is a device")
    void notMe() {
        assertThat(devices.available("ann@x/me", Optional.of(B))).isEmpty();
        assertThat(devices.available("ann@x/old", Optional.of(ME))).isEmpty();
        assertThat(devices.now()).isEmpty();
    }

    @Test
    @DisplayName("another device at the same address: the former went, the latter came")
    void replaced() {
        devices.available(B_AT, Optional.of(B));
        assertThat(devices.available(B_AT, Optional.of(C))).containsExactly(went(B, B_AT), came(C, B_AT));
    }

    @Test
    @DisplayName("GRID-8: two devices behind one JID are two; the bare JID's absence is that of both")
    void twoBehindOneJid() {
        devices.available("bob@x/1", Optional.of(B));
        devices.available("bob@x/2", Optional.of(C));
        assertThat(devices.now()).hasSize(2);
        assertThat(devices.gone("bob@x")).containsExactly(went(B, "bob@x/1"), went(C, "bob@x/2"));
    }

    @Test
    @DisplayName("offline, all are gone; a resumed stream brings them back, a new one does not")
    void offline() {
        devices.available(B_AT, Optional.of(B));
        assertThat(devices.offline()).containsExactly(went(B, B_AT));
        assertThat(devices.offline()).as("told once").isEmpty();
        assertThat(devices.now()).isEmpty();
        assertThat(devices.signedIn("ann@x/me", true)).containsExactly(came(B, B_AT));

        devices.offline();
        assertThat(devices.signedIn("ann@x/me", false)).isEmpty();
    }

    @Test
    @DisplayName("a stream that is resumed before anybody was told of its break changes nothing; a new one, everything")
    void discreet() {
        devices.available(B_AT, Optional.of(B));
        assertThat(devices.signedIn("ann@x/me", true)).isEmpty();
        assertThat(devices.now()).hasSize(1);

        assertThat(devices.signedIn("ann@x/me", false)).containsExactly(went(B, B_AT));
        assertThat(devices.now()).isEmpty();
    }

    @Test
    @DisplayName("what trickles in after the loss of the connection is remembered but told to nobody")
    void lateWords() {
        devices.offline();
        assertThat(devices.available(B_AT, Optional.of(B))).isEmpty();
        assertThat(devices.now()).isEmpty();
    }

    @Test
    @DisplayName("a contact that signs in without end does not fill our memory")
    void bounded() {
        for (int i = 0; i < Devices.MAX + 10; i++) {
            devices.available("eve@x/" + i, Optional.of(B));
        }
        assertThat(devices.now()).hasSize(Devices.MAX);
    }
}
