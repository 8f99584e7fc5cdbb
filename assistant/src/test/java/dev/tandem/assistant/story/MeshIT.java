package dev.tandem.assistant.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.assistant.api.Actions;
import dev.tandem.assistant.api.Status;
import dev.tandem.assistant.store.Journal;
import dev.tandem.xmpp.testing.Prosody;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Five devices over three accounts")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class MeshIT {
    private Prosody server;
    private Device laptop;
    private Device phone;
    private Device desktop;
    private Device nas;
    private Device tablet;
    private List<Device> all;

    @BeforeAll
    void aServerAndFiveDevices(@TempDir Path directory) throws Exception {
        server = Prosody.start(directory.resolve("prosody"));
        server.addUser("ada", "one").addUser("bob", "two").addUser("cleo", "three");
        laptop = new Device("laptop", directory);
        phone = new Device("phone", directory);
        desktop = new Device("desktop", directory);
        nas = new Device("nas", directory);
        tablet = new Device("tablet", directory);
        all = List.of(laptop, phone, desktop, nas, tablet);
        laptop.signIn(server, "ada@localhost", "one");
        desktop.signIn(server, "ada@localhost", "one");
        phone.signIn(server, "bob@localhost", "two");
        tablet.signIn(server, "bob@localhost", "two");
        nas.signIn(server, "cleo@localhost", "three");
    }

    @AfterAll
    void allStops() throws Exception {
        for (Device device : all) {
            device.close();
        }
        server.close();
    }

    @Test
    @Order(1)
    @DisplayName("each new one is paired with any other, once: all ten pairs become linked, and say who vouched")
    void pairedOnce() throws Exception {
        laptop.keepsInSync();
        phone.pairsWith(laptop);
        desktop.pairsWith(phone);
        nas.pairsWith(desktop);
        tablet.pairsWith(phone);

        for (Device device : all) {
            device.eventually("is linked with all", () -> online(device) == 4);
        }
        assertThat(laptop.actions().peers())
                .filteredOn(peer -> peer.name().equals("phone"))
                .extracting(Actions.Device::introducedBy)
                .containsExactly(Map.of());
        assertThat(tablet.actions().peers())
                .filteredOn(peer -> peer.name().equals("nas"))
                .singleElement()
                .matches(peer -> peer.introducedBy().containsKey("notes"))
                .matches(peer -> peer.folders().equals(List.of("notes")));
        assertThat(all)
                .allSatisfy(
                        device -> assertThat(device.actions().status().alerts()).isEmpty());
    }

    @Test
    @Order(2)
    @DisplayName("a file from each reaches all, under one commit")
    void filesReachAll() throws Exception {
        for (Device device : all) {
            device.writes("from " + device.name, device.name + "\n");
        }

        for (Device device : all) {
            for (Device other : all) {
                device.sees("from " + other.name, other.name + "\n");
            }
        }
        all.forEach(device -> device.isInSyncWith(laptop));
    }

    @Test
    @Order(3)
    @DisplayName("a device that is renamed is called so everywhere at once; what one calls another is its own affair")
    void renamed() throws Exception {
        laptop.actions().rename("this", "workstation");
        phone.actions().rename("nas", "cellar");

        for (Device device : List.of(phone, desktop, nas, tablet)) {
            device.eventually("calls it so", () -> names(device).contains("workstation"));
        }
        assertThat(laptop.actions().status().daemon().name()).isEqualTo("workstation");
        phone.eventually("calls it so", () -> names(phone).contains("cellar"));
        assertThat(phone.actions().peers()).anyMatch(peer -> peer.name().equals("cellar"));
        assertThat(names(laptop)).contains("nas").doesNotContain("cellar");

        phone.stops();
        phone.starts();
        phone.eventually("is linked with all", () -> online(phone) == 4);
        assertThat(names(phone)).contains("cellar", "workstation");
    }

    @Test
    @Order(4)
    @DisplayName("one is revoked at one device: at once nobody talks to it, nor does one that was away when it returns")
    void revoked() throws Exception {
        desktop.stops();

        nas.actions().forget("tablet");

        for (Device device : List.of(laptop, phone, nas)) {
            device.eventually("has let it go", () -> !names(device).contains("tablet") && online(device) == 2);
        }
        tablet.eventually("talks to nobody", () -> online(tablet) == 0);
        desktop.starts();
        desktop.eventually("has heard of it", () -> !names(desktop).contains("tablet") && online(desktop) == 3);
        laptop.writes("after", "not for the tablet\n");
        for (Device device : List.of(phone, desktop, nas)) {
            device.sees("after", "not for the tablet\n");
        }
        for (Device device : List.of(laptop, phone, desktop, nas)) {
            assertThat(device.actions().peers()).hasSize(3);
        }
        tablet.eventually("still talks to nobody", () -> online(tablet) == 0);
        assertThat(Files.exists(tablet.folder.resolve("after"))).isFalse();
    }

    @Test
    @Order(5)
    @DisplayName("the revoked one is paired anew with any device, and is linked with all again")
    void pairedAnew() throws Exception {
        Actions.Offer offer = desktop.actions().offer("notes");
        tablet.actions().join(offer.jid(), offer.code(), Optional.of(tablet.folder));

        for (Device device : all) {
            device.eventually("is linked with all", () -> online(device) == 4);
        }
        tablet.sees("after", "not for the tablet\n");
    }

    @Test
    @Order(6)
    @DisplayName(
            "all devices are asked how they are and what happened: of the folders that are shared, and nothing else")
    void asksAll() throws Exception {
        Path diary = Files.createDirectories(laptop.home.resolve("diary"));
        laptop.actions().addFolder(diary, Optional.of("diary"));
        nas.stops();
        phone.eventually("misses it", () -> online(phone) == 3);

        List<Actions.DeviceStatus> answers = new ArrayList<>();
        phone.actions().statusOfAll("test", answers::add);

        assertThat(answers)
                .hasSize(5)
                .filteredOn(told -> told.answer() != null)
                .hasSize(4)
                .allSatisfy(told -> {
                    Actions.SharedFolders shared = Objects.requireNonNull(told.answer());
                    assertThat(shared.folders())
                            .extracting(Actions.SharedFolder::name)
                            .containsExactly("notes");
                    assertThat(shared.folders().get(0).head())
                            .isEqualTo(phone.status().head());
                });
        assertThat(answers)
                .filteredOn(told -> told.answer() == null)
                .singleElement()
                .matches(told -> told.name().equals("cellar") && "offline".equals(told.reason()));

        List<Actions.DeviceEntry> entries = new ArrayList<>();
        phone.actions().logOfAll("test", Instant.EPOCH, entries::add);

        assertThat(entries.stream().map(Actions.DeviceEntry::name).distinct())
                .containsExactlyInAnyOrder("workstation", "phone", "desktop", "tablet", "cellar");
        List<Journal.Entry> told = entries.stream()
                .flatMap(entry -> Optional.ofNullable(entry.entry()).stream())
                .toList();
        assertThat(told).hasSizeGreaterThan(50).isSortedAccordingTo(Comparator.comparing(Journal.Entry::time));
        assertThat(told).extracting(Journal.Entry::folder).containsOnly("notes");
        assertThat(told.toString()).doesNotContain(laptop.folder.getParent().toString());

        List<Actions.DeviceStatus> own = new ArrayList<>();
        assertThatThrownBy(() -> phone.actions().statusOfAll("test", answer -> {
                    own.add(answer);
                    throw new IllegalStateException("the terminal was closed");
                }))
                .hasMessageContaining("closed");
        phone.actions().statusOfAll("test", own::add);
        assertThat(own).hasSize(6);
    }

    private static long online(Device device) {
        return device.status().peers().stream()
                .filter(peer -> peer.state().equals("online"))
                .count();
    }

    private static List<String> names(Device device) {
        return device.status().peers().stream().map(Status.Peer::name).toList();
    }
}
