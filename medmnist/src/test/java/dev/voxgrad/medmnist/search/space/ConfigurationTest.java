package dev.voxgrad.medmnist.search.space;

import java.util.List;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.voxgrad.medmnist.run.json.RunJson;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ConfigurationTest {
    private static final Space SPACE = SpaceFile.parse(
            List.of(
                    "net choice net1, net2",
                    "lr log 1e-9 to 1e3",
                    "weight-decay uniform 0 to 0.3 when net = net2",
                    "batch-size int 1 to 1000"),
            "space");

    /** Contains a configuration as files of a search do. */
    record Holder(Configuration configuration) {}

    @Property(tries = 200)
    void everyDrawIsInTheSpaceAndRoundTrips(@ForAll long seed, @ForAll @IntRange(max = 10_000) int trial) {
        Configuration drawn = SPACE.draw(seed, trial);
        assertThat(SPACE.canonical(drawn)).isEqualTo(drawn);
        assertThat(Configuration.parse(drawn.toText())).isEqualTo(drawn);
        assertThat(RunJson.read(RunJson.write(new Holder(drawn)), Holder.class, "file"))
                .isEqualTo(new Holder(drawn));
        assertThat(drawn.find("weight-decay").isPresent())
                .isEqualTo(drawn.find("net").orElseThrow().equals("net2"));
        assertThat(SPACE.draw(seed, trial)).isEqualTo(drawn);
    }

    @Property(tries = 500)
    void numbersRoundTrip(@ForAll double value) {
        assertThat(Decimals.parse(Decimals.text(value))).isEqualTo(value == 0 ? 0 : value);
    }

    @ParameterizedTest
    @CsvSource({"0.001, 0.001", "2.4E-5, 2.4e-5", "1e7, 1e7", "100, 100", "-0.5, -0.5", "123456.75, 123456.75", "0, 0"})
    void numbersAreShort(double value, String text) {
        assertThat(Decimals.text(value)).isEqualTo(text);
    }

    @Test
    void drawOfADimensionDoesNotDependOnThoseBefore() {
        Space other = SpaceFile.parse(
                List.of("net choice net1, net2, net3", "lr log 1e-9 to 1e3", "ema uniform 0 to 0.5"), "space");
        assertThat(other.draw(5, 6).find("lr")).isEqualTo(SPACE.draw(5, 6).find("lr"));
        assertThat(other.draw(5, 7).find("lr")).isNotEqualTo(SPACE.draw(5, 6).find("lr"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "lr                  | setting is lr; expected NAME=VALUE, such as lr=0.001",
                "=3                  | setting is =3; expected NAME=VALUE",
                "lr=1 lr=2           | number of values of lr is 2 or more; expected 1",
                "LR=1                | dimension is LR; expected lower-case letters",
                "lr=                 | value is ; expected at most 80 letters",
                "lr=<b>              | value is <b>; expected at most 80 letters",
            })
    void refusesOtherTexts(String text, String message) {
        assertThatThrownBy(() -> Configuration.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void canonicalFormHasTheOrderAndSpellingOfTheSpace() {
        assertThat(SPACE.canonical(Configuration.parse("batch-size=32.0 net=net1 lr=1E-3"))
                        .toText())
                .isEqualTo("net=net1 lr=0.001 batch-size=32");
        assertThatThrownBy(() -> SPACE.canonical(Configuration.parse("net=net1 lr=1 batch-size=1 weight-decay=0")))
                .hasMessageContaining("expected no weight-decay");
    }
}
