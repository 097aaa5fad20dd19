package dev.voxgrad.engine.random;

import java.util.Arrays;
import java.util.Map;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class RandomPurposeTest {
    /** Changing a key would change the results of every run. */
    @Test
    void keysNeverChange() {
        Map<RandomPurpose, Integer> keys = Map.ofEntries(
                Map.entry(RandomPurpose.ANY, 0),
                Map.entry(RandomPurpose.SHUFFLE, 100),
                Map.entry(RandomPurpose.SYNTHETIC_VOLUME, 101),
                Map.entry(RandomPurpose.FOLDS, 102),
                Map.entry(RandomPurpose.MEMBER_SEED, 200),
                Map.entry(RandomPurpose.BOOTSTRAP, 400),
                Map.entry(RandomPurpose.SEARCH, 500),
                Map.entry(RandomPurpose.SUGGESTION, 501),
                Map.entry(RandomPurpose.TREES, 600),
                Map.entry(RandomPurpose.BAGS, 601),
                Map.entry(RandomPurpose.INITIALIZATION, 0x494E4954));
        assertThat(keys).containsOnlyKeys(RandomPurpose.values());
        keys.forEach((purpose, key) ->
                assertThat(purpose.key()).as(purpose.toString()).isEqualTo(key));
    }

    @Test
    void noTwoPurposesShareAKey() {
        assertThat(Arrays.stream(RandomPurpose.values()).map(RandomPurpose::key))
                .doesNotHaveDuplicates();
    }

    @Test
    void aPurposeAndItsKeyOpenTheSameStream() {
        for (RandomPurpose purpose : RandomPurpose.values()) {
            RandomStream byPurpose = new RandomStream(1, 2, 3, purpose);
            RandomStream byKey = new RandomStream(1, 2, 3, purpose.key());
            assertThat(byPurpose.nextLong()).isEqualTo(byKey.nextLong());
        }
    }

    @Test
    void eachNameOwnsKeysThatStartAtItsHash() {
        assertThat(RandomPurpose.named("blur", 0)).isEqualTo("blur".hashCode());
        assertThat(RandomPurpose.named("blur", 9)).isEqualTo("blur".hashCode() + 9);
        assertThatThrownBy(() -> RandomPurpose.named("blur", 16))
                .hasMessage("random purpose blur: attempt is 16, expected 0 to 15");
        assertThatThrownBy(() -> RandomPurpose.named("blur", -1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void findsNamesThatCollide() {
        assertThat("Aa".hashCode()).isEqualTo("BB".hashCode());
        assertThat(RandomPurpose.overlap("Aa", "BB")).isTrue();
        assertThat(RandomPurpose.overlap("a", "b")).isTrue();
        assertThat(RandomPurpose.overlap("blur", "noise")).isFalse();
        // 'd' is 100, the key of SHUFFLE; 'U' is 85, whose keys end at 100.
        for (String taken : new String[] {"", "d", "e", "U"}) {
            assertThatThrownBy(() -> RandomPurpose.requireFree(taken))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("choose another name");
        }
        assertThatCode(() -> RandomPurpose.requireFree("g")).doesNotThrowAnyException();
        assertThatCode(() -> RandomPurpose.requireFree("T")).doesNotThrowAnyException();
    }
}
