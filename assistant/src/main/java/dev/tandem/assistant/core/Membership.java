package dev.tandem.assistant.core;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import dev.tandem.xmpp.account.DeviceId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Who shares one folder, as one device knows it, and what follows from what another member tells. Pure.
 *
 * <ol>
 *   <li>A member's word is enough to make a device a member: transitive trust is what pairing buys.
 *   <li>A revocation ends every membership up to its term, and an introduction never begins one again. Who pairs a
 *       revoked device anew, knowing of the revocation, gives it the next term.
 *   <li>A repository belongs to the device that it was first known of; nobody introduces another for it.
 *   <li>Members and revocations are bounded. Of revocations the newest are kept, the same ones on every device.
 *   <li>Whatever order words come in, all devices that have heard the same end with the same.
 * </ol>
 *
 * @param self this device
 * @param repository its own repository of this folder
 * @param members the others
 * @param revocations one a device at most
 */
public record Membership(DeviceId self, UUID repository, List<Member> members, List<Revocation> revocations) {
    /** Members of one folder; each is told of all others, and linked with them. */
    public static final int MAX_MEMBERS = 128;

    /** More than a folder has members, so that all of them can be revoked once and again. */
    public static final int MAX_REVOCATIONS = 256;

    /** How often a device may be revoked and paired anew; then it needs a new key. */
    public static final int MAX_TERM = 1000;

    /** Clocks differ; a revocation from further ahead would stay the newest for ever. */
    private static final Duration AHEAD = Duration.ofDays(1);

    private static final Comparator<Revocation> NEWEST_FIRST =
            Comparator.comparing(Revocation::at).reversed().thenComparing(Revocation::device);

    /** Copies its lists. */
    public Membership {
        members = List.copyOf(members);
        revocations = List.copyOf(revocations);
    }

    /**
     * A device with a repository of the folder.
     *
     * @param name as it calls itself
     * @param jid the bare JID under which it is met
     * @param term how often it had been revoked when it was paired
     */
    public record Member(DeviceId device, UUID uuid, String name, String jid, int term) {
        Client client() {
            return new Client(device, uuid);
        }

        Member inTerm(int later) {
            return new Member(device, uuid, name, jid, later);
        }
    }

    /**
     * The end of a device's membership up to a term.
     *
     * @param at to the millisecond, by the clock of the device on which it was revoked
     */
    public record Revocation(DeviceId device, int term, Instant at) {}

    /** What one member tells another. */
    public record Told(List<Member> members, List<Revocation> revocations) {}

    /**
     * What follows from a word.
     *
     * @param renewed members that were paired anew
     * @param revoked former members
     * @param introduced new members
     * @param refused why others did not become members, by device
     * @param after what is known then
     */
    public record Heard(
            List<Member> renewed,
            List<Member> revoked,
            List<Member> introduced,
            Map<DeviceId, Refusal> refused,
            Membership after) {}

    /** Why an introduction is refused. */
    public enum Refusal {
        /** The folder has as many members as it may have. */
        FULL,
        /** Its repository is known as another device's. */
        TAKEN
    }

    /** Everything we tell that member. */
    public Told tell(DeviceId to) {
        return new Told(
                members.stream().filter(member -> !member.device.equals(to)).toList(), revocations);
    }

    /** Equal on devices that know the same members and revocations: 16 hex digits. */
    public String digest() {
        Stream<String> all = Stream.concat(
                Stream.concat(
                                Stream.of(new Client(self, repository)),
                                members.stream().map(Member::client))
                        .map(client -> client.device() + " " + client.uuid()),
                revocations.stream().map(gone -> gone.device + " " + gone.term));
        Hasher hasher = Hashing.sha256().newHasher();
        String.join("\n", all.sorted().toList()).chars().forEach(ascii -> hasher.putByte((byte) ascii));
        return hasher.hash().toString().substring(0, 16);
    }

    /** Whether there is no room for another member. */
    public boolean isFull() {
        return members.size() >= MAX_MEMBERS;
    }

    /** The term in which a device may be paired now. */
    public int nextTerm(DeviceId device) {
        return revocation(device).map(gone -> Math.min(gone.term + 1, MAX_TERM)).orElse(0);
    }

    /** Revokes a device here: all that is known of it. */
    public Revocation revoke(DeviceId device, Instant now) {
        int term = members.stream()
                .filter(member -> member.device.equals(device))
                .mapToInt(Member::term)
                .max()
                .orElse(0);
        return new Revocation(device, term, now);
    }

    /**
     * What follows from the word of a member.
     *
     * @param owner which device a repository is known to belong to, in whatever folder, our own included
     */
    public Heard hear(Told told, Instant now, Function<UUID, Optional<DeviceId>> owner) {
        Map<Client, Member> all = new LinkedHashMap<>();
        members.forEach(member -> all.put(member.client(), member));
        List<Member> renewed = renew(told, all);
        List<Revocation> kept = merged(told.revocations, now);
        Membership judge = new Membership(self, repository, List.of(), kept);
        List<Member> revoked = all.values().stream().filter(judge::isRevoked).toList();
        revoked.forEach(member -> all.remove(member.client()));
        renewed.removeIf(judge::isRevoked);
        List<Member> introduced = new ArrayList<>();
        Map<DeviceId, Refusal> refused = new LinkedHashMap<>();
        for (Member member : told.members) {
            if (member.device.equals(self) || judge.isRevoked(member) || all.containsKey(member.client())) {
                continue;
            }
            if (member.uuid.equals(repository)
                    || owner.apply(member.uuid)
                            .filter(other -> !other.equals(member.device))
                            .isPresent()
                    || all.keySet().stream().anyMatch(client -> client.uuid().equals(member.uuid))) {
                refused.put(member.device, Refusal.TAKEN);
            } else if (all.size() >= MAX_MEMBERS) {
                refused.put(member.device, Refusal.FULL);
            } else {
                all.put(member.client(), member);
                introduced.add(member);
            }
        }
        Membership after = new Membership(self, repository, List.copyOf(all.values()), kept);
        return new Heard(List.copyOf(renewed), revoked, List.copyOf(introduced), Map.copyOf(refused), after);
    }

    private static List<Member> renew(Told told, Map<Client, Member> all) {
        List<Member> renewed = new ArrayList<>();
        for (Member member : told.members) {
            Member known = all.get(member.client());
            if (known != null && member.term > known.term) {
                Member later = known.inTerm(member.term);
                all.put(member.client(), later);
                renewed.add(later);
            }
        }
        return renewed;
    }

    private boolean isRevoked(Member member) {
        return revocation(member.device)
                .filter(gone -> gone.term >= member.term)
                .isPresent();
    }

    private Optional<Revocation> revocation(DeviceId device) {
        return revocations.stream().filter(gone -> gone.device.equals(device)).findFirst();
    }

    /** Of each device the last, and of all the newest: the same on all devices, whatever order they hear of them in. */
    private List<Revocation> merged(List<Revocation> told, Instant now) {
        Map<DeviceId, Revocation> last = new LinkedHashMap<>();
        Instant latest = now.plus(AHEAD);
        Stream.concat(revocations.stream(), told.stream().filter(gone -> !gone.at.isAfter(latest)))
                .forEach(gone -> last.merge(gone.device, gone, Membership::later));
        return last.values().stream()
                .sorted(NEWEST_FIRST)
                .limit(MAX_REVOCATIONS)
                .toList();
    }

    private static Revocation later(Revocation one, Revocation two) {
        boolean first = one.term != two.term ? one.term > two.term : !two.at.isAfter(one.at);
        return first ? one : two;
    }
}
