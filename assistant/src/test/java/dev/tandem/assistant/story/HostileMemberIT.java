package dev.tandem.assistant.story;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.common.base.Ticker;
import dev.tandem.assistant.api.Actions;
import dev.tandem.assistant.api.Home;
import dev.tandem.assistant.store.Store;
import dev.tandem.assistant.store.StoredDevice;
import dev.tandem.assistant.store.StoredPeer;
import dev.tandem.xmpp.account.Account;
import dev.tandem.xmpp.account.AccountSettings;
import dev.tandem.xmpp.account.DeviceAddress;
import dev.tandem.xmpp.account.DeviceId;
import dev.tandem.xmpp.carrier.InBandCarriers;
import dev.tandem.xmpp.link.DeviceIdentity;
import dev.tandem.xmpp.link.LinkListener;
import dev.tandem.xmpp.link.Links;
import dev.tandem.xmpp.link.PeerInfo;
import dev.tandem.xmpp.testing.Prosody;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A member of a folder that was taken over")
class HostileMemberIT {
    private static final UUID ITS_REPOSITORY = new UUID(1, 1);
    private static final UUID ANOTHERS_REPOSITORY = new UUID(1, 2);

    /** A device with a link to the laptop, that says what it likes. */
    private static final class Member implements LinkListener, AutoCloseable {
        private final ScheduledThreadPoolExecutor timers = new ScheduledThreadPoolExecutor(1);
        final DeviceIdentity identity;
        private final Links links;
        private Account account;
        private InBandCarriers carriers;

        Member(Path home) throws IOException {
            SecureRandom random = new SecureRandom();
            identity = DeviceIdentity.loadOrCreate(Files.createDirectories(home), InstantSource.system(), random);
            links = new Links(
                    identity, "mallory", id -> true, this, timers, Member::thread, InstantSource.system(), random);
            links.register(
                    "log",
                    (from, body) -> CompletableFuture.completedFuture(
                            "{\"entries\":[],\"cursor\":7,\"more\":true}".getBytes(UTF_8)));
            links.register(
                    "mesh",
                    (from, body) -> CompletableFuture.completedFuture("{\"refused\":\"busy\"}".getBytes(UTF_8)));
        }

        void signIn(Prosody server) throws IOException {
            SecureRandom random = new SecureRandom();
            account = new Account(
                    new AccountSettings(
                            "ada@localhost",
                            "one",
                            Optional.of(server.address()),
                            Optional.of(Files.readString(server.certificate()))),
                    identity.id(),
                    (which, state) -> {},
                    timers,
                    Member::thread,
                    InstantSource.system(),
                    random);
            carriers = (InBandCarriers) links.attach(listener ->
                    new InBandCarriers(account, listener, Ticker.systemTicker(), timers, Member::thread, random));
            account.start();
        }

        private static Thread thread(Runnable task) {
            Thread thread = new Thread(task, "tandem-test");
            thread.setDaemon(true);
            return thread;
        }

        /** Says something about a folder's members; the answer. */
        String tells(DeviceId to, UUID folder, UUID from, String content) {
            String message = "{'to':'" + folder + "','from':'" + from
                    + "','digest':'0123456789abcdef','name':'mallory'," + content + "}";
            byte[] body = message.replace('\'', '"').getBytes(UTF_8);
            return new String(
                    links.request(to, "mesh", body, Duration.ofSeconds(30)).join(), UTF_8);
        }

        @Override
        public void up(DeviceId device, PeerInfo peer) {}

        @Override
        public void rerouted(DeviceId device, PeerInfo peer) {}

        @Override
        public void down(DeviceId device, String reason) {}

        @Override
        public void refused(DeviceAddress from, String reason) {}

        @Override
        public void turnedAway(DeviceId by, String reason) {}

        @Override
        public void close() {
            links.close();
            carriers.close();
            account.close();
            timers.shutdownNow();
        }
    }

    private static String member(int number, UUID uuid) {
        return "{'device':'" + String.format("%064x", number) + "','uuid':'" + uuid
                + "','name':'made up','jid':'ada@localhost','term':0}";
    }

