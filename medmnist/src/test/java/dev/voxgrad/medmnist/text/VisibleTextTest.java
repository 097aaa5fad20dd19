package dev.voxgrad.medmnist.text;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class VisibleTextTest {
    @Test
    void escapesTerminalControls() {
        assertThat(VisibleText.of("\u001b[2J \u0007 \u009b31m \r \u007f \b"))
                .isEqualTo("\\u001b[2J \\u0007 \\u009b31m \\u000d \\u007f \\u0008");
    }

    @Test
    void escapesDirectionMarksAndHalfSurrogates() {
        assertThat(VisibleText.of("\u202egnp.exe \u2066 \u200e \u2028 \ud800 \udc00x \ufeff"))
                .isEqualTo("\\u202egnp.exe \\u2066 \\u200e \\u2028 \\ud800 \\udc00x \\ufeff");
    }

    @Test
    void keepsOrdinaryTextOfAllLanguages() {
        String text = "Süd\t→ 肝臓 Ω\nعربي न\u200dह 🩻 e\u0301";
        assertThat(VisibleText.of(text)).isEqualTo(text);
    }

    @Test
    void lineIsBoundedAndHasNoLineEnds() {
        assertThat(VisibleText.line("a\nmedmnist: all is fine", 100)).isEqualTo("a\\nmedmnist: all is fine");
        assertThat(VisibleText.line("a" + "b".repeat(1_000_000) + "c", 13)).isEqualTo("abbbb … bbbbc");
    }

    @Property
    void anyLineIsVisibleAndBounded(@ForAll String text, @ForAll @IntRange(min = 10, max = 50) int most) {
        String line = VisibleText.line(text, most);
        assertThat(line).hasSizeLessThanOrEqualTo(most).doesNotContain("\n");
        assertThat(VisibleText.of(line).codePoints()).allMatch(VisibleText::isVisible);
    }
}
