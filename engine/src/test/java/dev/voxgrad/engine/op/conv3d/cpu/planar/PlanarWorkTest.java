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
        long products = 2L * 36 * CHANNELS * LANES;
        long input = 12 * 24;
        long output = (6 + 4) * 16 + 16;
        long gradient = (4 + 6) * 16;
        long weights = (3 * 6 + 36) * CHANNELS * LANES;
        try (CpuDevice cpu = new CpuDevice(1)) {
            PlanarWork work = new PlanarWork(cpu, g);
            long correlation = 7 * products + CHANNELS * (input + output) + 5 * weights;
            assertThat(work.flop(Pass.FORWARD)).isEqualTo(correlation);
            assertThat(work.flop(Pass.GRAD_INPUT)).isEqualTo(correlation);
            assertThat(work.flop(Pass.GRAD_WEIGHT)).isEqualTo(products + CHANNELS * (input + gradient) + 6 * weights);
        }
    }

    /** Counts a single tile of 2×4×4 outputs. */
    @Test
    void countsOneTileOfCubicKernels() {
        Conv3dGeometry g = geometry(new Dims3(2, 4, 4), Dims3.cube(3), Dims3.ONE, null);
        long products = 2L * 144 * CHANNELS * LANES;
        long input = 4 * 12 * 24 + 36 * 4;
        long output = 36 * 4 + 2 * ((6 + 4) * 16 + 16);
        long gradient = 2 * (4 + 6) * 16 + 36 * 2;
        long weights = (3 * (3 * 6 + 36) + 144) * CHANNELS * LANES;
        try (CpuDevice cpu = new CpuDevice(1)) {
            PlanarWork work = new PlanarWork(cpu, g);
            long correlation = 7 * products + CHANNELS * (input + output) + 5 * weights;
            assertThat(work.flop(Pass.FORWARD)).isEqualTo(correlation);
            assertThat(work.flop(Pass.GRAD_INPUT)).isEqualTo(correlation);
            assertThat(work.flop(Pass.GRAD_WEIGHT)).isEqualTo(products + CHANNELS * (input + gradient) + 6 * weights);
        }
    }

    /** Counts a single tile of 4×4×4 outputs. */
    @Test
    void countsOneTileOfFourPlanes() {
        Conv3dGeometry g = geometry(Dims3.cube(4), Dims3.cube(3), Dims3.ONE, null);
        long products = 2L * 216 * CHANNELS * LANES;
        long input = 6 * 12 * 24 + 36 * 24;
        long output = 36 * 16 + 4 * ((6 + 4) * 16 + 16);
        long weights = (3 * (3 * 6 + 36) + 216) * CHANNELS * LANES;
        try (CpuDevice cpu = new CpuDevice(1)) {
            PlanarWork work = new PlanarWork(cpu, new Planar(g, Tiling.UNIFORM));
            assertThat(work.flop(Pass.FORWARD)).isEqualTo(7 * products + CHANNELS * (input + output) + 5 * weights);
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
                assertThat(new PlanarWork(cpu, acs).flop(pass))
                        .as("%s", pass)
                        .isEqualTo(new PlanarWork(cpu, coronal).flop(pass));
            }
        }
    }

    private static Conv3dGeometry geometry(Dims3 size, Dims3 kernel, Dims3 padding, @Nullable AcsSplit split) {
        return new Conv3dGeometry(1, CHANNELS, CHANNELS, 1, size, size, kernel, Dims3.ONE, padding, Dims3.ONE, split);
    }
}
