package dev.tandem.assistant.simulation;

import dev.tandem.assistant.core.Client;
import dev.tandem.assistant.core.Notice;
import dev.tandem.assistant.core.Tips;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What of a folder survives a crash of its device: history, files, received refs, and the daemon's store. */
final class SimulatedRepository {
    /** The branches of one folder, shared by all devices that have it. */
    record Shared(String name, History heads, History annexes, Set<Integer> edits) {
        static Shared named(String name) {
            return new Shared(name, new History.OfFiles(), new History.OfLines(), new TreeSet<>());
        }
    }

    /** What the store knows of a peer. */
    static final class StoredPeer {
        @Nullable
        String head;

        @Nullable
        Instant lastSync;

        final Set<Notice> owed = EnumSet.noneOf(Notice.class);
    }

    private record Received(int head, int annex) {}

    final Shared shared;
    final UUID uuid;
    final Map<Client, StoredPeer> peers = new LinkedHashMap<>();

    /** Files that differ from the head; what was edited is in no commit yet. */
    final Set<String> changed = new TreeSet<>();

    private final Map<UUID, Received> received = new TreeMap<>();
    private int head;
    private int annex;

    SimulatedRepository(Shared shared, UUID uuid) {
        this.shared = shared;
        this.uuid = uuid;
    }

    boolean isOf(Shared folder) {
        return shared.name.equals(folder.name);
    }

    Tips tips() {
        return History.tips(head, annex);
    }

    int head() {
        return head;
    }

    int annex() {
        return annex;
    }

    /** Commits what changed at these paths; returns them. */
    List<String> commit(Set<String> paths) {
        List<String> in = changed.stream().filter(paths::contains).toList();
        if (!in.isEmpty()) {
            commitAll();
            in.forEach(changed::remove);
        }
        return in;
    }

    /** A commit by Tandem, or by the user's own git. */
    void commitAll() {
        head = shared.heads.commit(head);
        shared.edits.add(head);
    }

    /** A line for the git-annex branch. */
    void annexLine() {
        annex = shared.annexes.commit(annex);
    }

    void receive(UUID from, int theirHead, int theirAnnex) {
        received.put(from, new Received(theirHead, theirAnnex));
    }

    void integrate(Set<UUID> clients) {
        List<Integer> heads = new ArrayList<>(List.of(head));
        List<Integer> annexes = new ArrayList<>(List.of(annex));
        for (UUID client : clients) {
            Received theirs = received.get(client);
            if (theirs != null) {
                heads.add(theirs.head);
                annexes.add(theirs.annex);
            }
        }
        head = shared.heads.merge(heads);
        annex = shared.annexes.merge(annexes);
    }

    boolean holds(Tips theirs) {
        return shared.heads.contains(head, History.number(theirs.head()))
                && shared.annexes.reaches(annex, History.number(theirs.annex()));
    }
}
