package dev.tandem.gitsync.exchange;

import dev.tandem.gitsync.annex.ContentStore;
import dev.tandem.gitsync.crash.Failpoint;
import dev.tandem.gitsync.repo.DurableNames;
import dev.tandem.gitsync.repo.FolderRepository;
import dev.tandem.gitsync.repo.OwnLocks;
import java.io.DataOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.transport.ReceiveCommand;

/**
 * The receiving end of a push. Whatever the pusher says, only {@code refs/synced/ITS-UUID/…} can change, no object is
 * believed unchecked, and nothing appears before all of it is there.
 */
public final class ReceivePack {
    private static final int COMMAND_BYTES = 64 * 1024;

    private ReceivePack() {}

    /**
     * Receives one push, blocking until it is stored and answered. Closes neither stream.
     *
     * @param pusher the repository that the link's device is known to have
     * @throws IOException if the stream breaks, or brings what is no push, or if the disk is as full as the user lets
     *     it be ({@code annex.diskreserve}, 100 MB); then no ref has moved
     */
    public static Received receive(
            FolderRepository repository, UUID pusher, Limits limits, InputStream in, OutputStream out)
            throws IOException {
        long room = new ContentStore(repository.git()).roomBytes();
        if (room <= 0) {
            throw new NoRoomException("no space left to receive: the disk that holds " + repository.path()
                    + " is as full as annex.diskreserve lets it be; free some space there");
        }
        byte[] times = FileTimes.readBlock(in, limits.timesBytes());
        FileTimes.decode(times);
        SyncedTimes.store(repository, pusher, times);
        List<ReceiveCommand> commands = new ArrayList<>();
        org.eclipse.jgit.transport.ReceivePack git = receiver(repository.git(), pusher, limits, room, commands);
        try {
            git.receive(in, unclosed(out), null);
        } catch (RuntimeException malformed) {
            throw new IOException("the push is malformed: " + malformed.getMessage(), malformed);
        }
        Failpoint.at("receive.refs");
        flush(repository.git(), commands);
        Failpoint.at("receive.durable");
        List<String> rejections = new ArrayList<>();
        for (ReceiveCommand command : commands) {
            if (command.getResult() != ReceiveCommand.Result.OK) {
                rejections.add(command.getRefName() + ": "
                        + (command.getMessage() == null ? command.getResult() : command.getMessage()));
            }
        }
        DataOutputStream last = new DataOutputStream(out);
        last.writeUTF(clip(String.join("; ", rejections)));
        last.flush();
        Failpoint.at("receive.answered");
        SyncedRefs refs = new SyncedRefs(repository.git());
        return new Received(refs.head(pusher), refs.annex(pusher), List.copyOf(rejections));
    }

    /** What the pusher is told to be here stays here: it may not offer it again. */
    private static void flush(Repository git, List<ReceiveCommand> commands) throws IOException {
        for (ReceiveCommand command : commands) {
            if (command.getResult() == ReceiveCommand.Result.OK) {
                DurableNames.flushRef(git, command.getRefName(), command.getType() == ReceiveCommand.Type.CREATE);
            }
        }
    }

    private static org.eclipse.jgit.transport.ReceivePack receiver(
            Repository git, UUID pusher, Limits limits, long roomBytes, List<ReceiveCommand> seen) {
        org.eclipse.jgit.transport.ReceivePack receiver = new org.eclipse.jgit.transport.ReceivePack(git);
        receiver.setObjectChecker(new PushedObjects());
        receiver.setMaxPackSizeLimit(Math.min(limits.packBytes(), roomBytes));
        receiver.setMaxObjectSizeLimit(limits.objectBytes());
        receiver.setMaxCommandBytes(COMMAND_BYTES);
        receiver.setAllowDeletes(false);
        receiver.setAllowNonFastForwards(true);
        receiver.setAtomic(false);
        receiver.setBiDirectionalPipe(true);
        receiver.setRefFilter(refs -> {
            refs.keySet().removeIf(name -> !name.startsWith(Constants.R_HEADS) && !name.startsWith(SyncedRefs.PREFIX));
            return refs;
        });
        receiver.setPreReceiveHook((pack, commands) -> {
            seen.addAll(commands);
            refuseOthers(pusher, commands);
            prepare(git, commands);
        });
        return receiver;
    }

    /** Before any ref is locked, and names what is in the pack. */
    private static void prepare(Repository git, Collection<ReceiveCommand> commands) {
        try {
            Failpoint.at("receive.pack");
            DurableNames.flushPackNames(git);
            Failpoint.at("receive.flushed");
            for (ReceiveCommand command : commands) {
                if (command.getResult() == ReceiveCommand.Result.NOT_ATTEMPTED) {
                    OwnLocks.note(git, command.getRefName());
                }
            }
            Failpoint.at("receive.noted");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void refuseOthers(UUID pusher, Collection<ReceiveCommand> commands) {
        for (ReceiveCommand command : commands) {
            if (!command.getRefName().startsWith(SyncedRefs.of(pusher))
                    || command.getType() == ReceiveCommand.Type.DELETE) {
                command.setResult(
                        ReceiveCommand.Result.REJECTED_OTHER_REASON,
                        "only " + SyncedRefs.of(pusher) + "… is yours to set");
            }
        }
    }

    private static OutputStream unclosed(OutputStream out) {
        return new FilterOutputStream(out) {
            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                this.out.write(bytes, offset, length);
            }

            @Override
            public void close() throws IOException {
                flush();
            }
        };
    }

    private static String clip(String words) {
        return words.length() <= 4000 ? words : words.substring(0, 4000);
    }
}
