package dev.tandem.assistant.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What a device wants, as git-annex writes it")
class WantTest {
    @Test
    @DisplayName("is a directory with all that is in it, or what a pattern matches")
    void only() {
        assertThat(Want.expression(List.of("photos/", "*.mp3"), List.of()))
                .isEqualTo("include=photos or include=photos/* or include=*.mp3");
    }

    @Test
    @DisplayName("is all but some, or some of which others are left out")
    void except() {
        assertThat(Want.expression(List.of(), List.of("films"))).isEqualTo("exclude=films and exclude=films/*");
        assertThat(Want.expression(List.of("./a"), List.of("a/*.iso")))
                .isEqualTo("(include=a or include=a/*) and exclude=a/*.iso");
    }

    @Test
    @DisplayName("has no words of its own where a name has blanks or brackets")
    void blanks() {
        assertThat(Want.expression(List.of("my photos (old)"), List.of()))
                .isEqualTo("include=my?photos??old? or include=my?photos??old?/*");
    }
}
