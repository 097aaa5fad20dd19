package dev.voxgrad.medmnist.cli.ui;

import java.io.PrintWriter;
import java.io.StringWriter;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class VisibleWriterTest {
    private final StringWriter out = new StringWriter();
    private final PrintWriter writer = VisibleWriter.to(new PrintWriter(out));

    @Test
    void makesControlCharactersVisible() {
        writer.print("a\u001b[31mb\rc");
        writer.print('\u009b');
        writer.printf("%s%n", "\u202e");
        assertThat(out.toString()).isEqualTo("a\\u001b[31mb\\u000dc\\u009b\\u202e" + System.lineSeparator());
    }

    @Test
    void passesLineEndsAndSurrogatesInPieces() {
        for (char c : "x\r\ny 🩻\n".toCharArray()) {
            writer.print(c);
            writer.flush();
        }
        assertThat(out.toString()).isEqualTo("x\r\ny 🩻\n");
    }

    @Test
    void boundsLines() {
        writer.println("x".repeat(VisibleWriter.LONGEST_LINE + 5));
        writer.println("y");
        assertThat(out.toString().lines())
                .containsExactly("x".repeat(VisibleWriter.LONGEST_LINE) + " … (5 more characters)", "y");
    }

    @Test
    void rawBypassesTheWriter() {
        VisibleWriter.raw(writer).print("\u001b[J");
        assertThat(out.toString()).isEqualTo("\u001b[J");
        PrintWriter other = new PrintWriter(out);
        assertThat(VisibleWriter.raw(other)).isSameAs(other);
    }
}
