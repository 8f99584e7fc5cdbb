package dev.tandem.gitsync.extra;

import dev.tandem.gitsync.extra.Directories.Mark;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.jgit.errors.CorruptObjectException;
import org.eclipse.jgit.lib.AnyObjectId;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.ObjectChecker;

/**
 * What one commit says beside its tree, in a header that git carries along and does not look at:
 *
 * <pre>
 *   committer …
 *   tandem 1
 *    t 1732205000123 0f1e2d3c4b5a6978 path     a file: milliseconds since 1970, the blob's first 16 digits
 *    + 3 path                                  a directory is kept from now on; 3: its count
 *    - 4 path                                  and no longer
 * </pre>
 *
 * In paths control characters and {@code %} are {@code %XX}.
 *
 * @param files those that the commit adds or changes
 * @param directories those that it makes or removes
 */
public record Extra(List<FileTime> files, Map<String, Mark> directories) {
    public static final Extra NONE = new Extra(List.of(), Map.of());

    /** As {@link #of} reads it, a commit may not be blown up; the times of what is beyond are left out. */
    static final int MAX_BYTES = 8 << 20;

    /** What systems take for a path. */
    private static final int MAX_PATH = 4096;

    /** The years 1 to 9999. */
    private static final long MIN_MILLIS = -62_135_596_800_000L;

    private static final long MAX_MILLIS = 253_402_300_799_999L;

    private static final byte[] NAME = "tandem ".getBytes(StandardCharsets.US_ASCII);
    private static final String VERSION = "1";
    private static final ObjectChecker PATHS = new ObjectChecker().setSafeForMacOS(true);

    /**
     * When a file was modified.
     *
     * @param blob of the content that this is about
     * @param millis since 1970
     */
    public record FileTime(String path, long blob, long millis) {
        public static FileTime of(String path, AnyObjectId blob, Instant modified) {
            long millis = Math.max(MIN_MILLIS, Math.min(MAX_MILLIS, milliseconds(modified)));
            return new FileTime(path, first(blob), millis);
        }

        /** Whether it is about that content. */
        public boolean isOf(AnyObjectId other) {
            return first(other) == blob;
        }

        private static long milliseconds(Instant time) {
            return time.isBefore(Instant.ofEpochMilli(MIN_MILLIS))
                    ? MIN_MILLIS
                    : time.isAfter(Instant.ofEpochMilli(MAX_MILLIS)) ? MAX_MILLIS : time.toEpochMilli();
        }
    }

    /** By which a blob is known in the header. */
    static long first(AnyObjectId blob) {
        return Long.parseUnsignedLong(blob.name().substring(0, 16), 16);
    }

    /** The commit with this in its header. */
    public byte[] in(CommitBuilder commit) throws IOException {
        byte[] plain = commit.build();
        if (files.isEmpty() && directories.isEmpty()) {
            return plain;
        }
        int end = endOfHeaders(plain);
        ByteArrayOutputStream with = new ByteArrayOutputStream(plain.length + 128);
        with.write(plain, 0, end);
        byte[] header = header().getBytes(StandardCharsets.UTF_8);
        with.write(header, 0, header.length);
        with.write(plain, end, plain.length - end);
        return with.toByteArray();
    }

    /** The header alone, with its last line's end; for what is kept of it elsewhere. */
    public String header() {
        StringBuilder text = new StringBuilder("tandem ").append(VERSION).append('\n');
        directories.forEach((path, mark) -> text.append(mark.kept() ? " + " : " - ")
                .append(mark.count())
                .append(' ')
                .append(escaped(path))
                .append('\n'));
        for (FileTime file : files) {
            String path = escaped(file.path);
            if (path.length() <= MAX_PATH && text.length() + path.length() < MAX_BYTES / 3) { // of UTF-8, at worst
                text.append(" t ").append(file.millis).append(' ');
                text.append(String.format("%016x", file.blob))
                        .append(' ')
                        .append(path)
                        .append('\n');
            }
        }
        return text.toString();
    }

    /** The empty line before the message, or the end. */
    private static int endOfHeaders(byte[] commit) {
        int at = 0;
        while (at < commit.length && commit[at] != '\n') {
            at = afterLine(commit, at);
        }
        return at;
    }

