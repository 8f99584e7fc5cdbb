package dev.tandem.gitsync.annex;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The expected values are what {@code git annex examinekey} and {@code git annex calckey} 10.20230126 print. */
@DisplayName("A git-annex key")
class KeyTest {
    @ParameterizedTest(name = "{0}")
    @DisplayName("is read, printed and placed as git-annex does")
    @CsvSource(delimiter = '|', textBlock = """
            SHA256E-s10--abc.txt | SHA256E-s10--abc.txt | 0X/vW | 18c/0c3
            SHA256-s10--abc | SHA256-s10--abc | 7w/99 | f19/9a4
            WORM-s3-m1234--a/b | WORM-s3-m1234--a%b | J5/mj | c5c/d3c
            URL--http&c%%example.com%x | URL--http&ac&s&sexample.com&sx | 1P/v3 | 7e3/842
            URL--http://example.com/x?a=1&b=2 | URL--http&c%%example.com%x?a=1&ab=2 | WZ/gv | 350/fcb
            MD5-s1--x%y | MD5-s1--x&sy | G3/K8 | 638/f66
            FOO-s1--x | FOO-s1--x | 1Q/F5 | 565/0fe
            foo--bar | foo--bar | mZ/4z | d5a/b92
            SHA256E-s10-S5-C1--x | SHA256E-s10-S5-C1--x | 5w/V3 | 513/1ec
            SHA256E-s10-m5-S5-C1--x | SHA256E-s10-m5-S5-C1--x | 3v/2W | d0c/009
            SHA256E--x | SHA256E--x | Vk/V9 | ee9/e6e
            SHA256E-s1--../../etc/passwd | SHA256E-s1--..%..%etc%passwd | mz/GM | eaa/377
            A----x | A----x | w4/kz | 64a/4ba
            SHA256E-s27--57d91250fac9474e931a740cbf8ee43a1f75cbcb1f3ba6d5c837f61ca3f0bb61.sh | \
            SHA256E-s27--57d91250fac9474e931a740cbf8ee43a1f75cbcb1f3ba6d5c837f61ca3f0bb61.sh | 0j/1Z | 2c5/805
            """)
    void vectors(String text, String file, String mixed, String lower) {
        Key key = Key.parse(text).orElseThrow();

        assertThat(key).hasToString(text);
        assertThat(key.file()).isEqualTo(file);
        assertThat(Key.ofFile(file)).contains(key);
        assertThat(HashDirectories.mixed(key)).isEqualTo(mixed);
        assertThat(HashDirectories.lower(key)).isEqualTo(lower);
    }

    @Test
    @DisplayName("tells its fields apart")
    void fields() {
        Key key = Key.parse("SHA256E-s10-m5-S6-C7--x.txt").orElseThrow();

        assertThat(key.backend()).isEqualTo("SHA256E");
        assertThat(key.sizeBytes()).hasValue(10);
        assertThat(key.modifiedSeconds()).hasValue(5);
        assertThat(key.chunkBytes()).hasValue(6);
        assertThat(key.chunkNumber()).hasValue(7);
        assertThat(key.name()).isEqualTo("x.txt");
        assertThat(Key.parse("SHA256E-s007--x")).map(Key::sizeBytes).contains(OptionalLong.of(7));
    }

    @ParameterizedTest
    @DisplayName("is not what git-annex takes for none, nor what cannot be stored")
    @ValueSource(
            strings = {
                "",
                "SHA256E-S10-C1-s10--x",
                "SHA256E-s10-x",
                "SHA256E-s--x",
                "SHA256E-s1x--x",
                "--x",
                "SHA256E-s-1--x",
                "SHA256-s1-m-5--x",
                "../..--x",
                "SHA256E-s1--a\nb",
                "SHA256E-s1--a\rb",
                "SHA256E-s1--a\0b",
                "SHA256E-s1--\ud800",
                "SHA256E-s1--",
                "SHA256E-s9999999999999999999--x"
            })
    void refused(String text) {
        assertThat(Key.parse(text)).isEmpty();
    }

