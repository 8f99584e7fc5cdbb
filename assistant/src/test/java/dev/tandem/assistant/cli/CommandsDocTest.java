package dev.tandem.assistant.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import picocli.CommandLine;

@DisplayName("docs/commands.md")
final class CommandsDocTest {
    private static final Path DOC = Path.of("../docs/commands.md");

    @ParameterizedTest(name = "{0}")
    @EnumSource(Verbs.class)
    @DisplayName("names each command with all of its options and what is below it")
    void complete(Verbs verb) throws IOException {
        String doc = Files.readString(DOC);
        CommandLine command = Reference.commands().getSubcommands().get(verb.command());

        assertThat(doc).containsPattern("`tandem " + verb.command() + "[` ]");
        check(command, doc);
        command.getSubcommands().values().forEach(sub -> {
            assertThat(doc).contains("`tandem " + verb.command() + " " + sub.getCommandName());
            check(sub, doc);
        });
    }

    private static void check(CommandLine command, String doc) {
        command.getCommandSpec()
                .options()
                .forEach(option -> assertThat(doc).containsPattern(option.longestName() + "[^a-z-]"));
    }
}
