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
    /** Runs of older versions round, by numpy.rint(numpy.clip((v - lo) / (hi - lo), 0, 1) * 255) / 255. */
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
        assertThat(new Window(low, high, null).value(value)).isEqualTo(grey / 255f);
        assertThat(new Window(low, high).value(value)).isBetween((grey - 0.5f) / 255, (grey + 0.5f) / 255);
    }

    /** By numpy.float32(numpy.clip((v + 1000) / 1400, 0, 1)). */
    @Test
    void doesNotRound() {
        Window window = new Window(-1000, 400);
        assertThat(window.value(-999)).isEqualTo(1 / 1400f);
        assertThat(window.value(-998)).isEqualTo(2 / 1400f);
        assertThat(window.value(399.5)).isEqualTo(0.99964285f);
    }

    @Test
    void leavesBytesAsTheyAre() {
        for (int value = 0; value < 256; value++) {
            assertThat(Window.BYTES.value(value)).isEqualTo(value / 255f);
            assertThat(new Window(0, 255, null).value(value)).isEqualTo(value / 255f);
        }
    }

    @Property(tries = 500)
    void isMonotonicAndReachesBothEnds(
            @ForAll @DoubleRange(min = -1e6, max = 1e6) double low,
            @ForAll @DoubleRange(min = 0.01, max = 1e6) double width,
            @ForAll @DoubleRange double first,
            @ForAll @DoubleRange double second) {
        Window window = new Window(low, low + width);
        assertThat(window.value(low)).isZero();
        assertThat(window.value(low + width)).isOne();
        float less = window.value(low + width * Math.min(first, second));
        float more = window.value(low + width * Math.max(first, second));
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
