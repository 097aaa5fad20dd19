package dev.voxgrad.medmnist.metrics;

import org.junit.jupiter.api.Test;

import dev.voxgrad.engine.random.RandomPurpose;
import dev.voxgrad.engine.random.RandomStream;
import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.SyntheticShapes;
import dev.voxgrad.medmnist.data.VolumeData;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/** Tests intervals of differences between two nets on the same volumes. */
class PairedBootstrapTest {
    private static final VolumeData DATA = SyntheticShapes.make(new SyntheticShapes.Settings(1, 8, 10, 10, 60, 0.4));
    private static final Split TEST = DATA.test();

    /** Returns scores that are right for volumes whose number is not a multiple of {@code step}. */
    private static double[][] scores(int step) {
        double[][] scores = new double[TEST.size()][DATA.classes()];
        for (int i = 0; i < scores.length; i++) {
            int shift = i % step == 0 ? 1 : 0;
            scores[i][(TEST.labels()[i] + shift) % DATA.classes()] = 0.9 - i % 7 * 0.01;
        }
        return scores;
    }

    @Test
    void equalScoresDifferByNothing() {
        Bootstrap none = Bootstrap.ofDifferences(DATA, TEST, scores(3), scores(3), 5);
        assertThat(none.auc()).contains(new Bootstrap.Interval(0, 0));
        assertThat(none.accuracy()).isEqualTo(new Bootstrap.Interval(0, 0));
    }

    /** Volumes whose number is a multiple of 3 but not of 6 are answered correctly by one net only. */
    @Test
    void eachResampleHasTheSameVolumesForBoth() {
        double[] differences = new double[Bootstrap.RESAMPLES];
        for (int r = 0; r < differences.length; r++) {
            RandomStream random = new RandomStream(5, 0, r, RandomPurpose.BOOTSTRAP);
            int better = 0;
            for (int i = 0; i < TEST.size(); i++) {
                int volume = random.nextInt(TEST.size());
                better += volume % 3 == 0 && volume % 6 != 0 ? 1 : 0;
            }
            differences[r] = (double) better / TEST.size();
        }
        Bootstrap found = Bootstrap.ofDifferences(DATA, TEST, scores(6), scores(3), 5);
        Bootstrap.Interval expected = Bootstrap.Interval.middle(differences, 0.95);
        assertThat(found.accuracy().low()).isCloseTo(expected.low(), within(1e-9));
        assertThat(found.accuracy().high()).isCloseTo(expected.high(), within(1e-9));
        Bootstrap reversed = Bootstrap.ofDifferences(DATA, TEST, scores(3), scores(6), 5);
        assertThat(reversed.accuracy().high()).isCloseTo(-expected.low(), within(1e-9));
        assertThat(found.auc().orElseThrow().low()).isPositive();
    }

    @Test
    void differencesOfAccuracyNeedNoAuc() {
        Split one = Split.of("test", TEST.shape(), TEST.first(4).voxels(), new int[4]);
        double[][] right = {{1, 0, 0, 0, 0}, {1, 0, 0, 0, 0}, {1, 0, 0, 0, 0}, {1, 0, 0, 0, 0}};
        double[][] wrong = {{0, 1, 0, 0, 0}, {0, 1, 0, 0, 0}, {0, 1, 0, 0, 0}, {0, 1, 0, 0, 0}};
        Bootstrap found = Bootstrap.ofDifferences(DATA, one, right, wrong, 1);
        assertThat(found.auc()).isEmpty();
        assertThat(found.accuracy()).isEqualTo(new Bootstrap.Interval(1, 1));
    }
}
