package dev.tandem.assistant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.assistant.api.ActionFailed;
import dev.tandem.assistant.api.Limiting;
import dev.tandem.assistant.store.Store;
import dev.tandem.xmpp.link.Rates;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The keeper of the limits")
class LimitKeeperTest {
    private final Store store = Store.inMemory();
    private final List<Rates> links = new ArrayList<>();
    private final List<Optional<String>> folders = new ArrayList<>();
    private final List<Optional<String>> said = new ArrayList<>();
    private Instant now = Instant.parse("2026-11-21T12:00:00Z");
    private LimitKeeper keeper = keeper();

    private LimitKeeper keeper() {
        return new LimitKeeper(
                store.settings(), links::add, folders::add, said::add, () -> now, () -> ZoneId.of("Europe/Berlin"));
    }

    @AfterEach
    void close() {
        store.close();
    }

    private static Limiting.Change change(Long up, Long down, String from, String to, String metered) {
        return new Limiting.Change(up, down, from, to, metered);
    }

    @Test
    @DisplayName("begins without limits, and keeps what was set over a restart")
    void kept() throws Exception {
        assertThat(keeper.state()).isEqualTo(new Limiting.State(0, 0, null, null, "pause", false, "unknown", false));

        keeper.change(change(500_000L, null, null, null, null));
        keeper.change(change(null, 2_000_000L, null, null, "limit"));
        assertThat(links).containsExactly(new Rates(500_000, 0), new Rates(500_000, 2_000_000));

        keeper = keeper();
        keeper.look();
        assertThat(keeper.state())
                .isEqualTo(new Limiting.State(500_000, 2_000_000, null, null, "limit", true, "unknown", false));
    }

    @Test
    @DisplayName("follows the clock on the wall, over midnight and into the morning")
    void schedule() throws Exception {
        keeper.change(change(1_000L, 1_000L, "22:00", "06:00", null));
        assertThat(links).isEmpty(); // 13:00 in Berlin

        now = Instant.parse("2026-11-21T21:00:00Z");
        keeper.look();
        keeper.look();
        now = Instant.parse("2026-11-22T04:59:59Z");
        keeper.look();
        assertThat(links).containsExactly(new Rates(1_000, 1_000));
        now = Instant.parse("2026-11-22T05:00:00Z");
        keeper.look();
        assertThat(links).containsExactly(new Rates(1_000, 1_000), Rates.FREE);

        keeper.change(change(null, null, "", null, null));
        assertThat(keeper.state().from()).isNull();
        assertThat(keeper.state().active()).isTrue();
    }

    @Test
    @DisplayName("lets large files wait on a metered network, says so to folders that come later, and lets them go on")
    void metered() throws Exception {
        keeper.network(Optional.of(false));
        assertThat(folders).isEmpty();
        keeper.network(Optional.of(true));
        keeper.look();
        assertThat(folders).hasSize(2).allSatisfy(why -> assertThat(why)
                .hasValueSatisfying(line -> assertThat(line).contains("metered")));
        assertThat(keeper.state().contentsWait()).isTrue();

        keeper.change(change(null, null, null, null, "ignore"));
        assertThat(folders).hasSize(3);
        assertThat(folders.get(2)).isEmpty();
        assertThat(said).hasSize(2);
        assertThat(said.get(0)).hasValueSatisfying(line -> assertThat(line).contains("large files wait"));
        assertThat(said.get(1)).isEmpty();
        keeper.look();
        assertThat(folders).hasSize(3);
        assertThat(keeper.state().network()).isEqualTo("metered");
    }

    @Test
    @DisplayName("refuses what makes no sense, and changes nothing then")
    void refused() {
        for (Limiting.Change nonsense : List.of(
                change(10L, null, null, null, null),
                change(null, null, "25:00", "06:00", null),
                change(null, null, "22:00", null, null),
                change(null, null, null, null, "stop"))) {
            assertThatThrownBy(() -> keeper.change(nonsense))
                    .isInstanceOf(ActionFailed.class)
                    .hasMessageContaining("nothing was changed");
        }
        assertThat(keeper.state().up()).isZero();
        assertThat(store.settings().get("limits")).isEmpty();
    }
}
