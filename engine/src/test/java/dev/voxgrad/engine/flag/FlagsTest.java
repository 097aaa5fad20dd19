package dev.voxgrad.engine.flag;

import java.util.List;
import java.util.Locale;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class FlagsTest {
    private static final List<Colour> COLOURS = List.of(Colour.values());

    private enum Colour implements Flagged {
        RED,
        BLUE;

        @Override
        public String flag() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Test
    void findsByExactName() {
        assertThat(Flags.parse("colour", "blue", COLOURS)).isEqualTo(Colour.BLUE);
        assertThat(Flags.find("BLUE", COLOURS)).isEmpty();
        assertThat(Flags.find(null, COLOURS)).isEmpty();
    }

    @Test
    void unknownNameListsKnownOnes() {
        assertThatThrownBy(() -> Flags.parse("colour", "green", COLOURS))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("colour is 'green'; expected red, blue");
    }
}
