package dev.tandem.assistant.cli;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

@DisplayName("What a package carries besides the program")
final class ReferenceTest {
    @TempDir
    static Path directory;

    @BeforeAll
    static void write() throws IOException {
        Reference.main(new String[] {directory.toString(), "0.1.0", "2026-01-01"});
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource(Verbs.class)
    @DisplayName("each command has a manual page with its options and what is below it")
    void pages(Verbs verb) throws IOException {
        String page = read("man1/tandem-" + verb.command() + ".1").replace("\\-", "-");

        CommandLine command =
                requireNonNull(Reference.commands().getSubcommands().get(verb.command()));
        assertThat(page).startsWith(".TH TANDEM-").contains("tandem-" + verb.command() + " - ");
        own(command).forEach(option -> assertThat(page).contains("\\fB" + option.longestName() + "\\fR"));
        command.getSubcommands()
                .keySet()
                .forEach(sub -> assertThat(page).contains("tandem " + verb.command() + " " + sub + " [OPTIONS]"));
        assertThat(read("man1/tandem.1").replace("\\-", "-")).contains("tandem-" + verb.command() + "\\fR(1)");
    }

    @Test
    @DisplayName("no line of a page is a request by accident, and none holds what is not ASCII")
    void requests() throws IOException {
        try (Stream<Path> pages = Files.list(directory.resolve("man1"))) {
            for (Path page : pages.toList()) {
                assertThat(Files.readAllLines(page))
                        .allSatisfy(line -> assertThat(line)
                                .doesNotStartWith("'")
                                .matches("\\p{ASCII}*")
                                .matches("[^.].*|\\.(TH|SH|TP|PP|br|BR).*"));
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"bash, tandem.bash", "zsh, _tandem", "fish, tandem.fish"})
    @DisplayName("each shell can read its completions, and they name every command and option")
    void completions(String shell, String file) throws IOException, InterruptedException {
        String script = read("completions/" + file);

        for (Verbs verb : Verbs.values()) {
            assertThat(script).contains(verb.command());
            own(requireNonNull(Reference.commands().getSubcommands().get(verb.command())))
                    .forEach(option ->
                            assertThat(script).contains(option.longestName().substring(2)));
        }
        Path program = Path.of("/usr/bin", shell);
        assumeTrue(Files.isExecutable(program), shell + " is not installed");
        Process check = new ProcessBuilder(
                        program.toString(),
                        "-n",
                        directory.resolve("completions/" + file).toString())
                .redirectErrorStream(true)
                .start();
        assertThat(new String(check.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8))
                .isEmpty();
        assertThat(check.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(check.exitValue()).isZero();
    }

    @Test
    @DisplayName("the rehearsal for the archive of classes goes as a status does")
    void rehearsal() throws IOException, ClassNotFoundException {
        Rehearsal.main(new String[0]);
    }

    private static Stream<OptionSpec> own(CommandLine command) {
        return command.getCommandSpec().options().stream()
                .filter(option -> !Reference.isGlobal(option, command.getCommandSpec()));
    }

    private static String read(String file) throws IOException {
        return Files.readString(directory.resolve(file));
    }
}
