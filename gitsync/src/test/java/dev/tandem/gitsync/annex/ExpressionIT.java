package dev.tandem.gitsync.annex;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Expressions mean to Tandem what they mean to git-annex")
@SuppressWarnings("NullAway") // fields that JUnit sets
final class ExpressionIT {
    private static final int LARGE_CASES = 120;
    private static final int WANTED_CASES = 60;

    @TempDir
    Path root;

    private Commands commands;
    private final Random random = new Random(11);

    @BeforeEach
    void create() throws Exception {
        Path home = Files.createDirectories(root.resolve("home"));
        commands = new Commands(Files.createDirectories(root.resolve("r")), home);
        commands.git("init", "-q", "-b", "main");
        commands.annex("init", "r");
    }

    @AfterEach
    void makeWritable() throws Exception {
        try (Stream<Path> all = Files.walk(root)) {
            for (Path path : (Iterable<Path>) all.filter(Files::isDirectory)::iterator) {
                Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
        }
    }

    private String one(List<String> of) {
        return of.get(random.nextInt(of.size()));
    }

    private String expression(List<String> terms, int words) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < words; i++) {
            String word = random.nextInt(5) < 2 ? one(List.of("and", "or", "not", "(", ")")) : one(terms);
            text.append(word).append(' ');
        }
        return text.toString().strip();
    }

    @Test
    @DisplayName("annex.largefiles, with random words in random order")
    void largefiles() throws Exception {
        List<String> terms = List.of(
                "anything",
                "nothing",
                "include=*.c",
                "exclude=a*",
                "largerthan=1kb",
                "smallerthan=1.5kib",
                "include=d/?.c");
        Set<Boolean> answers = new HashSet<>();
        for (int i = 0; i < LARGE_CASES; i++) {
            String expression = expression(terms, 1 + random.nextInt(7));
            String path = one(List.of("a.c", "b.c", "d/a.c", "b"));
            int size = random.nextInt(3000);

            Commands.Result result = commands.run(
                    "git", "annex", "matchexpression", expression, "--largefiles", "--file", path, "--size", "" + size);

            boolean ours = LargeFiles.parsed(expression).test(new LargeFiles.Candidate(path, size));
            assertThat(ours ? 0 : 1).as("%s: %s %s", expression, path, size).isEqualTo(result.code());
            answers.add(ours);
        }
        assertThat(answers).hasSize(2);
    }

    @Test
    @DisplayName("preferred content, over files with copies in repositories of all kinds")
    void wanted() throws Exception {
        List<UUID> others = Stream.generate(UUID::randomUUID).limit(4).toList();
        try (AnnexedFolder folder = new AnnexedFolder(root.resolve("r"), true)) {
            fill(folder, others);
            folder.branch.trust(others.get(1), Trust.UNTRUSTED);
            folder.branch.trust(others.get(2), Trust.DEAD);
            folder.branch.trust(others.get(3), Trust.TRUSTED);
            folder.branch.group(others.get(0), Set.of("archive", "x"));
            folder.branch.group(others.get(1), Set.of("client", "x"));
            folder.branch.group(others.get(3), Set.of("client"));
            folder.branch.needCopies(new NumCopies(2, 1));
            for (int i = 0; i < WANTED_CASES; i++) {
                compare(folder, i);
            }
        }
    }

    private void fill(AnnexedFolder folder, List<UUID> others) throws Exception {
        folder.settle("anything");
        int file = 0;
        for (String directory : List.of("", "archive/", "d/archive/", "public/")) {
            for (int i = 0; i < 8; i++) {
                folder.write(directory + i + (i % 2 == 0 ? ".mp3" : ".txt"), new byte[10 + 300 * file++]);
            }
        }
        folder.commitAll();
        List<Key> keys = new ArrayList<>();
        AnnexedFiles.of(folder.git, head(folder), (path, key, locked) -> keys.add(key));
        for (Key key : keys) {
            for (UUID other : others) {
                if (random.nextInt(3) == 0) {
                    folder.branch.record(other, Map.of(key, Presence.PRESENT));
                }
            }
            if (random.nextInt(3) == 0) {
                commands.annex("dropkey", "--force", key.toString());
            }
        }
    }

    private static ObjectId head(AnnexedFolder folder) throws Exception {
        return folder.git.resolve("HEAD");
    }

    private void compare(AnnexedFolder folder, int number) throws Exception {
        UUID here = folder.repository.uuid();
        List<String> groups = List.of(
                "client",
                "transfer",
                "backup",
                "incrementalbackup",
                "smallarchive",
                "archive",
                "source",
                "manual",
                "public",
                "unwanted");
        List<String> terms = List.of(
                "present",
                "include=*.mp3",
                "exclude=archive/*",
                "copies=2",
                "copies=x:1",
                "copies=trusted:1",
                "copies=semitrusted+:2",
                "copies=untrusted:1",
                "lackingcopies=1",
                "approxlackingcopies=1",
                "inallgroup=client",
                "inallgroup=nobody",
                "largerthan=3kb",
                "smallerthan=6kb",
                "inbackend=SHA256E",
                "securehash",
                "inpreferreddir",
                "anything",
                "nothing",
                "unused");
        boolean standard = number < groups.size();
        String expression = standard ? "standard" : expression(terms, 1 + random.nextInt(6));
        if (Stream.of(expression.split(" ", -1)).noneMatch(word -> terms.contains(word) || standard)) {
            return; // git-annex takes an expression without a term for none
        }
        folder.branch.group(here, standard ? Set.of(groups.get(number), "mine") : Set.of("archive", "client"));
        folder.branch.want(here, expression);
        Wanted wanted = Wanted.by(here, folder.branch.settings());
        assertThat(wanted.problem()).isEmpty();
        Set<String> get = new TreeSet<>();
        Set<String> drop = new TreeSet<>();
        AnnexedFiles.of(folder.git, head(folder), (path, key, locked) -> {
            Set<UUID> holders = folder.branch.holders(key);
            Wanted.File file =
                    new Wanted.File(path, key, holders, folder.branch.settings().copies());
            if (!folder.store.has(key) && wanted.wants(file)) {
                get.add(path);
            }
            if (folder.store.has(key) && !wanted.keeps(file)) {
                drop.add(path);
            }
        });

        String which = standard ? groups.get(number) : expression;
        assertThat(get).as("get: %s", which).isEqualTo(found("--want-get", "--not", "--in", "here"));
        assertThat(drop).as("drop: %s", which).isEqualTo(found("--want-drop", "--in", "here"));
    }

    private Set<String> found(String... conditions) throws Exception {
        String[] command =
                Stream.concat(Stream.of("find"), Stream.of(conditions)).toArray(String[]::new);
        return new TreeSet<>(commands.annex(command).lines().toList());
    }
}
