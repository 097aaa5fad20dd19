package dev.voxgrad.medmnist.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.voxgrad.medmnist.augment.RandomBrightness;
import dev.voxgrad.medmnist.augment.Recipe;
import dev.voxgrad.medmnist.data.Preparation.Normalise;
import dev.voxgrad.medmnist.io.DataException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

/** Tests what nets receive, from stored volumes to batches. */
@Timeout(60)
class PreparedVolumesTest {
    private static final int EDGE = 3;
    private static final int VOXELS = 27;
    private static final int COUNT = 10;
    private static final long SEED = 11;
    private static final Recipe BRIGHTNESS = Recipe.NONE.followedBy(new Recipe.Step(1, new RandomBrightness()));

    private static VolumeData data(int channels, Preparation preparation) {
        byte[] voxels = Samples.voxels(COUNT, channels * VOXELS);
        return data(channels, voxels, preparation);
    }

    private static VolumeData data(int channels, byte[] voxels, Preparation preparation) {
        int[] labels = new int[COUNT];
        Arrays.setAll(labels, i -> i % 2);
        Split split = Split.of("train", new VolumeShape(channels, EDGE), voxels, labels);
        return new VolumeData(
                "made-up",
                "",
                Task.BINARY,
                List.of("a", "b"),
                preparation.normalise().applies(true),
                true,
                Optional.empty(),
                split,
                split,
                split,
                Optional.empty(),
                preparation);
    }

    /** Returns the volumes of an epoch in the order of their numbers, channels last. */
    private static List<float[]> inputs(VolumeData data, BatchLoader.Settings settings, int epoch) {
        float[][] volumes = new float[COUNT][];
        try (BatchLoader loader = new BatchLoader(data.train(), settings)) {
            for (Batch batch : loader.epoch(epoch)) {
                assertThat(batch.shape()).isEqualTo(data.shape());
                int elements = batch.shape().elements();
                for (int i = 0; i < batch.size(); i++) {
                    volumes[batch.indices()[i]] = Arrays.copyOfRange(batch.inputs(), i * elements, (i + 1) * elements);
                }
            }
        }
        return List.of(volumes);
    }

    private static List<float[]> evaluated(VolumeData data) {
        return inputs(data, BatchLoader.Settings.evaluation(data, 4), 0);
    }

    private static BatchLoader.Settings training(VolumeData data, int batchSize, int workers) {
        return BatchLoader.Settings.training(data, batchSize, SEED)
                .withTransform(BRIGHTNESS.keyed(SEED))
                .withWorkers(workers);
    }

    private static float[] stored(VolumeData data, int index) {
        byte[] volume = data.train().volume(index);
        float[] values = new float[volume.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (volume[i] & 0xFF) / 255f;
        }
        return values;
    }

    @Test
    void greyIsDividedBy255AndCopiedToThreeEqualChannels() {
        VolumeData data = data(1, Preparation.MEDMNIST);
        assertThat(data.shape()).isEqualTo(new VolumeShape(3, EDGE));
        List<float[]> volumes = evaluated(data);
        for (int i = 0; i < COUNT; i++) {
            float[] grey = stored(data, i);
            for (int v = 0; v < VOXELS; v++) {
                for (int c = 0; c < 3; c++) {
                    assertThat(volumes.get(i)[3 * v + c]).isEqualTo(grey[v]);
                }
            }
        }
    }

    @Test
    void volumesWithThreeChannelsStayAsTheyAre() {
        VolumeData data = data(3, Preparation.MEDMNIST);
        List<float[]> volumes = evaluated(data);
        for (int i = 0; i < COUNT; i++) {
            assertThat(volumes.get(i)).isEqualTo(stored(data, i));
        }
    }

    @Test
    void evaluationMultipliesByTheScale() {
        VolumeData data = data(1, Preparation.MEDMNIST.withShapeTransform());
        List<float[]> volumes = evaluated(data);
        for (int i = 0; i < COUNT; i++) {
            float[] grey = stored(data, i);
            for (int v = 0; v < VOXELS; v++) {
                assertThat(volumes.get(i)[3 * v + 1]).isEqualTo(grey[v] * 0.5f);
            }
        }
    }

    @Test
    void scaleAloneAppliesToTrainingToo() {
        VolumeData data = data(1, new Preparation(Normalise.NONE, false, 0.25, false));
        List<float[]> volumes = inputs(data, BatchLoader.Settings.training(data, 4, SEED), 3);
        for (int i = 0; i < COUNT; i++) {
            float[] grey = stored(data, i);
            for (int v = 0; v < VOXELS; v++) {
                assertThat(volumes.get(i)[v]).isEqualTo(grey[v] * 0.25f);
            }
        }
    }

