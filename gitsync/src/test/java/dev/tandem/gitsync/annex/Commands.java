package dev.tandem.gitsync.annex;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The real git and git-annex in a directory, with a home of the test's own. */
final class Commands {
    private static final long SECONDS_MAX = 120;

    private final Path directory;
    private final Path home;

    Commands(Path directory, Path home) {
        this.directory = directory;
        this.home = home;
    }

    /** What a command printed, both ways. */
    record Result(int code, String output) {}

    Result run(String... command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
        Path output = Files.createTempFile(home, "output", "");
        builder.redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().put("HOME", home.toString());
        builder.environment().put("GIT_CONFIG_NOSYSTEM", "1");
        builder.environment().put("LC_ALL", "C.UTF-8");
        for (String who : List.of("AUTHOR", "COMMITTER")) {
            builder.environment().put("GIT_" + who + "_NAME", "U");
            builder.environment().put("GIT_" + who + "_EMAIL", "u@u");
        }
        Process process = builder.start();
        try {
            assertThat(process.waitFor(SECONDS_MAX, TimeUnit.SECONDS))
                    .as(String.join(" ", command))
                    .isTrue();
            return new Result(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
        } finally {
            process.destroy();
        }
    }

    /** Must succeed. */
    String git(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("git"));
        command.addAll(List.of(arguments));
        Result result = run(command.toArray(String[]::new));
        assertThat(result.code())
                .as("%s: %s", String.join(" ", command), result.output())
                .isZero();
        return result.output();
    }

    String annex(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("annex"));
        command.addAll(List.of(arguments));
        return git(command.toArray(String[]::new));
    }
}
