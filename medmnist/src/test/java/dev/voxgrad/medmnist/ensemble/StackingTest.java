package dev.voxgrad.medmnist.ensemble;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.Task;
import dev.voxgrad.medmnist.data.VolumeShape;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class StackingTest {
    private static final int GRID = 200;

    private static LogLoss loss(int[] labels, List<double[][]> logits) {
        Split split = Split.of("val", new VolumeShape(1, 1), new byte[labels.length], labels);
        return LogLoss.of(logits.getFirst()[0].length == 2 ? Task.BINARY : Task.MULTI_CLASS, split, logits);
    }

    private static List<double[][]> models(SplittableRandom random, int[] labels, int classes, double... skills) {
        List<double[][]> models = new ArrayList<>();
        for (double skill : skills) {
            models.add(MadeUp.logits(random, labels, classes, skill));
        }
        return models;
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 4})
    void derivativesMatchDefinition(int classes) {
        SplittableRandom random = new SplittableRandom(1);
        int[] labels = MadeUp.labels(17, classes);
        List<double[][]> models = models(random, labels, classes, 0.5, 1, 2);
        double[] weights = {0.2, 0.7, 0.4};
        LogLoss.Derivatives at = loss(labels, models).derivatives(weights);
        assertThat(at.value()).isCloseTo(MadeUp.logLoss(labels, weights, models), within(1e-14));
        double h = 1e-4;
        for (int k = 0; k < 3; k++) {
            assertThat(at.gradient()[k])
                    .isCloseTo(
                            (shifted(labels, models, weights, k, h) - shifted(labels, models, weights, k, -h))
                                    / (2 * h),
                            within(1e-7));
            double[] up = loss(labels, models).derivatives(with(weights, k, h)).gradient();
            double[] down =
                    loss(labels, models).derivatives(with(weights, k, -h)).gradient();
            for (int j = 0; j < 3; j++) {
                assertThat(at.hessian().get(j, k)).isCloseTo((up[j] - down[j]) / (2 * h), within(1e-7));
            }
        }
    }

    private static double shifted(int[] labels, List<double[][]> models, double[] weights, int k, double by) {
        return MadeUp.logLoss(labels, with(weights, k, by), models);
    }

    private static double[] with(double[] weights, int k, double by) {
        double[] changed = weights.clone();
        changed[k] += by;
        return changed;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void beatsFineGridForTwoModels(long seed) {
        int[] labels = MadeUp.labels(31, 2);
        List<double[][]> models = models(new SplittableRandom(seed), labels, 2, 0.3 * seed, 1);
        Stacking fit = Stacking.fit(loss(labels, models));
        double least = Double.POSITIVE_INFINITY;
        double at = 0;
        for (int a = 0; a <= 100_000; a++) {
            double first = a / 100_000.0;
            double loss = MadeUp.logLoss(labels, new double[] {first, 1 - first}, models);
            at = loss < least ? first : at;
            least = Math.min(least, loss);
        }
        assertThat(fit.loss()).isLessThanOrEqualTo(least + 1e-9).isCloseTo(least, within(1e-8));
        assertThat(fit.weights()[0]).isCloseTo(at, within(1e-4));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void beatsFineGridForThreeModels(long seed) {
        int[] labels = MadeUp.labels(30, 3);
        List<double[][]> models = models(new SplittableRandom(seed), labels, 3, 1, 0.2 * seed, 0.7);
        Stacking fit = Stacking.fit(loss(labels, models));
        double least = Double.POSITIVE_INFINITY;
        for (int a = 0; a <= GRID; a++) {
            for (int b = 0; a + b <= GRID; b++) {
                double[] weights = {(double) a / GRID, (double) b / GRID, (double) (GRID - a - b) / GRID};
                least = Math.min(least, MadeUp.logLoss(labels, weights, models));
            }
        }
        assertThat(fit.loss()).isLessThanOrEqualTo(least + 1e-9).isCloseTo(least, within(1e-4));
        assertThat(fit.loss()).isCloseTo(MadeUp.logLoss(labels, fit.weights(), models), within(1e-14));
    }

    /** Karush-Kuhn-Tucker conditions: feasible, no slope below the multiplier, and equality for weights above zero. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void satisfiesKktForTenModels(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int classes = 2 + (int) (seed % 3);
        int[] labels = MadeUp.labels(98, classes);
        double[] skills = random.doubles(10, 0, 3).toArray();
        skills[5] = -2;
        List<double[][]> models = models(random, labels, classes, skills);
        LogLoss loss = loss(labels, models);
        Stacking fit = Stacking.fit(loss);
        assertThat(Arrays.stream(fit.weights()).sum()).isCloseTo(1, within(1e-14));
        double[] gradient = loss.derivatives(fit.weights()).gradient();
        double multiplier = Arrays.stream(gradient).min().orElseThrow();
        for (int k = 0; k < 10; k++) {
            assertThat(fit.weights()[k]).isNotNegative();
            assertThat(fit.weights()[k] * (gradient[k] - multiplier))
                    .as("slackness")
                    .isBetween(0.0, 1e-9);
        }
        assertThat(fit.gap()).isLessThanOrEqualTo(1e-9);
        assertThat(fit.weights()[5])
                .as("weight of a model that is mostly wrong")
                .isZero();
        assertThat(Arrays.stream(fit.weights()).max().orElseThrow()).isLessThan(1);
        assertThat(fit.steps()).isLessThan(100);
    }

    @Test
    void singleModelHasAllWeight() {
        int[] labels = MadeUp.labels(9, 2);
        Stacking fit = Stacking.fit(loss(labels, models(new SplittableRandom(1), labels, 2, 1)));
        assertThat(fit.weights()).containsExactly(1);
        assertThat(fit.gap()).isZero();
    }

    @Test
    void identicalModelsGetEqualWeights() {
        SplittableRandom random = new SplittableRandom(5);
        int[] labels = MadeUp.labels(40, 2);
        double[][] one = MadeUp.logits(random, labels, 2, 1);
        double[][] other = MadeUp.logits(random, labels, 2, 1.2);
        double[] two = Stacking.fit(loss(labels, List.of(one, other))).weights();
        double[] three = Stacking.fit(loss(labels, List.of(one, other, one))).weights();
        assertThat(three[0]).isCloseTo(three[2], within(1e-7)).isCloseTo(two[0] / 2, within(1e-4));
        assertThat(Stacking.fit(loss(labels, List.of(one, one, one, one))).weights())
                .containsExactly(0.25, 0.25, 0.25, 0.25);
    }

    /** The second model is right by so much that its log-loss is zero; the others' logits are huge, too. */
    @Test
    void handlesPerfectModelsAndHugeLogits() {
        int[] labels = MadeUp.labels(20, 2);
        double[][] perfect = new double[20][2];
        double[][] wrong = new double[20][2];
        double[][] mixed = MadeUp.logits(new SplittableRandom(1), labels, 2, 0.5);
        for (int i = 0; i < 20; i++) {
            perfect[i][labels[i]] = 1e30;
            wrong[i][1 - labels[i]] = 1e30;
        }
        Stacking fit = Stacking.fit(loss(labels, List.of(mixed, perfect, wrong)));
        assertThat(fit.loss()).isZero();
        assertThat(fit.gap()).isZero();
        assertThat(fit.weights()[1]).isGreaterThan(fit.weights()[2]);
        assertThat(Stacking.fit(loss(labels, List.of(perfect, perfect))).weights())
                .containsExactly(0.5, 0.5);
        Stacking bad = Stacking.fit(loss(labels, List.of(wrong, mixed)));
        assertThat(bad.weights()).containsExactly(0, 1);
        assertThat(bad.gap()).isLessThanOrEqualTo(1e-9);
    }

    /** With all volumes of one class, the log-loss is defined, and a constant vote for that class is best. */
    @Test
    void handlesSingleClass() {
        int[] labels = new int[12];
        double[][] yes = new double[12][];
        double[][] no = new double[12][];
        Arrays.fill(yes, new double[] {2, -2});
        Arrays.fill(no, new double[] {-1, 1});
        assertThat(Stacking.fit(loss(labels, List.of(no, yes))).weights()).containsExactly(0, 1);
    }

    /** Each label counts as a sample: the loss is the mean binary cross-entropy over volumes and labels. */
    @Test
    void handlesMultiLabel() {
        int[][] labels = {{0, 1}, {1, 1}, {0, 0}, {1, 0}};
        double[][] one = {{-1, 2}, {0.5, 1}, {0.3, -1}, {2, 0.1}};
        double[][] other = {{0.4, -1}, {1, 0.5}, {-3, 0.2}, {-1, 1}};
        LogLoss loss = MadeUp.multiLabel(labels, one, other).logLoss();
        double[] weights = {0.3, 0.7};
        double sum = 0;
        for (int i = 0; i < 4; i++) {
            for (int l = 0; l < 2; l++) {
                double z = 0.3 * one[i][l] + 0.7 * other[i][l];
                sum += Math.log(1 + Math.exp(labels[i][l] == 1 ? -z : z));
            }
        }
        assertThat(loss.value(weights)).isCloseTo(sum / 8, within(1e-14));
        Stacking fit = Stacking.fit(loss);
        for (int a = 0; a <= 1000; a++) {
            assertThat(loss.value(new double[] {a / 1000.0, 1 - a / 1000.0}))
                    .isGreaterThanOrEqualTo(fit.loss() - 1e-12);
        }
    }
}
