package dev.tandem.assistant;

import dev.tandem.assistant.core.Client;
import dev.tandem.assistant.core.Tips;
import dev.tandem.gitsync.exchange.FileTimes;
import dev.tandem.gitsync.exchange.Limits;
import dev.tandem.gitsync.exchange.NoRoomException;
import dev.tandem.gitsync.exchange.PushOutcome;
import dev.tandem.gitsync.exchange.ReceivePack;
import dev.tandem.gitsync.exchange.Received;
import dev.tandem.gitsync.exchange.SendPack;
import dev.tandem.gitsync.exchange.SyncedRefs;
import dev.tandem.gitsync.repo.FolderRepository;
import dev.tandem.xmpp.link.LinkStream;
import dev.tandem.xmpp.link.Links;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import org.eclipse.jgit.lib.ObjectId;
import org.jspecify.annotations.Nullable;

/**
 * Runs one push over one stream of a link, from either end.
 *
 * <pre>
 *   sender                               receiver
 *   OPEN {to, from}           ──────>    waits for its scheduler
 *                             <──────    GO
 *   times, git's send-pack    ──────>    git's receive-pack
 *                             <──────    done: empty, or why not
 * </pre>
 *
 * <p>Blocks the calling worker for as long as the push takes; a stream without progress for two minutes is reset, and a
 * link that ends fails it. Waiting for GO is not silence: the receiver may be busy for long (PUSH-10).
 */
final class PushRunner {
    private static final int GO = 1;
    private static final String NO_ROOM = "no room to receive";
    private static final Duration OPEN = Duration.ofSeconds(30);
    private static final int BUFFER = 16 * 1024;

    private final FolderRepository repository;
    private final Links links;
    private final InstantSource clock;
    private final ScheduledExecutorService timers;
    private final Courtesy courtesy;
    private final Records.FolderRecords records;

    PushRunner(
            FolderRepository repository,
            Links links,
            InstantSource clock,
            ScheduledExecutorService timers,
            Courtesy courtesy,
            Records.FolderRecords records) {
        this.records = records;
        this.courtesy = courtesy;
        this.repository = repository;
        this.links = links;
        this.clock = clock;
        this.timers = timers;
    }

    /** Pushes to a client that is believed to hold {@code base}; returns why that failed, or null. */
    @Nullable
    String send(Client client, Tips base) {
        byte[] opening = PushWire.encode(PushWire.Message.bare(client.uuid(), repository.uuid()));
        LinkStream stream;
        try {
            stream = links.open(client.device(), PushWire.STREAM, opening, OPEN);
        } catch (IOException refused) {
            return Diagnosis.brief(refused);
        }
        try {
            if (stream.input().read() != GO) {
                throw new IOException("the push was not granted");
            }
            return sendGranted(stream, client, base);
        } catch (IOException broken) {
            stream.reset(Diagnosis.brief(broken));
            return Diagnosis.brief(broken);
        } finally {
            stream.close();
        }
    }

    private @Nullable String sendGranted(LinkStream stream, Client client, Tips base) throws IOException {
        courtesy.pushBegins(client.device());
        try (StallGuard guard = new StallGuard(clock, timers, () -> stream.reset("silent for two minutes"))) {
            InputStream in = guard.watch(stream.input());
            OutputStream out = new BufferedOutputStream(guard.watch(stream.output()), BUFFER);
            PushOutcome outcome = SendPack.push(repository, times(client, base), in, out);
            stream.end();
            return outcome.rejections().isEmpty() ? null : String.join("; ", outcome.rejections());
        } finally {
            courtesy.pushEnds(client.device());
        }
    }

    /** The times of the files that this push changes over there, as far as we know what is there. */
    private FileTimes times(Client client, Tips base) throws IOException {
        Optional<ObjectId> head = repository.head();
        Optional<ObjectId> there = Optional.ofNullable(base.head())
                .map(ObjectId::fromString)
                .filter(repository::has)
                .or(() -> receivedFrom(client));
        return head.isPresent() ? FileTimes.of(repository, head.get(), there) : FileTimes.NONE;
    }

    private Optional<ObjectId> receivedFrom(Client client) {
        try {
            return new SyncedRefs(repository.git()).head(client.uuid());
        } catch (IOException unreadable) {
            // then all times are sent: more than needed, never less
            return Optional.empty();
        }
    }

    /** Grants a push and receives it; returns why that failed, or null. */
    @Nullable
    String receive(Client client, LinkStream stream) {
        courtesy.pushBegins(client.device());
        try (StallGuard guard = new StallGuard(clock, timers, () -> stream.reset("silent for two minutes"))) {
            InputStream in = guard.watch(stream.input());
            OutputStream out = new BufferedOutputStream(guard.watch(stream.output()), BUFFER);
            out.write(GO);
            out.flush();
            Received received = ReceivePack.receive(repository, client.uuid(), Limits.DEFAULT, in, out);
            out.flush();
            records.clear(NO_ROOM);
            String refusal = String.join("; ", received.rejections());
            stream.end();
            return refusal.isEmpty() ? null : refusal;
        } catch (NoRoomException full) {
            records.raise(
                    NO_ROOM,
                    "error",
                    "The disk that holds " + repository.path()
                            + " is as full as annex.diskreserve lets it be: nothing is lost, and what is changed here is"
                            + " kept, but nothing is received from other devices; free some space.");
            stream.reset(Diagnosis.brief(full));
            return Diagnosis.brief(full);
        } catch (IOException broken) {
            stream.reset(Diagnosis.brief(broken));
            return Diagnosis.brief(broken);
        } finally {
            courtesy.pushEnds(client.device());
            stream.close();
        }
    }
}
