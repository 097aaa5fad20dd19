package dev.voxgrad.engine.op.conv3d.cpu.planar;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.op.conv3d.AcsSplit;
import dev.voxgrad.engine.op.conv3d.Conv3dGeometry;
import dev.voxgrad.engine.op.conv3d.cpu.direct.PackedWeights;
import dev.voxgrad.engine.trace.Pass;

import static org.assertj.core.api.Assertions.assertThat;

@Tag("kernels")
class PlanarWorkTest {
    private static final int CHANNELS = 32;
    /** The channels in whole blocks, which the products include. */
    private static final int LANES = Math.ceilDiv(CHANNELS, PackedWeights.BLOCK) * PackedWeights.BLOCK;

    /** Counts a single tile of 36 positions, which the micro-kernel multiplies in a block of seven. */
    @Test
    void countsOneTile() {
        Conv3dGeometry g = geometry(new Dims3(1, 4, 4), new Dims3(1, 3, 3), new Dims3(0, 1, 1), null);
        check(new Planar(g), 36, 12 * 24, (6 + 4) * 16 + 16, (4 + 6) * 16, 3 * 6 + 36);
    }

    /** Counts a single tile of 2×4×4 outputs. */
    @Test
    void countsOneTileOfCubicKernels() {
        Conv3dGeometry g = geometry(new Dims3(2, 4, 4), Dims3.cube(3), Dims3.ONE, null);
        int output = 36 * 4 + 2 * ((6 + 4) * 16 + 16);
        check(new Planar(g), 144, 4 * 12 * 24 + 36 * 4, output, 2 * (4 + 6) * 16 + 36 * 2, 3 * (3 * 6 + 36) + 144);
    }

    /** Counts a single tile of 4×4×4 outputs. */
    @Test
    void countsOneTileOfFourPlanes() {
        Conv3dGeometry g = geometry(Dims3.cube(4), Dims3.cube(3), Dims3.ONE, null);
        int input = 6 * 12 * 24 + 36 * 24;
        int output = 36 * 16 + 4 * ((6 + 4) * 16 + 16);
        int gradient = 4 * (4 + 6) * 16 + 36 * 16;
        check(new Planar(g, Tiling.UNIFORM), 216, input, output, gradient, 3 * (3 * 6 + 36) + 216);
    }

    /**
     * Checks all passes of a single tile.
     *
     * @param input operations of the input's transform for one channel, likewise those of output and output gradient
     * @param weights values that the weights' transform computes for one pair of channels
     */
    private static void check(Planar p, int positions, int input, int output, int gradient, int weights) {
        long products = 2L * positions * CHANNELS * LANES;
        long pairs = (long) CHANNELS * LANES;
        try (CpuDevice cpu = new CpuDevice(1)) {
            PlanarWork work = new PlanarWork(cpu, p);
            long correlation = 7 * products + CHANNELS * (input + output) + 5 * weights * pairs;
            assertThat(work.flop(Pass.FORWARD)).isEqualTo(correlation);
            assertThat(work.flop(Pass.GRAD_INPUT)).isEqualTo(correlation);
            assertThat(work.flop(Pass.GRAD_WEIGHT))
                    .isEqualTo(products + CHANNELS * (input + gradient) + 6 * weights * pairs);
        }
    }

    /** An ACS convolution with a single view does the same work as the kernels of that orientation. */
    @Test
    void countsTheTilesOfAView() {
        Dims3 cube = Dims3.cube(4);
        Conv3dGeometry acs = geometry(cube, Dims3.cube(3), Dims3.ONE, new AcsSplit(0, CHANNELS, 0));
        Conv3dGeometry coronal = geometry(cube, new Dims3(3, 1, 3), new Dims3(1, 0, 1), null);
        try (CpuDevice cpu = new CpuDevice(1)) {
            for (Pass pass : new Pass[] {Pass.FORWARD, Pass.GRAD_INPUT, Pass.GRAD_WEIGHT}) {
                assertThat(new PlanarWork(cpu, new Planar(acs)).flop(pass))
                        .as("%s", pass)
                        .isEqualTo(new PlanarWork(cpu, new Planar(coronal)).flop(pass));
            }
        }
    }

    private static Conv3dGeometry geometry(Dims3 size, Dims3 kernel, Dims3 padding, @Nullable AcsSplit split) {
        return new Conv3dGeometry(1, CHANNELS, CHANNELS, 1, size, size, kernel, Dims3.ONE, padding, Dims3.ONE, split);
    }
}
