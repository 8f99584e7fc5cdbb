package dev.tandem.xmpp.account;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.Writer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What is written to a server")
class EvenWriterTest {
    private final List<String> records = new ArrayList<>();
    private long millis;
    private final EvenWriter writer = new EvenWriter(new Records(), () -> Instant.ofEpochMilli(millis));

    /** One record for each flush, as TLS makes them. */
    private final class Records extends Writer {
        private final StringBuilder record = new StringBuilder();

        @Override
        public void write(char[] from, int offset, int length) {
            record.append(from, offset, length);
        }

        @Override
        public void flush() {
            if (record.length() > 0) {
                records.add(record.toString());
                record.setLength(0);
            }
        }

        @Override
        public void close() {
            flush();
        }
    }

    private void stanza(int length) throws IOException {
        writer.write("<message>" + "x".repeat(length - 19) + "</message>");
        writer.flush();
    }

    @Test
    @DisplayName("goes out as it is while it is little")
    void little() throws IOException {
        for (int i = 0; i < 100; i++) {
            stanza(700);
            millis += 70; // 10 kB/s
        }

        assertThat(records).hasSize(100).allMatch(record -> record.length() == 700);
    }

    @Test
    @DisplayName("goes out in records of one size only, filled up with blanks between stanzas, while it is much")
    void much() throws IOException {
        Random random = new Random(1);
        for (int i = 0; i < 100; i++) {
            stanza(5800);
        }
        records.clear();

        for (int i = 0; i < 100; i++) {
            stanza(300 + random.nextInt(6000));
            millis += i % 10 == 9 ? 400 : 1; // pauses of a busy machine change nothing
        }

        assertThat(records).allMatch(record -> record.length() == EvenWriter.PIECE);
        assertThat(String.join("", records).replaceAll("<message>x*</message>", ""))
                .isBlank();
    }

    @Test
    @DisplayName("a number of those records is what Prosody reads at once")
    void fits() {
        assertThat(8192 % EvenWriter.PIECE).isZero();
    }

    @Test
    @DisplayName("goes out as it is again some seconds after it was much")
    void littleAgain() throws IOException {
        for (int i = 0; i < 100; i++) {
            stanza(5800);
        }
        millis += 5_000;
        records.clear();
        stanza(700);

        assertThat(records).singleElement().asString().hasSize(700);
    }
}
