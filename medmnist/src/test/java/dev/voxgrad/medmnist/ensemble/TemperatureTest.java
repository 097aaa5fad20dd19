package dev.voxgrad.medmnist.ensemble;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.voxgrad.medmnist.model.EnsembleWeights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

class TemperatureTest {
    private static double[][] times(double factor, double[][] logits) {
        double[][] scaled = new double[logits.length][];
        for (int i = 0; i < logits.length; i++) {
            scaled[i] = Arrays.stream(logits[i]).map(logit -> factor * logit).toArray();
        }
        return scaled;
    }

    private static Temperature fit(int[] labels, double[][] logits) {
        return Temperature.fit(MadeUp.ensemble(labels, logits, logits).logLoss(logits));
    }

    /** Minimises the loss, by its definition, with golden sections of log β. */
    private static double bruteForce(int[] labels, double[][] logits) {
        double ratio = (Math.sqrt(5) - 1) / 2;
        double low = -10;
        double high = 10;
        for (int round = 0; round < 100; round++) {
            double left = high - ratio * (high - low);
            double right = low + ratio * (high - low);
            if (loss(labels, logits, left) < loss(labels, logits, right)) {
                high = right;
            } else {
                low = left;
            }
        }
        return Math.exp(-(low + high) / 2);
    }

    private static double loss(int[] labels, double[][] logits, double logInverse) {
        return MadeUp.logLoss(labels, new double[] {Math.exp(logInverse)}, List.<double[][]>of(logits));
    }

    @ParameterizedTest
    @CsvSource({"1,2,1", "2,2,7", "3,3,0.01", "4,5,1", "5,2,40", "6,11,3"})
    void equalsBruteForceOptimum(long seed, int classes, double scale) {
        int[] labels = MadeUp.labels(55, classes);
        double[][] logits = times(scale, MadeUp.logits(new SplittableRandom(seed), labels, classes, 1));
        Temperature temperature = fit(labels, logits);
        assertThat(temperature.state()).isEqualTo(Temperature.State.FITTED);
        double expected = bruteForce(labels, logits);
        assertThat(temperature.value()).isCloseTo(expected, within(1e-6 * expected));
    }

    /** Twice the logits require twice the temperature, over all magnitudes of floats. */
    @ParameterizedTest
    @ValueSource(doubles = {0x1p-100, 0x1p-20, 2, 0x1p20, 0x1p100})
    void scalesWithLogits(double factor) {
        int[] labels = MadeUp.labels(30, 2);
        double[][] logits = MadeUp.logits(new SplittableRandom(8), labels, 2, 0.8);
        double one = fit(labels, logits).value();
        assertThat(fit(labels, times(factor, logits)).value() / factor).isCloseTo(one, within(1e-9 * one));
    }

    @Test
    void staysOneWithoutOptimum() {
        int[] labels = MadeUp.labels(20, 2);
        double[][] right = new double[20][2];
        for (int i = 0; i < 20; i++) {
            right[i][labels[i]] = 1e30;
        }
        assertThat(fit(labels, right)).isEqualTo(new Temperature(1, Temperature.State.SEPARATED));
        assertThat(fit(labels, times(1e-30, right))).isEqualTo(new Temperature(1, Temperature.State.SEPARATED));
        assertThat(fit(labels, times(-1, right)))
                .isEqualTo(new Temperature(1, Temperature.State.NO_BETTER_THAN_CHANCE));
        assertThat(fit(labels, new double[20][2]))
                .isEqualTo(new Temperature(1, Temperature.State.NO_BETTER_THAN_CHANCE));
        assertThat(fit(new int[20], MadeUp.logits(new SplittableRandom(1), new int[20], 2, 1))
                        .state())
                .as("one class is enough")
                .isEqualTo(Temperature.State.FITTED);
    }

    @Test
    void refusesSeveralModels() {
        LogLoss two = MadeUp.ensemble(MadeUp.labels(4, 2), new double[4][2], new double[4][2])
                .logLoss();
        assertThatThrownBy(() -> Temperature.fit(two)).hasMessageContaining("expected one model, was 2");
    }

    /** Scores that all round to one would tie, which must not affect the figures of two classes. */
    @ParameterizedTest
    @ValueSource(doubles = {1e-3, 1, 300})
    void keepsAucAndAccuracyOfTwoClasses(double scale) {
        int[] labels = MadeUp.labels(60, 2);
        SplittableRandom random = new SplittableRandom(4);
        double[][] logits = times(scale, MadeUp.logits(random, labels, 2, 1));
        Ensemble validation = MadeUp.ensemble(labels, times(1e-4, MadeUp.logits(random, labels, 2, 2)), logits);
        Ensemble test = MadeUp.ensemble(labels, logits, logits);
        EnsembleWeights onlyLast = EnsembleWeights.groups(1, 0, 1);
        Combination plain = Combination.of("weighted", onlyLast, test, Optional.of(validation), false);
        Combination tempered = Combination.of("weighted", onlyLast, test, Optional.of(validation), true);
        assertThat(tempered.temperature().value()).isLessThan(0.01);
        assertThat(tempered.metrics()).isEqualTo(plain.metrics());
        assertThat(tempered.logLoss()).isEqualTo(plain.logLoss()).isNotEqualTo(tempered.temperedLogLoss());
        assertThat(tempered.validation().orElseThrow().temperedLogLoss())
                .isLessThan(tempered.validation().orElseThrow().logLoss());
    }

    @Test
    void keepsAccuracyOfSeveralClasses() {
        int[] labels = MadeUp.labels(60, 4);
        double[][] logits = times(9, MadeUp.logits(new SplittableRandom(4), labels, 4, 1));
        Ensemble ensemble = MadeUp.ensemble(labels, logits, logits);
        EnsembleWeights weights = EnsembleWeights.uniform(1);
        Combination plain = Combination.of("uniform", weights, ensemble, Optional.of(ensemble), false);
        Combination tempered = Combination.of("uniform", weights, ensemble, Optional.of(ensemble), true);
        assertThat(tempered.temperature().value()).isGreaterThan(3);
        assertThat(tempered.metrics().accuracy()).isEqualTo(plain.metrics().accuracy());
        assertThat(tempered.temperedLogLoss()).isLessThan(tempered.logLoss());
        assertThat(List.of(tempered.scores()))
                .allSatisfy(row -> assertThat(Arrays.stream(row).sum()).isCloseTo(1, within(1e-12)));
    }
}
