package dev.voxgrad.medmnist.io;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class HomeTest {
    private static Optional<Path> home(String variable, String property) {
        Properties properties = new Properties();
        properties.setProperty("user.home", property);
        return Home.folder(variable == null ? Map.of() : Map.of("HOME", variable), properties);
    }

    @Test
    void variableTakesPrecedence() {
        assertThat(home("/users/me", "/home/me")).hasValue(Path.of("/users/me"));
        assertThat(home(null, "/home/me")).hasValue(Path.of("/home/me"));
        assertThat(home("", "/home/me")).hasValue(Path.of("/home/me"));
    }

    @Test
    void unknownUserHasNoHome() {
        assertThat(home(null, "?")).isEmpty();
        assertThat(home("", "")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "~, /h",
        "~/, /h",
        "~/data/x, /h/data/x",
        "~//data, /h/data",
        "~someone/x, ~someone/x",
        "a/~/b, a/~/b",
        "./~, ./~",
        "/abs, /abs",
        "x~, x~"
    })
    void expandsALeadingTilde(String written, String path) {
        assertThat(Home.expand(written, Optional.of(Path.of("/h")))).isEqualTo(Path.of(path));
    }

    @Test
    void refusesTildeWithoutAHome() {
        assertThatThrownBy(() -> Home.expand("~/x", Optional.empty()))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("'~/x'")
                .hasMessageContaining("HOME is not set");
        assertThat(Home.expand("x", Optional.empty())).isEqualTo(Path.of("x"));
    }
}
