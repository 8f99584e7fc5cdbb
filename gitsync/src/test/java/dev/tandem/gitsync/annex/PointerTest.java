package dev.tandem.gitsync.annex;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A pointer")
class PointerTest {
    private static final Key KEY = Key.parse("SHA256E-s1--ab.txt").orElseThrow();

    @Test
    @DisplayName("is one line that names the key")
    void written() {
        assertThat(text(Pointer.of(KEY))).isEqualTo("/annex/objects/SHA256E-s1--ab.txt\n");
        Key url = Key.parse("URL--http://x/é").orElseThrow();
        assertThat(text(Pointer.of(url))).isEqualTo("/annex/objects/URL--http&c%%x%é\n");
        assertThat(Pointer.parse(Pointer.of(url))).contains(url);
    }

    @ParameterizedTest
    @DisplayName("is recognized with all that git-annex tolerates")
    @ValueSource(
            strings = {
                "/annex/objects/SHA256E-s1--ab.txt\n",
                "/annex/objects/SHA256E-s1--ab.txt",
                "/annex/objects/SHA256E-s1--ab.txt\r\n",
                "junk/annex/objects/SHA256E-s1--ab.txt\n",
                ".git/annex/objects/0X/vW/SHA256E-s1--ab.txt/SHA256E-s1--ab.txt",
                "../../.git/annex/objects/0X/vW/SHA256E-s1--ab.txt/SHA256E-s1--ab.txt",
                "/annex/objects/SHA256E-s1--ab.txt\n/annex/more\n",
                "/annex/objects/SHA256E-s1--ab.txt\nx /annex/ y\n/annex/\n",
            })
    void tolerated(String blob) {
        assertThat(Pointer.parse(bytes(blob))).contains(KEY);
    }

    @ParameterizedTest
    @DisplayName("is not what git-annex takes for content")
    @ValueSource(
            strings = {
                "",
                "annex/objects/SHA256E-s1--ab.txt\n",
                "/annex/objects/\n",
                "/annex/objects/nokey\n",
                "/annex/objects/SHA256E-s1--ab.txt\nmore\n",
                "/annex/objects/SHA256E-s1--ab.txt\n\n",
                "/annex/objects/SHA256E-s1--ab.txt\n/annex/more",
                "\n/annex/objects/SHA256E-s1--ab.txt\n",
                "/annex/objects/SHA256E-sx--ab.txt\n",
            })
    void content(String blob) {
        assertThat(Pointer.parse(bytes(blob))).isEmpty();
    }

    @Test
    @DisplayName("may have anything before it, in any encoding")
    void otherEncoding() {
        byte[] blob = "d\u00e9/.git/annex/objects/SHA256E-s1--ab.txt".getBytes(StandardCharsets.ISO_8859_1);

        assertThat(Pointer.parse(blob)).contains(KEY);
    }

    @Test
    @DisplayName("has a key in UTF-8")
    void noUtf8() {
        byte[] blob = "/annex/objects/SHA256E-s1--\u00e9\n".getBytes(StandardCharsets.ISO_8859_1);

        assertThat(Pointer.parse(blob)).isEmpty();
    }

    @Test
    @DisplayName("has at most 32,768 bytes")
    void size() {
        byte[] longest = new byte[Pointer.BYTES_MAX];
        byte[] pointer = Pointer.of(KEY);
        Arrays.fill(longest, (byte) 'x');
        System.arraycopy(pointer, 0, longest, longest.length - pointer.length, pointer.length);
        byte[] longer = new byte[longest.length + 1];
        Arrays.fill(longer, (byte) 'x');
        System.arraycopy(pointer, 0, longer, longer.length - pointer.length, pointer.length);

        assertThat(Pointer.parse(longest)).contains(KEY);
        assertThat(Pointer.parse(longer)).isEmpty();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
