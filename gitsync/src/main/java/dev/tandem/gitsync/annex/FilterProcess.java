package dev.tandem.gitsync.annex;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The filter that git starts where git-annex is not installed, once for each command (gitattributes(5), "Long Running
 * Filter Process", version 2). Contents go into the store as git adds files, and come back as it checks them out.
 *
 * <p>Holds one buffer in memory. Belongs to one thread; ends when git closes its end.
 */
public final class FilterProcess {
    private static final Logger LOG = LoggerFactory.getLogger(FilterProcess.class);
    /** Git takes a whole file into its memory; a larger content is left for Tandem to fill in. */
    private static final long SMUDGE_BYTES_MAX = 64L << 20;

    private static final String SUCCESS = "status=success";
    private static final String ERROR = "status=error";

    private final AnnexFilter filter;
    private final Path workTree;
    private final Packets git;

    /**
     * A filter that is not running yet.
     *
     * @param workTree the root of the files
     * @param in git's standard output, so to speak; not closed
     */
    public FilterProcess(AnnexFilter filter, Path workTree, InputStream in, OutputStream out) {
        this.filter = filter;
        this.workTree = workTree;
        this.git = new Packets(new BufferedInputStream(in), new BufferedOutputStream(out, Packets.BYTES_MAX));
    }

    /**
     * Serves git until it is done.
     *
     * @throws IOException if git breaks off, or is none; a file that cannot be filtered is an answer to git
     */
    public void run() throws IOException {
        List<String> hello = git.readList();
        if (hello == null || !hello.contains("git-filter-client") || !hello.contains("version=2")) {
            throw new IOException("not started by git as a filter process of version 2, but with " + hello);
        }
        git.writeList("git-filter-server", "version=2");
        List<String> capabilities = git.readList();
        if (capabilities == null) {
            return;
        }
        git.writeList("capability=clean", "capability=smudge");
        for (List<String> request = git.readList(); request != null; request = git.readList()) {
            answer(value(request, "command="), value(request, "pathname="));
        }
    }

    private static String value(List<String> request, String name) {
        return request.stream()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(name.length()))
                .findFirst()
                .orElse("");
    }

    private void answer(String command, String path) throws IOException {
        Optional<Key> last = filter.last(path);
        try (Spool content = filter.spool(path, last)) {
            Optional<IOException> failed = receive(content);
            if (failed.isPresent()) {
                refuse(path, failed.get());
            } else if (command.equals("clean")) {
                clean(path, content, last);
            } else {
                smudge(path, content);
            }
        }
    }

    /** Reads all that git sends, whatever happens: it writes before it reads. */
    private Optional<IOException> receive(Spool content) throws IOException {
        Optional<IOException> failed = Optional.empty();
        for (byte[] packet = git.read(); packet != null; packet = git.read()) {
            if (failed.isEmpty()) {
                try {
                    content.write(ByteBuffer.wrap(packet));
                } catch (IOException e) {
                    failed = Optional.of(e);
                }
            }
        }
        return failed;
    }

    private void clean(String path, Spool content, Optional<Key> last) throws IOException {
        Optional<byte[]> pointer;
        try {
            pointer = filter.clean(path, content, last, Files.isExecutable(workTree.resolve(path)));
        } catch (IOException e) {
            refuse(path, e);
            return;
        }
        git.writeList(SUCCESS);
        if (pointer.isPresent()) {
            git.write(pointer.get(), 0, pointer.get().length);
        } else {
            content.copyTo(git.content());
        }
        git.end();
        git.end(); // the status is still what it was
    }

    private void smudge(String path, Spool content) throws IOException {
        Optional<Path> object =
                content.bytes() <= Pointer.BYTES_MAX ? filter.smudge(path, content.toByteArray()) : Optional.empty();
        git.writeList(SUCCESS);
        if (object.isPresent() && Files.size(object.get()) <= SMUDGE_BYTES_MAX) {
            Files.copy(object.get(), git.content());
        } else {
            content.copyTo(git.content());
        }
        git.end();
        git.end();
    }

    /** Git then keeps what it has: with filter.annex.required it fails, without it takes the content as it is. */
    private void refuse(String path, IOException failure) throws IOException {
        LOG.warn("cannot filter {}: {}", path, failure.toString());
        git.writeList(ERROR);
    }
}