    @Test
    @DisplayName("is refused with an extension of more than 64 bytes, or when no file system could hold its name")
    void lengths() {
        assertThat(Key.parse("SHA256E-s1--x." + "a".repeat(63))).isPresent();
        assertThat(Key.parse("SHA256E-s1--x." + "a".repeat(64))).isEmpty();
        assertThat(Key.parse("SHA256-s1--x." + "a".repeat(64))).isPresent();
        assertThat(Key.parse("URL--" + "a".repeat(246))).isPresent();
        assertThat(Key.parse("URL--" + "a".repeat(247))).isEmpty();
        assertThat(Key.parse("URL--" + "/".repeat(246))).isPresent();
        assertThat(Key.parse("URL--" + "&".repeat(124))).as("escaped").isEmpty();
    }

    @Test
    @DisplayName("never names a file elsewhere")
    void staysInPlace() {
        assertThat(Key.ofFile("SHA256E-s1--../../x")).isEmpty();
        assertThat(Key.ofFile("SHA256E-s1--..%x").orElseThrow().file()).doesNotContain("/");
    }

    @Test
    @DisplayName("says which digest proves its content, where one does")
    void digests() {
        assertThat(Key.parse("SHA256E-s1--AB.txt").orElseThrow().digest()).contains("SHA-256");
        assertThat(Key.parse("SHA256E-s1--AB.txt").orElseThrow().digestHex()).isEqualTo("ab");
        assertThat(Key.parse("SHA3_512-s1--ab").orElseThrow().digest()).contains("SHA3-512");
        assertThat(Key.parse("MD5E-s1--ab").orElseThrow().digest()).contains("MD5");
        assertThat(Key.parse("WORM-s1-m1--ab").orElseThrow().digest()).isEmpty();
        assertThat(Key.parse("URL--ab").orElseThrow().digest()).isEmpty();
        assertThat(Key.parse("SHA256-s1-S1-C1--ab").orElseThrow().digest()).isEmpty();
    }

    @ParameterizedTest(name = "{0} -> {1}")
    @DisplayName("keeps of a name what git-annex keeps")
    @CsvSource(delimiter = '|', emptyValue = "", textBlock = """
            foo.tar.gz | .tar.gz
            a.b.c.d | .c.d
            foo.jpegx | ''
            foo.longer.gz | .gz
            foo.gz.longer | ''
            .hidden | ''
            foo..txt | .txt
            foo. | ''
            x.aa.b c.txt | .aa.txt
            foo.日 | .日
            foo.日本 | ''
            v1.2.3 | .2.3
            foo.txt~ | ''
            ...a.b.c | .b.c
            a.b-c.d.e | .d.e
            x.y. | .y
            .tar.gz | .gz
            é.é.x | .é.x
            x.ABCD.EFGH.i | .EFGH.i
            x.. | ''
            README | ''
            x.a_b.c | .c
            x.12345.mp3 | .mp3
            a.mp4.part | .mp4.part
            x.....gz | .gz
            x.aé.b | .aé.b
            f.x y | ''
            a.b/c | ''
            """)
    void extensions(String name, String extension) {
        assertThat(Extension.of(name)).isEqualTo(extension);
        assertThat(Extension.of("dir.x/" + name)).isEqualTo(extension);
    }

    @Test
    @DisplayName("is made of size, digest and name")
    void made() {
        assertThat(Key.of("SHA256E", 5, "ab", "d/x.tar.gz")).hasToString("SHA256E-s5--ab.tar.gz");
    }

    @Test
    @DisplayName("is that of the same content under another name only if git-annex keeps the same end of both")
    void sameUnderAnotherName() {
        Key key = Key.of("SHA256E", 5, "ab", "x.gz");

        assertThat(key.isFor("d/y.gz")).isTrue();
        assertThat(key.isFor("x.gz.gz")).isFalse();
        assertThat(key.isFor("x")).isFalse();
        assertThat(Key.of("SHA256E", 5, "ab", "x").isFor("x.gz")).isFalse();
        assertThat(Key.of("SHA256", 5, "ab", "x").isFor("x.gz")).isTrue();
    }
}