    @Test
    @DisplayName(
            "gets nobody into a folder that it does not share, nobody in another's place, and no more than there is"
                    + " room for; what is malformed or too large is refused, and the link goes on")
    void introductions(@TempDir Path directory) throws Exception {
        try (Prosody server = Prosody.start(directory.resolve("prosody"));
                Device laptop = new Device("laptop", directory);
                Member mallory = new Member(directory.resolve("mallory"))) {
            server.addUser("ada", "one");
            laptop.signIn(server, "ada@localhost", "one");
            laptop.keepsInSync();
            Path other = Files.createDirectories(directory.resolve("diary"));
            UUID diary = UUID.fromString(
                    laptop.actions().addFolder(other, Optional.of("diary")).uuid());
            UUID notes = UUID.fromString(notes(laptop));
            DeviceId laptopId = new DeviceId(laptop.actions().status().daemon().device());
            laptop.stops();
            try (Store store = Store.open(new Home(laptop.home).database())) {
                store.devices()
                        .store(new StoredDevice(mallory.identity.id(), "mallory", "ada@localhost", Instant.EPOCH));
                store.peers()
                        .store(new StoredPeer(
                                notes, mallory.identity.id(), ITS_REPOSITORY, Optional.empty(), Optional.empty()));
                DeviceId honest = new DeviceId("e".repeat(64));
                store.devices().store(new StoredDevice(honest, "honest", "ada@localhost", Instant.EPOCH));
                store.peers()
                        .store(new StoredPeer(notes, honest, ANOTHERS_REPOSITORY, Optional.empty(), Optional.empty()));
            }
            laptop.starts();
            mallory.signIn(server);
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> mallory.links.up().contains(laptopId));

            assertThat(mallory.tells(laptopId, diary, ITS_REPOSITORY, "'members':[" + member(1, new UUID(2, 1)) + "]"))
                    .contains("not shared");
            assertThat(mallory.tells(laptopId, notes, ANOTHERS_REPOSITORY, "'members':[]"))
                    .contains("not shared");
            mallory.tells(
                    laptopId,
                    notes,
                    ITS_REPOSITORY,
                    "'members':[" + member(2, ANOTHERS_REPOSITORY) + "," + member(3, diary) + "," + member(4, notes)
                            + "]");
            assertThat(laptop.actions().peers()).hasSize(2);
            assertThat(laptop.actions().status().alerts())
                    .singleElement()
                    .matches(alert -> alert.text().contains("belongs to another"));

            assertThat(answers(laptop))
                    .anyMatch(line -> line.contains("mallory refused: no service is called status"))
                    .anyMatch(line -> line.contains("honest offline"));
            List<Actions.DeviceEntry> entries = new ArrayList<>();
            laptop.actions().logOfAll("test", Instant.EPOCH, entries::add);
            assertThat(entries)
                    .anyMatch(entry -> entry.name().equals("mallory")
                            && String.valueOf(entry.reason()).contains("makes no sense"));

            String tooMany = IntStream.range(0, 1200)
                    .mapToObj(i -> member(i, new UUID(3, i)))
                    .collect(Collectors.joining(",", "'members':[", "]"));
            for (String malformed : new String[] {
                tooMany, "'members':[{}]", "'members':7", "'revoked':[{'device':'x','term':0,'at':0}]", "'members':["
            }) {
                assertThatThrownBy(() -> mallory.tells(laptopId, notes, ITS_REPOSITORY, malformed))
                        .isInstanceOf(CompletionException.class);
            }
            for (int part = 0; part < 3; part++) {
                int first = 100 + 100 * part;
                mallory.tells(
                        laptopId,
                        notes,
                        ITS_REPOSITORY,
                        IntStream.range(first, first + 100)
                                .mapToObj(i -> member(i, new UUID(3, i)))
                                .collect(Collectors.joining(",", "'members':[", "]")));
            }
            assertThat(laptop.actions().peers()).hasSize(128);
            assertThat(laptop.actions().status().alerts())
                    .singleElement()
                    .matches(alert -> alert.text().contains("128 other devices, which is the most"));
            assertThatThrownBy(() -> laptop.actions().offer("notes")).hasMessageContaining("128 devices");

            laptop.actions().forget(String.format("%064x", 100));
            mallory.tells(
                    laptopId, notes, ITS_REPOSITORY, "'members':[" + member(100, new UUID(3, 100)) + "],'revoked':[]");
            assertThat(laptop.actions().peers())
                    .hasSize(127)
                    .noneMatch(peer -> peer.device().equals(String.format("%064x", 100)));
            laptop.actions().forget("mallory");
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> mallory.links.up().isEmpty());
        }
    }

    private static List<String> answers(Device device) throws Exception {
        List<String> answers = new ArrayList<>();
        device.actions().statusOfAll("test", told -> answers.add(told.name() + " " + told.reason()));
        return answers;
    }

    private static String notes(Device laptop) {
        return laptop.actions().status().folders().stream()
                .filter(folder -> folder.name().equals("notes"))
                .findFirst()
                .orElseThrow()
                .uuid();
    }
}
