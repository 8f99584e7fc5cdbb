package dev.tandem.gitsync.crash;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a process did to the files below a directory, as {@code powerlog.c} has recorded it, and what a power cut may
 * leave of that: names in the order in which they were made, up to any moment since the last flush of anything, as file
 * systems with a journal have it; and of each file what was flushed of it, with anything or nothing of the rest.
 */
final class PowerLog {
    @SuppressWarnings("ArrayRecordComponent") // nobody compares them
    private record Op(char kind, String one, String two, byte[] bytes) {}

    private static final class Node {
        final boolean directory;
        final @Nullable String target;
        final Map<String, Node> entries = new TreeMap<>();
        byte[] now = {};
        byte[] flushed = {};

        Node(boolean directory, @Nullable String target) {
            this.directory = directory;
            this.target = target;
        }
    }

    private final Path root;
    private final Map<String, byte[]> startFiles = new TreeMap<>();
    private final Map<String, String> startInodes = new HashMap<>();
    private final List<String> startDirectories = new ArrayList<>();
    private final List<Op> ops = new ArrayList<>();

    /** A directory as it is before the process starts: all of it is on the disk. */
    PowerLog(Path root) throws IOException {
        this.root = root;
        try (Stream<Path> all = Files.walk(root)) {
            for (Path path : (Iterable<Path>) all::iterator) {
                String name = root.relativize(path).toString();
                if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                    startDirectories.add(name);
                } else {
                    startFiles.put(name, Files.readAllBytes(path));
                    startInodes.put(name, String.valueOf(Files.getAttribute(path, "unix:ino")));
                }
            }
        }
    }

    void read(Path log) throws IOException {
        byte[] all = Files.readAllBytes(log);
        for (int at = 0; at < all.length; ) {
            int end = at;
            while (all[end] != '\n') {
                end++;
            }
            String line = new String(all, at + 1, end - at - 1, StandardCharsets.UTF_8).strip();
            char kind = (char) all[at];
            at = end + 1;
            switch (kind) {
                case 'W' -> {
                    String[] word = line.split(" ", -1);
                    int length = Integer.parseInt(word[2]);
                    ops.add(new Op(kind, word[0], word[1], Arrays.copyOfRange(all, at, at + length)));
                    at += length;
                }
                case 'C', 'T' -> {
                    int space = line.indexOf(' ');
                    ops.add(new Op(kind, line.substring(0, space), name(line.substring(space + 1)), new byte[0]));
                }
                case 'R', 'L', 'Y' -> {
                    int tab = line.indexOf('\t');
                    String two = line.substring(tab + 1);
                    ops.add(new Op(kind, name(line.substring(0, tab)), kind == 'Y' ? two : name(two), new byte[0]));
                }
                case 'S' -> ops.add(new Op(kind, line, "", new byte[0]));
                case 'A', 'D', 'U', 'M', 'X' -> ops.add(new Op(kind, name(line), "", new byte[0]));
                default -> throw new IOException("no record: " + kind + line);
            }
        }
    }

    private String name(String path) {
        return path.startsWith(root.toString()) ? root.relativize(Path.of(path)).toString() : path;
    }

    int size() {
        return ops.size();
    }

    /** As if the process had flushed nothing. */
    void forgetFlushes() {
        ops.removeIf(PowerLog::isFlush);
    }

    /** For messages: the last things that were done before a moment. */
    String before(int moment) {
        StringBuilder text = new StringBuilder();
        for (Op op : ops.subList(Math.max(0, moment - 12), moment)) {
            text.append(op.kind)
                    .append(' ')
                    .append(op.one)
                    .append(' ')
                    .append(op.two)
                    .append('\n');
        }
        return text.toString();
    }

    private static boolean isFlush(Op op) {
        return op.kind == 'S' || op.kind == 'D' || op.kind == 'A';
    }

    /**
     * Makes what is left when the power goes after so many records.
     *
     * @param random what of the rest has come to the disk; null for nothing
     * @return what the process had written to the file {@code acks}, which somebody outside has read
     */
    byte[] cut(int moment, @Nullable Random random, Path image) throws IOException {
        int flushed = 0;
        for (int i = 0; i < moment; i++) {
            flushed = isFlush(ops.get(i)) ? i : flushed;
        }
        int names = random == null ? flushed : flushed + random.nextInt(moment - flushed + 1);
        Node top = new Node(true, null);
        Map<String, Node> inodes = new HashMap<>();
        startDirectories.stream().filter(name -> !name.isEmpty()).forEach(name -> put(top, name, new Node(true, null)));
        startFiles.forEach((name, bytes) -> {
            Node file = new Node(false, null);
            file.now = bytes;
            file.flushed = bytes;
            put(top, name, file);
            inodes.put(startInodes.get(name), file);
        });
        @Nullable Node acks = null;
        for (int i = 0; i < moment; i++) {
            Op op = ops.get(i);
            contents(op, inodes);
            if (i < names) {
                names(op, top, inodes);
            }
            if (op.kind == 'C' && op.two.equals("acks")) {
                acks = inodes.get(op.one);
            }
        }
        write(top, image, random, new IdentityHashMap<>());
        return acks == null ? new byte[0] : acks.now;
    }

    private static void contents(Op op, Map<String, Node> inodes) {
        switch (op.kind) {
            case 'C' -> inodes.put(op.one, new Node(false, null));
            case 'W' -> {
                Node file = inodes.get(op.one);
                int from = Integer.parseInt(op.two);
                byte[] next = Arrays.copyOf(file.now, Math.max(file.now.length, from + op.bytes.length));
                System.arraycopy(op.bytes, 0, next, from, op.bytes.length);
                file.now = next;
            }
            case 'T' -> {
                Node file = inodes.get(op.one);
                file.now = Arrays.copyOf(file.now, Integer.parseInt(op.two));
            }
            case 'S' -> {
                Node file = inodes.get(op.one);
                file.flushed = file.now;
            }
            case 'A' -> inodes.values().forEach(file -> file.flushed = file.now);
            default -> {}
        }
    }

    private static void names(Op op, Node top, Map<String, Node> inodes) {
        switch (op.kind) {
            case 'C' -> put(top, op.two, inodes.get(op.one));
            case 'M' -> put(top, op.one, new Node(true, null));
            case 'Y' -> put(top, op.one, new Node(false, op.two));
            case 'U', 'X' -> remove(top, op.one);
            case 'R' -> put(top, op.two, remove(top, op.one));
            case 'L' -> put(top, op.two, parent(top, op.one).entries.get(last(op.one)));
            default -> {}
        }
    }

    private static Node parent(Node top, String path) {
        Node at = top;
        String[] names = path.split("/", -1);
        for (int i = 0; i < names.length - 1; i++) {
            at = at.entries.get(names[i]);
        }
        return at;
    }

    private static String last(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    private static void put(Node top, String path, Node node) {
        parent(top, path).entries.put(last(path), node);
    }

    private static Node remove(Node top, String path) {
        return parent(top, path).entries.remove(last(path));
    }

    private static void write(Node node, Path path, @Nullable Random random, Map<Node, Path> written)
            throws IOException {
        if (node.directory) {
            Files.createDirectories(path);
            for (Map.Entry<String, Node> entry : node.entries.entrySet()) {
                write(entry.getValue(), path.resolve(entry.getKey()), random, written);
            }
        } else if (node.target != null) {
            Files.createSymbolicLink(path, Path.of(node.target));
        } else if (written.containsKey(node)) {
            Files.createLink(path, written.get(node));
        } else {
            Files.write(path, left(node, random));
            written.put(node, path);
        }
    }

    private static byte[] left(Node file, @Nullable Random random) {
        if (random == null || Arrays.equals(file.now, file.flushed)) {
            return file.flushed;
        }
        return switch (random.nextInt(4)) {
            case 0 -> file.flushed;
            case 1 -> file.now;
            case 2 -> Arrays.copyOf(file.now, random.nextInt(file.now.length + 1));
            default -> Arrays.copyOf(file.flushed, Math.max(file.flushed.length, file.now.length));
        };
    }
}
