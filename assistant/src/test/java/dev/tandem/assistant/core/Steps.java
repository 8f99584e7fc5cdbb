package dev.tandem.assistant.core;

import dev.tandem.xmpp.account.DeviceId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A folder's core, taken step by step: events in, effects out, and time that passes only when told to. */
final class Steps {
    static final UUID SELF = new UUID(0x8000, 0);

    final FolderCore core;
    private final List<Effect> all = new ArrayList<>();
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private long numbers;

    Steps(Tuning tuning) {
        core = new FolderCore("laptop", SELF, false, tuning);
    }

    /** A core that has looked at its repository and found those tips; nothing is to be done to the files. */
    static Steps startedWith(Tips tips) {
        return startedWith(tips, Tuning.DEFAULT);
    }

    static Steps startedWith(Tips tips, Tuning tuning) {
        Steps steps = new Steps(tuning);
        steps.then(new Event.Started(tips));
        steps.then(committed(tips));
        steps.then(new Event.RepositorySeen(tips, null, false)); // of before the commit, so it looks again
        steps.then(new Event.RepositorySeen(tips, null, false));
        return steps;
    }

    /** A repository whose UUID is {@code number} behind a device of that number. */
    static Client client(int number) {
        return client(number, number);
    }

    static Client client(int device, int repository) {
        return new Client(device(device), new UUID(repository, 0));
    }

    static DeviceId device(int number) {
        return new DeviceId(String.format("%064x", number));
    }

    static Tips tips(int head) {
        return new Tips(String.format("%040x", head), null);
    }

    static Announcement says(Tips tips) {
        return new Announcement(tips, 0, false, 0);
    }

    static Event committed(Tips after) {
        return new Event.Committed(after, List.of(), Set.of(), Set.of(), ContentCount.NOTHING);
    }

    static Event integrated(Tips after, Client... from) {
        return new Event.Integrated(
                after,
                Set.copyOf(List.of(from).stream().map(Client::uuid).toList()),
                List.of(),
                List.of(),
                ContentCount.NOTHING);
    }

    /** One step; returns what has to be done about it. */
    List<Effect> then(Event event) {
        List<Effect> effects = core.handle(event, now);
        all.addAll(effects);
        return effects;
    }

    /** One step, of whose effects those of one kind are returned. */
    <E extends Effect> List<E> then(Event event, Class<E> kind) {
        return then(event).stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /** All effects of a kind so far. */
    <E extends Effect> List<E> all(Class<E> kind) {
        return all.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    void pass(Duration time) {
        now = now.plus(time);
    }

    /** A number for a question or a stream. */
    long number() {
        return ++numbers;
    }

    Steps knows(Client client) {
        return knows(client, "peer-" + client.uuid().getMostSignificantBits(), "alice@example.org");
    }

    Steps knows(Client client, String name, String jid) {
        then(new Event.PeerAdded(client, name, jid, null, null, Set.of()));
        return this;
    }

    /** Its link comes up; the peers behind it say that they hold {@code tips}. */
    Steps meets(Client client, Tips tips) {
        comes(client);
        return holds(client, tips);
    }

    Steps comes(Client client) {
        PeerNames peer = peer(client);
        then(new Event.LinkUp(client.device(), peer.name, peer.jid, "in-band"));
        return this;
    }

    Steps goes(Client client) {
        then(new Event.LinkDown(client.device(), "gone"));
        return this;
    }

    /** The answer to whatever it was told last. */
    Steps holds(Client client, Tips tips) {
        Effect.Tell told = all(Effect.Tell.class).stream()
                .filter(tell -> tell.client().equals(client))
                .reduce((older, newer) -> newer)
                .orElseThrow();
        Tips asked = told.ours().tips();
        Reply reply = asked.equals(tips) ? Reply.HAVE : Reply.WANTED;
        then(new Event.TipsAnswered(client, asked, reply, says(tips)));
        return this;
    }

    private record PeerNames(String name, String jid) {}

    private PeerNames peer(Client client) {
        FolderSnapshot.PeerSnapshot peer = snapshot(client);
        return new PeerNames(peer.name(), peer.jid());
    }

    FolderSnapshot.PeerSnapshot snapshot(Client client) {
        return core.snapshot().peers().stream()
                .filter(peer -> peer.client().equals(client))
                .findFirst()
                .orElseThrow();
    }

    @Nullable
    String why(Client client) {
        return snapshot(client).reason();
    }
}
