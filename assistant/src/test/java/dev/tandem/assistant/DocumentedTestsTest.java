package dev.tandem.assistant;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The tests that a document names")
class DocumentedTestsTest {
    private static final Path TOP = Path.of("..").toAbsolutePath().normalize();

    /** {@code `package.SomeTest`}, and the display names after it, shortened by an ellipsis or not. */
    private static final Pattern REFERENCE =
            Pattern.compile("`(?:[a-z]+\\.)?([A-Z]\\w*(?:Test|IT))`((?:,? ?\"[^\"]+\")*)");

    private static final Pattern QUOTED = Pattern.compile("\"([^\"]+)\"");

    private static Map<String, String> sources() throws IOException {
        Map<String, String> sources = new HashMap<>();
        for (String module : List.of("gitsync", "xmpp", "assistant")) {
            try (Stream<Path> files = Files.walk(TOP.resolve(module).resolve("src/test/java"))) {
                for (Path file :
                        files.filter(f -> f.toString().endsWith(".java")).toList()) {
                    String name = file.getFileName().toString().replace(".java", "");
                    sources.put(name, Files.readString(file).replaceAll("\"\\s*\\+\\s*\"", ""));
                }
            }
        }
        return sources;
    }

    private static boolean says(String source, String quoted) {
        int at = 0;
        for (String part : quoted.split("…", -1)) {
            at = source.indexOf(part.strip().replace("\"", "\\\""), at);
            if (at < 0) {
                return false;
            }
        }
        return true;
    }

    @ParameterizedTest
    @ValueSource(strings = {"security.md", "behaviour.md"})
    @DisplayName("exist, and say what it quotes")
    void exist(String document) throws IOException {
        Map<String, String> sources = sources();
        List<String> missing = new ArrayList<>();
        int named = 0;
        Matcher reference =
                REFERENCE.matcher(Files.readString(TOP.resolve("docs").resolve(document)));
        while (reference.find()) {
            named++;
            String source = sources.get(reference.group(1));
            if (source == null) {
                missing.add(reference.group(1));
                continue;
            }
            Matcher quoted = QUOTED.matcher(reference.group(2));
            while (quoted.find()) {
                if (!says(source, quoted.group(1))) {
                    missing.add(reference.group(1) + " \"" + quoted.group(1) + "\"");
                }
            }
        }

        assertThat(named).isGreaterThan(10);
        assertThat(missing).isEmpty();
    }
}