    private static int afterLine(byte[] commit, int at) {
        int end = at;
        while (end < commit.length && commit[end] != '\n') {
            end++;
        }
        return Math.min(commit.length, end + 1);
    }

    /** What a commit says; nothing if it says nothing, or nothing that is to be understood. */
    public static Extra of(byte[] commit) {
        try {
            return checked(commit);
        } catch (CorruptObjectException foreign) {
            return NONE; // it came by another way than a push, which refuses it
        }
    }

    /**
     * The same, for what is received.
     *
     * @throws CorruptObjectException if the header is not as it is described here
     */
    public static Extra checked(byte[] commit) throws CorruptObjectException {
        int end = endOfHeaders(commit);
        for (int at = 0; at < end; at = afterLine(commit, at)) {
            if (startsWith(commit, at, NAME)) {
                return parse(commit, at, end);
            }
        }
        return NONE;
    }

    private static boolean startsWith(byte[] commit, int at, byte[] word) {
        return commit.length - at >= word.length
                && java.util.Arrays.equals(commit, at, at + word.length, word, 0, word.length);
    }

    private static Extra parse(byte[] commit, int start, int end) throws CorruptObjectException {
        int at = afterLine(commit, start);
        if (!text(commit, start + NAME.length, at).equals(VERSION)) {
            return NONE; // of a newer Tandem
        }
        List<FileTime> files = new ArrayList<>();
        Map<String, Mark> directories = new TreeMap<>();
        for (int from = at; from < end && commit[from] == ' '; from = at) {
            at = afterLine(commit, from);
            if (at - start > MAX_BYTES) {
                throw new CorruptObjectException("a tandem header of more than " + MAX_BYTES + " bytes");
            }
            line(text(commit, from + 1, at), files, directories);
        }
        return new Extra(files, directories);
    }

    private static String text(byte[] commit, int from, int afterLine) {
        return new String(commit, from, Math.max(0, afterLine - 1 - from), StandardCharsets.UTF_8);
    }

    private static void line(String line, List<FileTime> files, Map<String, Mark> directories)
            throws CorruptObjectException {
        try {
            if (line.startsWith("t ")) {
                String[] words = line.split(" ", 4);
                long millis = Long.parseLong(words[1]);
                if (millis < MIN_MILLIS || millis > MAX_MILLIS || words[2].length() != 16) {
                    throw new CorruptObjectException("a tandem header with the line \"" + line + "\"");
                }
                files.add(new FileTime(path(words[3]), Long.parseUnsignedLong(words[2], 16), millis));
            } else if (line.startsWith("+ ") || line.startsWith("- ")) {
                String[] words = line.split(" ", 3);
                directories.put(path(words[2]), new Mark(Integer.parseInt(words[1]), line.charAt(0) == '+'));
            } else {
                throw new CorruptObjectException("a tandem header with the line \"" + line + "\"");
            }
        } catch (IllegalArgumentException | IndexOutOfBoundsException malformed) {
            throw new CorruptObjectException("a tandem header with the line \"" + line + "\"", malformed);
        }
    }

    private static String path(String escaped) throws CorruptObjectException {
        String path = unescaped(escaped);
        if (path.length() > MAX_PATH) {
            throw new CorruptObjectException("a tandem header with a path of " + path.length() + " characters");
        }
        PATHS.checkPath(path);
        return path;
    }

    private static String escaped(String path) {
        StringBuilder text = new StringBuilder(path.length());
        for (int at = 0; at < path.length(); at++) {
            char each = path.charAt(at);
            if (each < ' ' || each == '%' || each == 0x7f) {
                text.append(String.format("%%%02X", (int) each));
            } else {
                text.append(each);
            }
        }
        return text.toString();
    }

    private static String unescaped(String text) {
        if (text.indexOf('%') < 0) {
            return text;
        }
        StringBuilder path = new StringBuilder(text.length());
        for (int at = 0; at < text.length(); at++) {
            if (text.charAt(at) == '%') {
                path.append((char) Integer.parseInt(text, at + 1, at + 3, 16));
                at += 2;
            } else {
                path.append(text.charAt(at));
            }
        }
        return path.toString();
    }
}
