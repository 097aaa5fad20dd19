package dev.voxgrad.medmnist.augment;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.junit.jupiter.api.Test;

import dev.voxgrad.engine.random.RandomPurpose;
import dev.voxgrad.engine.random.RandomStream;
import dev.voxgrad.engine.volume.Volume;
import dev.voxgrad.medmnist.data.Sample;
import dev.voxgrad.medmnist.data.SampleTransform;
import dev.voxgrad.medmnist.io.DataException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

class RecipeTest {
    private final Volume volume = new Volume(1, 5, 6, 7);

    /** Fills the volume again. */
    private Volume filled() {
        for (int i = 0; i < volume.values().length; i++) {
            volume.values()[i] = i % 17 / 17f;
        }
        return volume;
    }

    private float[] result(Recipe recipe, long seed, int epoch, int index, int attempt) {
        recipe.apply(filled(), seed, new Sample("train", index, epoch, attempt));
        return volume.values().clone();
    }

    @Test
    void sameNameGivesSameVolume() {
        float[][] first = new float[50][];
        for (int i = 0; i < 50; i++) {
            first[i] = result(Recipe.TORCHIO, 3, 1, i, 0);
        }
        for (int i = 49; i >= 0; i--) {
            assertThat(result(Recipe.TORCHIO, 3, 1, i, 0)).isEqualTo(first[i]);
        }
    }

    @Test
    void everyPartOfTheNameMatters() {
        int[] different = new int[4];
        for (int i = 0; i < 100; i++) {
            float[] base = result(Recipe.TORCHIO, 3, 1, i, 0);
            different[0] += Arrays.equals(base, result(Recipe.TORCHIO, 4, 1, i, 0)) ? 0 : 1;
            different[1] += Arrays.equals(base, result(Recipe.TORCHIO, 3, 2, i, 0)) ? 0 : 1;
            different[2] += Arrays.equals(base, result(Recipe.TORCHIO, 3, 1, i + 100, 0)) ? 0 : 1;
            different[3] += Arrays.equals(base, result(Recipe.TORCHIO, 3, 1, i, 1)) ? 0 : 1;
        }
        // All but the share of pairs that pass unchanged both times, 0.295², differ.
        assertThat(Arrays.stream(different)).allMatch(count -> count > 75);
    }

    /** Leaving out or reordering other transforms does not change what one draws. */
    @Test
    void transformDrawsTheSameInAnyRecipe() {
        for (Recipe.Step step : Recipe.TORCHIO.steps()) {
            if (step.transform().name().equals("noise")) {
                continue; // its draws are identified by its stream
            }
            Recipe alone = new Recipe("alone", "one step", List.of(step));
            for (int i = 0; i < 40; i++) {
                Sample sample = new Sample("train", i, 0);
                List<String> there = words(Recipe.TORCHIO.apply(filled(), 1, sample));
                for (String change : words(alone.apply(filled(), 1, sample))) {
                    assertThat(there).contains(change);
                }
            }
        }
    }

    private static List<String> words(List<Transform.Change> changes) {
        return changes.stream().map(Object::toString).toList();
    }

    /** p = .2 .4 .2 .1 .2 .2, half of the flips do nothing, and 29.5 % of all samples stay as they are. */
    @Test
    void transformsAreAppliedAtTheirRates() {
        int n = 20_000;
        Map<String, Integer> counts = new HashMap<>();
        int untouched = 0;
        int together = 0;
        for (int i = 0; i < n; i++) {
            List<String> words = words(Recipe.TORCHIO.apply(filled(), 1, new Sample("train", i, 0)));
            words.forEach(word -> counts.merge(word.split(",| by")[0], 1, Integer::sum));
            untouched += words.stream().allMatch("no flip"::equals) ? 1 : 0;
            together += words.stream()
                                    .filter(word -> word.startsWith("noise") || word.startsWith("affine"))
                                    .count()
                            == 2
                    ? 1
                    : 0;
        }
        Map<String, Double> expected = Map.of(
                "noise",
                0.2,
                "flip of X",
                0.2,
                "no flip",
                0.2,
                "blur",
                0.2,
                "bias field",
                0.1,
                "motion",
                0.2,
                "affine",
                0.2);
        assertThat(counts.keySet()).isEqualTo(expected.keySet());
        expected.forEach((word, p) -> assertThat(counts.get(word) / (double) n)
                .as(word)
                .isCloseTo(p, within(5 * Math.sqrt(p * (1 - p) / n))));
        assertThat(together / (double) n)
                .as("steps are independent")
                .isCloseTo(0.04, within(5 * Math.sqrt(0.04 * 0.96 / n)));
        double all = Math.pow(0.8, 5) * 0.9;
        assertThat(all).isCloseTo(0.295, within(5e-4));
        assertThat(untouched / (double) n).isCloseTo(all, within(5 * Math.sqrt(all * (1 - all) / n)));
    }

