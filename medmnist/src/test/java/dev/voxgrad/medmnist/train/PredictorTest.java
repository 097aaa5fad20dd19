package dev.voxgrad.medmnist.train;

import java.util.Arrays;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.voxgrad.engine.Scope;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.medmnist.augment.Recipe;
import dev.voxgrad.medmnist.data.SampleReader;
import dev.voxgrad.medmnist.data.SampleTransform;
import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.SyntheticShapes;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.nets.study.StudyNet;
import dev.voxgrad.nn.Initialization;
import dev.voxgrad.nn.Layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

/** Tests test-time augmentation. */
class PredictorTest {
    private static final int EDGE = 12;
    private static final VolumeData DATA =
            SyntheticShapes.make(new SyntheticShapes.Settings(3, EDGE, 5, 11, 5, SyntheticShapes.DIFFICULTY));

    private static double[][] logits(int threads, int batchSize, Predictor.Augmentation augmentation) {
        try (CpuDevice device = new CpuDevice(threads);
                Predictor predictor = new Predictor(DATA, DATA.val(), device, batchSize, augmentation)) {
            return predictor.logits(net(device));
        }
    }

    private static Layer net(CpuDevice device) {
        Layer net = StudyNet.NET1.build(device, DATA.shape(), DATA.classes());
        Initialization.apply(net, 7);
        return net;
    }

    private static Predictor.Augmentation draws(int count, Recipe recipe, long seed) {
        return new Predictor.Augmentation(count, recipe, seed);
    }

    @ParameterizedTest
    @CsvSource({"1", "2", "7", "100"})
    void drawsWithoutChangeKeepLogits(int draws) {
        double[][] plain = logits(2, 4, Predictor.Augmentation.OFF);
        assertThat(Arrays.deepEquals(logits(2, 4, draws(draws, Recipe.NONE, 1)), plain))
                .isTrue();
        assertThat(Arrays.deepEquals(logits(2, 4, draws(0, Recipe.TORCHIO, 1)), plain))
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({"1,1", "1,3", "2,4", "2,11", "2,64"})
    void ignoresBatchSizeAndThreads(int threads, int batchSize) {
        double[][] expected = logits(1, 5, draws(3, Recipe.CENTRED, 9));
        assertThat(Arrays.deepEquals(logits(threads, batchSize, draws(3, Recipe.CENTRED, 9)), expected))
                .isTrue();
    }

    /** Computes each volume and draw separately, one at a time. */
    @Test
    void averagesPlainVolumeAndDraws() {
        Split split = DATA.val();
        double[][] sums = new double[split.size()][DATA.classes()];
        try (CpuDevice device = new CpuDevice(1)) {
            Layer net = net(device);
            net.eval();
            SampleReader plain = new SampleReader(split, DATA.zNormalized(), SampleTransform.NONE);
            SampleReader drawn = new SampleReader(split, DATA.zNormalized(), Recipe.TORCHIO.keyed(5));
            float[] volume = new float[split.shape().elements()];
            for (int i = split.size() - 1; i >= 0; i--) {
                for (int draw = 2; draw >= 0; draw--) {
                    (draw == 0 ? plain : drawn).read(i, draw, volume, 0);
                    try (var _ = Scope.withoutGradients()) {
                        double[] one = net.forward(
                                        Tensor.ofChannelsLast(device, Shape.of(1, 1, EDGE, EDGE, EDGE), volume))
                                .toDoubleArray();
                        for (int c = 0; c < one.length; c++) {
                            sums[i][c] += one[c] / 3;
                        }
                    }
                }
            }
        }
        double[][] logits = logits(1, 4, draws(2, Recipe.TORCHIO, 5));
        int changed = 0;
        double[][] without = logits(1, 4, Predictor.Augmentation.OFF);
        for (int i = 0; i < sums.length; i++) {
            assertThat(logits[i]).containsExactly(sums[i], within(1e-12));
            changed += Arrays.equals(logits[i], without[i]) ? 0 : 1;
        }
        assertThat(changed).as("volumes that a draw has changed").isGreaterThan(5);
    }

    @Test
    void seedDeterminesDrawsForAllNets() {
        double[][] one = logits(1, 4, draws(2, Recipe.CENTRED, 1));
        assertThat(Arrays.deepEquals(logits(1, 4, draws(2, Recipe.CENTRED, 2)), one))
                .isFalse();
        try (CpuDevice device = new CpuDevice(1);
                Predictor predictor = new Predictor(DATA, DATA.val(), device, 4, draws(2, Recipe.CENTRED, 1))) {
            Layer net = net(device);
            assertThat(Arrays.deepEquals(predictor.logits(net), one)).isTrue();
            assertThat(Arrays.deepEquals(predictor.logits(net), one)).isTrue();
        }
    }

    @Test
    void refusesNegativeDraws() {
        assertThatThrownBy(() -> draws(-1, Recipe.NONE, 1)).hasMessageContaining("-1 draws; expected 0 or more");
    }
}
