package dev.voxgrad.medmnist.cli.ui;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import java.util.OptionalInt;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.voxgrad.medmnist.cli.Screen;

import static org.assertj.core.api.Assertions.assertThat;

class ConsoleTest {
    private static final String[] PARTS = {"member 10 net1  epoch 3/500", "step 7/38", "2 h 10 min left", "loss 0.1234"
    };

    private final StringWriter out = new StringWriter();

    private Console console(int columns) {
        return new Console(VisibleWriter.to(new PrintWriter(out)), false, () -> OptionalInt.of(columns));
    }

    @ParameterizedTest
    @CsvSource({
        "120, member 10 net1  epoch 3/500  step 7/38  2 h 10 min left  loss 0.1234",
        "69, member 10 net1  epoch 3/500  step 7/38  2 h 10 min left  loss 0.1234",
        "68, member 10 net1  epoch 3/500  step 7/38  2 h 10 min left",
        "60, member 10 net1  epoch 3/500  step 7/38  " + "2 h 10 min left",
        "40, member 10 net1  epoch 3/500  step 7/38",
        "20, member 10 net1  epo",
        "2, m"
    })
    void statusLineLeavesOutPartsThatDoNotFit(int columns, String shown) {
        console(columns).status(PARTS);
        assertThat(Screen.rows(out.toString(), columns)).containsExactly(shown);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 20, 60, 80, 120})
    void statusLineLeavesNoRowsBehind(int columns) throws InterruptedException {
        Console console = console(columns);
        console.line("a");
        console.status(PARTS);
        Thread.sleep(250);
        console.status("member 10 net1  epoch 3/500");
        console.line("b");
        console.status(PARTS);
        console.clear();
        assertThat(Screen.rows(out.toString(), columns)).containsExactly("a", "b");
    }

    /**
     * A terminal that is made narrower wraps its lines, and the cursor stays at its character. If it is at the first
     * one, everything after it can be erased.
     */
    @Test
    void cursorWaitsAtTheStartOfTheStatusLine() {
        console(120).status(PARTS);
        assertThat(out.toString()).endsWith("loss 0.1234\r");
    }

    @Test
    void noStatusLineInFilesOrWithQuiet() {
        new Console(new PrintWriter(out), false, OptionalInt::empty).status(PARTS);
        new Console(new PrintWriter(out), true, () -> OptionalInt.of(80)).status(PARTS);
        assertThat(out.toString()).isEmpty();
        assertThat(TerminalWidth.canErase(Map.of("TERM", "dumb"))).isFalse();
        assertThat(TerminalWidth.canErase(Map.of())).isFalse();
        assertThat(TerminalWidth.canErase(Map.of("TERM", "xterm-256color", "NO_COLOR", "1")))
                .isTrue();
    }

    @Test
    void foreignTextCannotControlTheTerminal() {
        Console console = console(80);
        console.line("\u001b]0;owned\u0007");
        console.warning("\u001b[2J\nmedmnist: all is fine");
        console.status("\u001b[2J");
        assertThat(Screen.rows(out.toString(), 80))
                .containsExactly("\\u001b]0;owned\\u0007", "warning: \\u001b[2J\\nmedmnist: all is fine", "\\u001b[2J");
    }
}
