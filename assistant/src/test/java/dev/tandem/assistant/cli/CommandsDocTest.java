package dev.tandem.assistant.cli;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
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
        CommandLine command =
                requireNonNull(Reference.commands().getSubcommands().get(verb.command()));

        assertThat(Pattern.compile("`tandem " + verb.command() + "[` ]")
                        .matcher(doc)
                        .find())
                .isTrue();
        check(command, doc);
        command.getSubcommands().values().forEach(sub -> {
            assertThat(doc.contains("`tandem " + verb.command() + " " + sub.getCommandName()))
                    .as(sub.getCommandSpec().qualifiedName())
                    .isTrue();
            check(sub, doc);
        });
    }

    private static void check(CommandLine command, String doc) {
        command.getCommandSpec()
                .options()
                .forEach(option -> assertThat(Pattern.compile(option.longestName() + "[^a-z-]")
                                .matcher(doc)
                                .find())
                        .as(option.longestName())
                        .isTrue());
    }
}
