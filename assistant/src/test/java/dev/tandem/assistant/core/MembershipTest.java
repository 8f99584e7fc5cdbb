package dev.tandem.assistant.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.xmpp.account.DeviceId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Who shares a folder")
final class MembershipTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    private static final Membership.Told NOTHING = new Membership.Told(List.of(), List.of());

    private static Optional<DeviceId> unknown(UUID repository) {
        return Optional.empty();
    }

    private static DeviceId device(int number) {
        return new DeviceId(String.format("%064x", number));
    }

    private static Membership.Member member(int number) {
        return new Membership.Member(device(number), new UUID(0, number), "d" + number, "d@" + number, 0);
    }

    private static Membership of(int self, int... others) {
        return new Membership(
                device(self),
                new UUID(0, self),
                IntStream.of(others).mapToObj(MembershipTest::member).toList(),
                List.of());
    }

    private static Membership.Told introducing(Membership.Member... members) {
        return new Membership.Told(List.of(members), List.of());
    }

    private static Membership.Told revoking(int number, int term) {
        return new Membership.Told(List.of(), List.of(new Membership.Revocation(device(number), term, NOON)));
    }

    private static Membership after(Membership of, Membership.Told told) {
        return of.hear(told, NOON, MembershipTest::unknown).after();
    }

    @Test
    @DisplayName("a member's word makes a device a member, once; nobody is introduced to itself")
    void introduction() {
        Membership.Heard heard =
                of(1, 2).hear(introducing(member(1), member(2), member(3)), NOON, MembershipTest::unknown);

        assertThat(heard.introduced()).containsExactly(member(3));
        assertThat(heard.refused()).isEmpty();
        assertThat(heard.after()
                        .hear(introducing(member(3)), NOON, MembershipTest::unknown)
                        .introduced())
                .isEmpty();
    }

    @Test
    @DisplayName("a revocation wins over every introduction, whichever is heard first, and is kept and told on")
    void revocationWins() {
        Membership.Heard heard = of(1, 2, 3).hear(revoking(3, 0), NOON, MembershipTest::unknown);

        assertThat(heard.revoked()).containsExactly(member(3));
        assertThat(heard.after().members()).containsExactly(member(2));
        Membership.Told both =
                new Membership.Told(List.of(member(3)), revoking(3, 0).revocations());
        assertThat(of(1, 2).hear(both, NOON, MembershipTest::unknown).introduced())
                .isEmpty();
        assertThat(after(heard.after(), introducing(member(3))).members()).containsExactly(member(2));
        assertThat(heard.after().tell(device(2)).revocations()).hasSize(1);
    }

    @Test
    @DisplayName("who pairs a revoked device anew, knowing that it was revoked, makes it a member again everywhere")
    void pairedAnew() {
        Membership revoked = after(of(1, 2, 3), revoking(3, 0));
        assertThat(revoked.nextTerm(device(3))).isEqualTo(1);
        assertThat(revoked.nextTerm(device(4))).isZero();
        Membership.Member again = member(3).inTerm(1);

        assertThat(after(revoked, introducing(again)).members()).contains(again);
        // one that heard neither of the revocation nor of the pairing
        Membership.Told both =
                new Membership.Told(List.of(again), revoking(3, 0).revocations());
        Membership.Heard late = of(4, 2, 3).hear(both, NOON, MembershipTest::unknown);
        assertThat(late.revoked()).isEmpty();
        assertThat(late.renewed()).containsExactly(again);
        // and it can be revoked again
        assertThat(after(late.after(), revoking(3, 1)).members()).containsExactly(member(2));
        assertThat(late.after().revoke(device(3), NOON).term()).isEqualTo(1);
    }

    @Test
    @DisplayName("PUSH-13: a repository that is known as one device's is not introduced as another's, nor is our own")
    void repositoryTaken() {
        Membership.Member thief = new Membership.Member(device(9), new UUID(0, 2), "thief", "t@t", 0);
        Membership.Member ours = new Membership.Member(device(9), new UUID(0, 1), "thief", "t@t", 0);
        Membership.Member elsewhere = new Membership.Member(device(9), new UUID(0, 77), "thief", "t@t", 0);

        for (Membership.Member member : List.of(thief, ours, elsewhere)) {
            Membership.Heard heard = of(1, 2).hear(
                            introducing(member),
                            NOON,
                            uuid -> uuid.equals(new UUID(0, 77)) ? Optional.of(device(5)) : Optional.empty());
            assertThat(heard.introduced()).isEmpty();
            assertThat(heard.refused()).containsEntry(device(9), Membership.Refusal.TAKEN);
        }
    }

    @Test
    @DisplayName("a folder has a bounded number of members; whoever is one too many is refused, and told of")
    void full() {
        Membership.Member[] many = IntStream.rangeClosed(2, Membership.MAX_MEMBERS + 10)
                .mapToObj(MembershipTest::member)
                .toArray(Membership.Member[]::new);

        Membership.Heard heard = of(1).hear(introducing(many), NOON, MembershipTest::unknown);

        assertThat(heard.after().members()).hasSize(Membership.MAX_MEMBERS);
        assertThat(heard.after().isFull()).isTrue();
        assertThat(heard.refused()).hasSize(9).containsValue(Membership.Refusal.FULL);
    }

    @Test
    @DisplayName(
            "of revocations the newest are kept, the same whatever order they come in; none from far in the future")
    void revocationsAreBounded() {
        List<Membership.Revocation> many = new ArrayList<>(IntStream.range(0, 2 * Membership.MAX_REVOCATIONS)
                .mapToObj(i -> new Membership.Revocation(device(i + 100), 0, NOON.minusSeconds(i)))
                .toList());
        many.add(new Membership.Revocation(device(7), 0, NOON.plusSeconds(3 * 86_400)));
        Membership forwards = of(1);
        Membership backwards = of(1);

        for (int i = 0; i < many.size(); i++) {
            forwards = after(forwards, new Membership.Told(List.of(), List.of(many.get(i))));
            backwards = after(backwards, new Membership.Told(List.of(), List.of(many.get(many.size() - 1 - i))));
        }

        assertThat(forwards.revocations()).hasSize(Membership.MAX_REVOCATIONS).contains(many.get(0));
        assertThat(forwards.revocations()).noneMatch(gone -> gone.device().equals(device(7)));
        assertThat(forwards.digest()).isEqualTo(backwards.digest());
    }

    @Test
    @DisplayName("two devices that know the same say the same, each from its own side")
    void digest() {
        assertThat(of(1, 2, 3).digest()).isEqualTo(of(2, 3, 1).digest()).isNotEqualTo(of(1, 2).digest());
        assertThat(after(of(1, 2), revoking(3, 0)).digest()).isNotEqualTo(of(1, 2).digest());
        assertThat(of(1, 2, 3).tell(device(2)).members()).containsExactly(member(3));
        assertThat(after(of(1, 2), NOTHING)).isEqualTo(of(1, 2));
    }

    /** Devices in a simulated network: who is linked with whom follows from who knows whom. */
    private static final class Devices {
        final Random random;
        final List<Membership> all = new ArrayList<>();

        Devices(int count, long seed) {
            random = new Random(seed);
            for (int i = 0; i < count; i++) {
                all.add(of(i));
            }
        }

        boolean linked(int one, int two) {
            return knows(one, two) && knows(two, one);
        }

        boolean knows(int one, int two) {
            return all.get(one).members().stream()
                    .anyMatch(member -> member.device().equals(device(two)));
        }

        void pair(int one, int two) {
            add(one, two);
            add(two, one);
        }

        private void add(int one, int two) {
            Membership of = all.get(one);
            List<Membership.Member> members = new ArrayList<>(of.members());
            members.removeIf(known -> known.device().equals(device(two)));
            members.add(member(two).inTerm(of.nextTerm(device(two))));
            all.set(one, new Membership(of.self(), of.repository(), members, of.revocations()));
        }

        void revoke(int at, int who) {
            Membership.Revocation gone = all.get(at).revoke(device(who), NOON);
            all.set(at, after(all.get(at), new Membership.Told(List.of(), List.of(gone))));
        }

        /** One tells another that it is linked with; false if they are not. */
        boolean tell(int from, int to) {
            if (from == to || !linked(from, to)) {
                return false;
            }
            all.set(to, after(all.get(to), all.get(from).tell(device(to))));
            return true;
        }

        /** Words in any order, some lost, until all has been said; who is in {@code away} hears and says nothing. */
        void talk(List<Integer> away) {
            for (int i = 0; i < 2000; i++) {
                int from = random.nextInt(all.size());
                int to = random.nextInt(all.size());
                if (!away.contains(from) && !away.contains(to)) {
                    tell(from, to);
                }
            }
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    @DisplayName("each device is paired with any one: all become linked with all, and say the same")
    void everybodyWithEverybody(long seed) {
        Devices devices = new Devices(8, seed);
        for (int i = 1; i < 8; i++) {
            devices.pair(i, devices.random.nextInt(i));
        }

        devices.talk(List.of());

        assertThat(devices.all).allSatisfy(one -> assertThat(one.members()).hasSize(7));
        assertThat(devices.all)
                .extracting(Membership::digest)
                .containsOnly(devices.all.get(0).digest());
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    @DisplayName("one is revoked while another is away: in the end it is nobody's peer, whatever the other still says")
    void revokedEverywhere(long seed) {
        Devices devices = new Devices(6, seed);
        for (int i = 1; i < 6; i++) {
            devices.pair(i, devices.random.nextInt(i));
        }
        devices.talk(List.of());

        devices.revoke(0, 3);
        devices.talk(List.of(5));
        assertThat(IntStream.of(0, 1, 2, 4)).noneMatch(i -> devices.knows(i, 3));
        assertThat(devices.knows(5, 3)).isTrue();
        devices.talk(List.of());

        assertThat(IntStream.of(0, 1, 2, 4, 5)).noneMatch(i -> devices.knows(i, 3));
        devices.pair(3, 1);
        devices.talk(List.of());
        assertThat(IntStream.of(0, 1, 2, 4, 5)).allMatch(i -> devices.linked(i, 3));
    }
}
