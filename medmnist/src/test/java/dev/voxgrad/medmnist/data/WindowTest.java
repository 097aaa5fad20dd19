package dev.voxgrad.medmnist.data;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class WindowTest {
    /** By numpy.rint(numpy.clip((v - lo) / (hi - lo), 0, 1) * 255). */
    @ParameterizedTest
    @CsvSource({
        "-1000, 400, -1000, 0",
        "-1000, 400, 400, 255",
        "-1000, 400, -300, 128",
        "-1000, 400, -2000, 0",
        "-1000, 400, 1e300, 255",
        "0, 1, 0.5, 128",
        "0, 1, 0.25, 64",
        "0, 1, 0.001, 0",
        "0, 1, 0.002, 1",
        "0, 510, 1, 0",
        "0, 510, 3, 2",
        "0, 510, 5, 2",
        "-1e308, 7e307, 7e307, 255",
        "0, 4.9e-324, 4.9e-324, 255"
    })
    void mapsAsNumPyDoes(double low, double high, double value, int grey) {
        assertThat(new Window(low, high).grey(value) & 0xFF).isEqualTo(grey);
    }

    @Test
    void leavesBytesAsTheyAre() {
        byte[] table = Window.BYTES.ofBytes();
        for (int value = 0; value < 256; value++) {
            assertThat(table[value]).isEqualTo((byte) value);
        }
        assertThat(Window.MASK.ofBytes()).startsWith(0, -1, -1);
    }

    @Property(tries = 500)
    void isMonotonicAndReachesBothEnds(
            @ForAll @DoubleRange(min = -1e6, max = 1e6) double low,
            @ForAll @DoubleRange(min = 0.01, max = 1e6) double width,
            @ForAll @DoubleRange double first,
            @ForAll @DoubleRange double second) {
        Window window = new Window(low, low + width);
        assertThat(window.grey(low)).isZero();
        assertThat(window.grey(low + width)).isEqualTo((byte) 255);
        int less = window.grey(low + width * Math.min(first, second)) & 0xFF;
        int more = window.grey(low + width * Math.max(first, second)) & 0xFF;
        assertThat(less).isLessThanOrEqualTo(more);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "-1000,400; -1000,400",
                "0,1; 0,1",
                " 0.5 , 2e3 ; 0.5,2000",
                "-0,1; 0,1",
                "1e20,1e21; 1.0E20,1.0E21",
                "0.1,0.30000000000000004; 0.1,0.30000000000000004"
            })
    void readsWhatItWrites(String text, String written) {
        assertThat(Window.parse(text)).hasToString(written);
        assertThat(Window.parse(written)).isEqualTo(Window.parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "5",
                "1,2,3",
                "a,b",
                "1;2",
                ",",
                "1,1",
                "2,1",
                "NaN,1",
                "0,Infinity",
                "0,1e400",
                "-1e308,1e308"
            })
    void refusesEverythingElse(String text) {
        assertThatThrownBy(() -> Window.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("window is '")
                .hasMessageContaining("expected two finite numbers");
    }
}
