package dev.voxgrad.medmnist.explain;

import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.nn.Layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

/** Covers voxels of nets that depend on known ones. */
class OcclusionTest {
    private static final CpuDevice DEVICE = new CpuDevice(1);

    @AfterAll
    static void close() {
        DEVICE.close();
    }

    private static boolean isInside(int x, int y, int z) {
        return x >= 4 && x < 6 && y >= 2 && y < 4 && z >= 6 && z < 8;
    }

    /** Returns weights of class 1 that are 1 in one block of 2³ voxels of 8³; class 0 depends on all voxels. */
    private static float[] weights() {
        float[] weights = new float[2 * 512];
        for (int v = 0; v < 512; v++) {
            weights[v] = 3;
            weights[512 + v] = isInside(v / 64, v / 8 % 8, v % 8) ? 1 : 0;
        }
        return weights;
    }

    @Test
    void onlyTheBlockThatMattersLowersTheLogit() {
        PreparedVolume volume = TinyNets.volume(1, Dims3.cube(8), 8);
        Occlusion method = new Occlusion(2, 2, Fill.MEAN);
        AtomicInteger progress = new AtomicInteger();
        Attribution found = method.explain(
                new FrozenNet(TinyNets.linear(DEVICE, 2, weights()), DEVICE), volume, 1, progress::addAndGet);
        double mean = volume.blank(Fill.MEAN).values()[0];
        double drop = 0;
        for (int v = 0; v < 512; v++) {
            drop += isInside(v / 64, v / 8 % 8, v % 8) ? volume.values()[v] - mean : 0;
        }
        assertThat(Math.abs(drop)).isGreaterThan(0.1);
        for (int v = 0; v < 512; v++) {
            double expected = isInside(v / 64, v / 8 % 8, v % 8) ? drop : 0;
            assertThat((double) found.map().values()[v]).isCloseTo(expected, within(1e-5));
        }
        assertThat(found.logit() - found.blankLogit()).isCloseTo(drop, within(1e-5));
        assertThat(progress).hasValue(64);
        assertThat(method.steps(volume)).isEqualTo(64);
    }

    /** Along an axis of 5 voxels, cubes of 3 start at 0, 1 and 2: voxel v is in 1, 2, 3, 2, 1 of them. */
    @Test
    void overlappingCubesAreAveraged() {
        float[] values = {1, 2, 4, 8, 16};
        PreparedVolume volume = new PreparedVolume(1, new Dims3(1, 1, 5), values);
        Layer sum = TinyNets.linear(DEVICE, 1, new float[] {1, 1, 1, 1, 1});
        Attribution found =
                new Occlusion(3, 1, Fill.DARKEST).explain(new FrozenNet(sum, DEVICE), volume, 0, done -> {});
        double first = 0 + 1 + 3;
        double second = 1 + 3 + 7;
        double third = 3 + 7 + 15;
        assertThat(found.map().values())
                .containsExactly(
                        new float[] {
                            (float) first,
                            (float) (first + second) / 2,
                            (float) (first + second + third) / 3,
                            (float) (second + third) / 2,
                            (float) third
                        },
                        within(1e-5f));
    }

    @Test
    void lastCubeEndsWithTheVolume() {
        PreparedVolume volume = new PreparedVolume(1, new Dims3(1, 1, 5), new float[] {0, 0, 0, 0, 1});
        Layer last = TinyNets.linear(DEVICE, 1, new float[] {0, 0, 0, 0, 1});
        Attribution found = new Occlusion(2, 2, Fill.DARKEST).explain(new FrozenNet(last, DEVICE), volume, 0, n -> {});
        assertThat(found.map().values()).containsExactly(0, 0, 0, 0.5f, 1);
    }

    @Test
    void allChannelsAreCoveredAndEachWithItsOwnValue() {
        PreparedVolume volume = new PreparedVolume(2, new Dims3(1, 1, 2), new float[] {1, 10, 2, 30});
        Layer sum = TinyNets.linear(DEVICE, 1, new float[] {1, 1, 1, 1});
        Attribution found = new Occlusion(1, 1, Fill.DARKEST).explain(new FrozenNet(sum, DEVICE), volume, 0, n -> {});
        assertThat(found.map().values()).containsExactly(0, 1 + 20);
    }

    @Test
    void gapsAreRefused() {
        assertThatThrownBy(() -> new Occlusion(2, 3, Fill.MEAN))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("gaps");
        assertThat(Occlusion.defaultCube(Dims3.cube(28))).isEqualTo(4);
        assertThat(Occlusion.defaultCube(new Dims3(1, 2, 8))).isEqualTo(2);
    }
}
