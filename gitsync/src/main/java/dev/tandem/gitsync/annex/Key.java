package dev.tandem.gitsync.annex;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of an annexed content: {@code BACKEND[-sSIZE][-mMTIME][-SCHUNKSIZE-CCHUNK]--NAME} (git-annex, "internals",
 * key format). Those that {@link #parse} lets through can be stored: {@link #file} is one name, of a length that file
 * systems take, and never one that leads elsewhere.
 *
 * @param backend how NAME was made, for example {@code SHA256E}
 * @param sizeBytes of the content
 * @param modifiedSeconds since 1970, in keys that are made of a file's time
 * @param chunkBytes the size of the chunks that a special remote has cut the content into
 * @param chunkNumber which of these, from 1
 * @param name never empty, without line ends and NUL
 */
public record Key(
        String backend,
        OptionalLong sizeBytes,
        OptionalLong modifiedSeconds,
        OptionalLong chunkBytes,
        OptionalLong chunkNumber,
        String name) {
    /** What Tandem makes of new files, as git-annex does unless told otherwise. */
    public static final String DEFAULT_BACKEND = "SHA256E";

    /** git-annex takes no longer extension in a key. */
    private static final int EXTENSION_BYTES_MAX = 64;
    /** What file systems take as one name, less the {@code .lck} beside the object; a longer key cannot be stored. */
    private static final int FILE_BYTES_MAX = 251;

    // numbers end below 10^18: no file system has a file as large, and no sum of two of them overflows
    private static final Pattern FORM = Pattern.compile("([A-Za-z0-9_]+)(?:-s([0-9]{1,18}))?(?:-m([0-9]{1,18}))?"
            + "(?:-S([0-9]{1,18}))?(?:-C([0-9]{1,18}))?--([^\\n\\r\\x00]+)");

    /** A content of that size and digest, in lower-case hex, found in a file of that name. */
    static Key of(String backend, long sizeBytes, String digest, String fileName) {
        return new Key(
                backend,
                OptionalLong.of(sizeBytes),
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                keepsExtension(backend) ? digest + Extension.of(fileName) : digest);
    }

    /** The key that a text stands for; empty if it is none, or one that cannot be stored. */
    public static Optional<Key> parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches() || !StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            return Optional.empty();
        }
        Key key = new Key(
                matcher.group(1),
                number(matcher, 2),
                number(matcher, 3),
                number(matcher, 4),
                number(matcher, 5),
                matcher.group(6));
        boolean fits = key.file().getBytes(StandardCharsets.UTF_8).length <= FILE_BYTES_MAX
                && (!key.hasExtension()
                        || key.extension().getBytes(StandardCharsets.UTF_8).length <= EXTENSION_BYTES_MAX);
        return fits ? Optional.of(key) : Optional.empty();
    }

    private static OptionalLong number(Matcher matcher, int group) {
        String digits = matcher.group(group);
        return digits == null ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(digits));
    }

    /** The key whose {@link #file} that is. */
    public static Optional<Key> ofFile(String file) {
        if (file.indexOf('/') >= 0) {
            return Optional.empty();
        }
        return parse(
                file.replace("%", "/").replace("&c", ":").replace("&s", "%").replace("&a", "&"));
    }

    /** The key as the name of a file. */
    public String file() {
        return toString()
                .replace("&", "&a")
                .replace("%", "&s")
                .replace(":", "&c")
                .replace("/", "%");
    }

    /**
     * The digest that a content must have to be this key's, by the name that Java gives it; empty where the content
     * cannot be told from another of the same size.
     */
    public Optional<String> digest() {
        return chunkNumber.isPresent() ? Optional.empty() : digestOf(backend);
    }

    /** The digest that keys of a backend are made of, by the name that Java gives it; empty where Java has none. */
    static Optional<String> digestOf(String backend) {
        String plain = keepsExtension(backend) ? backend.substring(0, backend.length() - 1) : backend;
        return switch (plain) {
            case "MD5" -> Optional.of("MD5");
            case "SHA1", "SHA224", "SHA256", "SHA384", "SHA512" -> Optional.of("SHA-" + plain.substring(3));
            case "SHA3_224", "SHA3_256", "SHA3_384", "SHA3_512" -> Optional.of(plain.replace('_', '-'));
            default -> Optional.empty();
        };
    }

    /** Whether nobody can make another content with the same key: by SHA-2, SHA-3, SKEIN or BLAKE2. */
    boolean isSecure() {
        boolean hash = backend.startsWith("SHA") || backend.startsWith("SKEIN") || backend.startsWith("BLAKE2");
        return hash && !backend.equals("SHA1") && !backend.equals("SHA1E");
    }

    /** The digest's value as the key has it, in lower-case hex. */
    String digestHex() {
        int dot = hasExtension() ? name.indexOf('.') : -1;
        return (dot < 0 ? name : name.substring(0, dot)).toLowerCase(Locale.ROOT);
    }

    private boolean hasExtension() {
        return keepsExtension(backend);
    }

    private static boolean keepsExtension(String backend) {
        return backend.endsWith("E") && !backend.equals("E");
    }

    /** Whether git-annex would give a file of that name, with this content, this very key. */
    public boolean isFor(String path) {
        return !hasExtension() || extension().equals(Extension.of(path));
    }

    private String extension() {
        int dot = name.indexOf('.');
        return dot < 0 ? "" : name.substring(dot);
    }

    /** The key of the whole of which this is a chunk; this itself if it is whole. */
    Key whole() {
        return new Key(backend, sizeBytes, modifiedSeconds, OptionalLong.empty(), OptionalLong.empty(), name);
    }

    /** As git-annex writes it. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(backend);
        sizeBytes.ifPresent(value -> text.append("-s").append(value));
        modifiedSeconds.ifPresent(value -> text.append("-m").append(value));
        chunkBytes.ifPresent(value -> text.append("-S").append(value));
        chunkNumber.ifPresent(value -> text.append("-C").append(value));
        return text.append("--").append(name).toString();
    }
}
