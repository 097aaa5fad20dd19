package dev.voxgrad.medmnist.explain;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.random.RandomStream;
import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.nets.Nets;
import dev.voxgrad.nn.Layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/** Compares integrated gradients with values known by hand, and the sum of a map with what it must add up to. */
class IntegratedGradientsTest {
    private static final int VOXELS = 27;
    private static final int HIDDEN = 12;
    private static final CpuDevice DEVICE = new CpuDevice(1);

    @AfterAll
    static void close() {
        DEVICE.close();
    }

    private static Attribution explain(Layer net, PreparedVolume volume, int steps) {
        return new IntegratedGradients(steps, Fill.DARKEST).explain(new FrozenNet(net, DEVICE), volume, 0, done -> {});
    }

    private static float[] gaussians(int count, long seed) {
        RandomStream random = new RandomStream(seed, 0, 0, 0);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    @Test
    void mapOfALinearNetIsWeightTimesChange() {
        PreparedVolume volume = TinyNets.volume(2, new Dims3(2, 2, 3), 4);
        float[] weights = gaussians(24, 1); // (C,X,Y,Z)
        Attribution found = explain(TinyNets.linear(DEVICE, 1, weights), volume, 3);
        float[] blank = volume.blank(Fill.DARKEST).values();
        for (int v = 0; v < 12; v++) {
            double first = weights[v] * (volume.values()[2 * v] - blank[0]);
            double second = weights[12 + v] * (volume.values()[2 * v + 1] - blank[1]);
            assertThat((double) found.map().values()[v]).isCloseTo(first + second, within(1e-5));
        }
        assertThat(found.incompleteness()).isLessThan(1e-5);
    }

    /**
     * On the line from b to x, hidden unit j of a ReLU net is (p_j + s_j·t)⁺ with slope s_j = w_j·(x − b). Its
     * derivative jumps at most once, so that the midpoint rule is exact in all intervals but one, and there misses at
     * most s_j/(2m). Hence |Σ map − (f(x) − f(b))| ≤ Σ |v_j·s_j| / (2m), over the units that switch on the way.
     */
    @Test
    void sumMissesTheDifferenceOfLogitsByNoMoreThanTheBound() {
        PreparedVolume volume = TinyNets.volume(1, Dims3.cube(3), 2);
        float[] hidden = gaussians(HIDDEN * VOXELS, 3);
        float[] bias = gaussians(HIDDEN, 4);
        float[] output = gaussians(HIDDEN, 5);
        Layer net = TinyNets.hidden(DEVICE, VOXELS, hidden, bias, output);
        double jumps = jumps(volume, hidden, bias, output);
        assertThat(jumps).isGreaterThan(1);
        double rounding = 1e-4;
        for (int steps : new int[] {1, 2, 5, 16, 64, 250}) {
            Attribution found = explain(net, volume, steps);
            assertThat(found.map().sum())
                    .as(steps + " steps")
                    .isCloseTo(found.logit() - found.blankLogit(), within(jumps / (2 * steps) + rounding));
        }
        Attribution coarse = explain(net, volume, 1);
        assertThat(Math.abs(coarse.map().sum() - (coarse.logit() - coarse.blankLogit())))
                .as("one step is not enough")
                .isGreaterThan(jumps / (2 * 250) + rounding);
    }

    private static double jumps(PreparedVolume volume, float[] hidden, float[] bias, float[] output) {
        float[] blank = volume.blank(Fill.DARKEST).values();
        double jumps = 0;
        for (int j = 0; j < HIDDEN; j++) {
            double start = bias[j];
            double slope = 0;
            for (int v = 0; v < VOXELS; v++) {
                start += hidden[j * VOXELS + v] * blank[v];
                slope += hidden[j * VOXELS + v] * (volume.values()[v] - blank[v]);
            }
            jumps += start > 0 != start + slope > 0 ? Math.abs(output[j] * slope) : 0;
        }
        return jumps;
    }

    @Test
    void sumOfAWholeNetApproachesTheDifferenceOfLogits() {
        Layer net = TinyNets.random(DEVICE, Nets.named("net1"), new VolumeShape(1, 8), 6);
        PreparedVolume volume = TinyNets.volume(1, Dims3.cube(8), 7);
        assertThat(explain(net, volume, 128).incompleteness())
                .isLessThan(0.02)
                .isLessThan(explain(net, volume, 1).incompleteness());
    }

    @Test
    void mapIsTheSameForAnyNumberOfThreads() {
        PreparedVolume volume = TinyNets.volume(1, Dims3.cube(8), 7);
        Layer net = TinyNets.random(DEVICE, Nets.named("net1"), new VolumeShape(1, 8), 6);
        try (CpuDevice threads = new CpuDevice(3)) {
            Layer same = TinyNets.random(threads, Nets.named("net1"), new VolumeShape(1, 8), 6);
            Attribution found = new IntegratedGradients(11, Fill.DARKEST)
                    .explain(new FrozenNet(same, threads), volume, 0, done -> {});
            assertThat(found).isEqualTo(explain(net, volume, 11));
        }
    }
}