    /** The copies come last, so that one channel is normalised as it would be without them. */
    @Test
    void channelsAreCopiedAfterNormalisation() {
        List<float[]> grey = evaluated(data(1, new Preparation(Normalise.Z, false, 1, false)));
        List<float[]> rgb = evaluated(data(1, new Preparation(Normalise.Z, true, 1, false)));
        for (int i = 0; i < COUNT; i++) {
            for (int v = 0; v < 3 * VOXELS; v++) {
                assertThat(rgb.get(i)[v]).isEqualTo(grey.get(i)[v / 3]);
            }
        }
    }

    @Test
    void studyIsNormalisedAsBefore() {
        VolumeData data = data(1, Preparation.STUDY);
        float[] expected = stored(data, 2);
        Normalization.zNormalize(expected, 0, VOXELS, "train", 2);
        assertThat(evaluated(data).get(2)).isEqualTo(expected);
    }

    /** Returns the factor that each training volume was multiplied by in an epoch. */
    private static double[] factors(VolumeData data, int epoch, int batchSize, int workers) {
        List<float[]> volumes = inputs(data, training(data, batchSize, workers), epoch);
        double[] factors = new double[COUNT];
        for (int i = 0; i < COUNT; i++) {
            float[] grey = stored(data, i);
            int brightest = 0;
            for (int v = 0; v < VOXELS; v++) {
                brightest = grey[v] > grey[brightest] ? v : brightest;
            }
            factors[i] = volumes.get(i)[3 * brightest] / (double) grey[brightest];
            for (int v = 0; v < 3 * VOXELS; v++) {
                assertThat((double) volumes.get(i)[v])
                        .isCloseTo(grey[v / 3] * factors[i], within(4 * 0x1p-24)); // two roundings of numbers below 1
            }
        }
        return factors;
    }

    @Test
    void trainingMultipliesEachVolumeEachTimeByAnotherNumber() {
        VolumeData data = data(1, Preparation.MEDMNIST.withShapeTransform());
        List<Double> all = new ArrayList<>();
        for (int epoch = 0; epoch < 100; epoch++) {
            for (double factor : factors(data, epoch, 4, 1)) {
                all.add(factor);
            }
        }
        assertThat(all).doesNotHaveDuplicates().allMatch(u -> u >= 0 && u < 1);
        // Kolmogorov and Smirnov: the largest difference to U[0,1) exceeds 1.95/√n with probability 0.001.
        all.sort(null);
        int n = all.size();
        for (int i = 0; i < n; i++) {
            assertThat(all.get(i)).isCloseTo((i + 0.5) / n, within(1.95 / Math.sqrt(n)));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 5})
    void factorsDependOnNeitherThreadsNorBatchesNorEarlierEpochs(int workers) {
        VolumeData data = data(1, Preparation.MEDMNIST.withShapeTransform());
        List<float[]> expected = inputs(data, training(data, 4, 1), 7);
        List<float[]> volumes = inputs(data, training(data, 3, workers), 7);
        for (int i = 0; i < COUNT; i++) {
            assertThat(volumes.get(i)).isEqualTo(expected.get(i));
        }
    }

    @Test
    void blankVolumesAreLegalWithoutNormalisation() {
        byte[] voxels = Samples.voxels(COUNT, VOXELS);
        Arrays.fill(voxels, 0, VOXELS, (byte) 0);
        assertThatThrownBy(() -> data(1, voxels, Preparation.STUDY)).hasMessageContaining("volume 0 is blank");
        VolumeData data = data(1, voxels, Preparation.MEDMNIST.withShapeTransform());
        assertThat(evaluated(data).get(0)).containsOnly(0f);
        assertThat(inputs(data, training(data, 4, 1), 0).get(0)).containsOnly(0f);
    }

    @Test
    void refusesAFactorThatTheStudysNormalisationWouldUndo() {
        assertThatThrownBy(() -> data(1, new Preparation(Normalise.STUDY, false, 0.5, false)))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("made-up: volumes are z-normalised")
                .hasMessageContaining("--normalise none");
    }

    @Test
    void foldsAndOtherSplitsKeepThePreparation() {
        VolumeData data = data(1, Preparation.MEDMNIST);
        assertThat(data.withTrainAndVal(data.val(), data.train()).preparation()).isEqualTo(Preparation.MEDMNIST);
        assertThat(Folds.of(data, 2, 1).around(0).shape()).isEqualTo(new VolumeShape(3, EDGE));
        assertThat(data.prepared(Preparation.STUDY).shape()).isEqualTo(new VolumeShape(1, EDGE));
    }
}