    @Test
    void namesSamplesWithNonFiniteValues() {
        filled().values()[3] = Float.NaN;
        assertThatThrownBy(() -> Recipe.TORCHIO.apply(volume, 1, new Sample("train", 12, 6)))
                .isInstanceOf(DataException.class)
                .hasMessage("train: volume 12 in epoch 7 holds NaN at channel 0, voxel (0,0,3); the augmentation "
                        + "expects finite numbers");
        Recipe bias = new Recipe("bias", "always", List.of(new Recipe.Step(1, new RandomBiasField(0.5))));
        Arrays.fill(volume.values(), Float.MAX_VALUE);
        assertThatThrownBy(() -> bias.apply(volume, 1, new Sample("train", 12, 6)))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith("train: volume 12 in epoch 7 was given Infinity at channel 0, voxel (")
                .hasMessageContaining("by bias field");
    }

    @Test
    void namesAreUniqueAndKnown() {
        Recipe.Step noise = new Recipe.Step(1, new RandomNoise(0.1));
        assertThatThrownBy(() -> new Recipe("twice", "", List.of(noise, noise))).hasMessageContaining("same name");
        assertThatThrownBy(() -> new Recipe.Step(1.5, new RandomNoise(0.1))).hasMessageContaining("noise is 1.5");
        assertThatThrownBy(() -> Recipe.byFlag("flips"))
                .hasMessage("augment is 'flips'; expected torchio, centred, none");
        assertThat(Recipe.all()).allMatch(recipe -> Recipe.byFlag(recipe.flag()) == recipe);
        assertThat(Recipe.NONE.keyed(1)).isSameAs(SampleTransform.NONE);
    }

    /** Two transforms never draw the same values, nor those of any other purpose, at any attempt. */
    @Test
    void transformsUseSeparateStreams() {
        List<String> names = Recipe.all().stream()
                .flatMap(recipe -> recipe.steps().stream())
                .map(step -> step.transform().name())
                .distinct()
                .toList();
        assertThat(names).hasSize(6);
        Set<Integer> keys = new HashSet<>();
        for (RandomPurpose purpose : RandomPurpose.values()) {
            assertThat(keys.add(purpose.key())).as(purpose.toString()).isTrue();
        }
        for (String name : names) {
            for (int attempt = 0; attempt < RandomPurpose.ATTEMPTS; attempt++) {
                assertThat(keys.add(RandomPurpose.named(name, attempt)))
                        .as(name)
                        .isTrue();
            }
        }
    }

    @Test
    void refusesTransformsThatWouldDrawTheSameValues() {
        Recipe.Step aa = new Recipe.Step(1, new Named("Aa"));
        Recipe.Step bb = new Recipe.Step(1, new Named("BB"));
        assertThatThrownBy(() -> new Recipe("both", "", List.of(aa, bb)))
                .hasMessage("recipe both: transforms 'Aa' and 'BB' would draw the same values; rename one");
        Recipe.Step shuffle = new Recipe.Step(1, new Named("d"));
        assertThatThrownBy(() -> new Recipe("one", "", List.of(shuffle))).hasMessageContaining("belongs to SHUFFLE");
    }

    /** Represents a transform that has only a name. */
    private record Named(String name) implements Transform {
        @Override
        public String description() {
            return "nothing";
        }

        @Override
        public Change draw(RandomStream random, Volume ofSize) {
            throw new AssertionError("not drawn");
        }
    }

    @Test
    void tableListsEveryParameter() {
        assertThat(Recipe.TORCHIO.toText().lines().toList())
                .hasSize(8)
                .anyMatch(line -> line.matches(" +noise +p 0\\.2 .*sigma from 0 to 0\\.25"))
                .anyMatch(line -> line.matches(" +flip +p 0\\.4 .*the X axis with probability 0\\.5"))
                .anyMatch(line -> line.matches(" +blur +p 0\\.2 .*from 0 to 2 voxels"))
                .anyMatch(line -> line.matches(" +bias +p 0\\.1 .*order 3, its 20 coefficients from -0\\.5 to 0\\.5"))
                .anyMatch(line -> line.matches(
                        " +motion +p 0\\.2 .*10 degrees about voxel \\(0,0,0\\), shifts of up to 10 voxels"))
                .anyMatch(line -> line.matches(" +affine +p 0\\.2 .*by 0\\.9 to 1\\.1 and turns by 2 degrees.*"));
        assertThat(Recipe.CENTRED.toText())
                .contains("about the centre, shifts of up to 5 % of the axis", "2.5 % of the axis");
    }

    /** As drawn for one sample; a change in these numbers changes every run with augmentation. */
    @Test
    void drawsAreUnchanged() {
        RandomStream random = new RandomStream(1, 2, 3, "blur".hashCode());
        double skip = random.nextDouble();
        assertThat(skip).isBetween(0.0, 1.0);
        Recipe blur = new Recipe("blur", "always", List.of(new Recipe.Step(1, new RandomBlur(Length.voxels(2)))));
        RandomBlur.Blur expected =
                new RandomBlur.Blur(random.uniform(0, 2), random.uniform(0, 2), random.uniform(0, 2));
        assertThat(blur.apply(filled(), 1, new Sample("train", 3, 2))).containsExactly(expected);
    }
}
