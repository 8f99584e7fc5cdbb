package dev.tandem.assistant;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.util.ContextInitializer;
import ch.qos.logback.core.joran.spi.JoranException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

@DisplayName("The log")
final class LogFileTest {
    private final LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();

    @AfterEach
    void asBefore() throws JoranException {
        context.reset();
        new ContextInitializer(context).autoConfig();
    }

    @Test
    @DisplayName("is two files of 2 MB at most, however much is written, and ends with the newest line")
    void bounded(@TempDir Path directory) throws IOException {
        LogFile.writeTo(directory.resolve("tandem.log"), false);
        Logger logger = LoggerFactory.getLogger("dev.tandem.Test");
        String line = "x".repeat(1000);
        for (int i = 0; i < 7000; i++) {
            logger.info("{} {}", i, line);
        }

        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files.toList())
                    .hasSize(2)
                    .allSatisfy(file -> assertThat(Files.size(file)).isLessThan(2_200_000));
        }
        assertThat(Files.readString(directory.resolve("tandem.log"))).endsWith(" 6999 " + line + "\n");
    }
}
