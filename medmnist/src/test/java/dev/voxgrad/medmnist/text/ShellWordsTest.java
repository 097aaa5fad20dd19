package dev.voxgrad.medmnist.text;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class ShellWordsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "a b",
                "it's",
                "patient's runs (new)",
                "$HOME",
                "`id`",
                "a\"b",
                "\\",
                "*",
                "~/x",
                "#x",
                "a;b",
                "!!",
                "-n",
                "a\nb",
                "=x"
            })
    void shellReadsBackWords(String word) throws IOException, InterruptedException {
        Process shell = new ProcessBuilder("sh", "-c", "printf '<%s>' " + ShellWords.line(List.of(word, word))).start();
        String read = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(shell.waitFor()).isZero();
        assertThat(read).isEqualTo("<" + word + "><" + word + ">");
    }

    @Test
    void leavesPlainWordsUnquoted() {
        assertThat(ShellWords.line(List.of("medmnist", "ensemble", "/tmp/run-1", "--split=val")))
                .isEqualTo("medmnist ensemble /tmp/run-1 --split=val");
    }

    @Test
    void pathsCannotBeOptionsOrHomeFolders() {
        assertThat(ShellWords.quote(Path.of("-run"))).isEqualTo("./-run");
        assertThat(ShellWords.quote(Path.of("~/a b"))).isEqualTo("'./~/a b'");
    }
}
