package dev.voxgrad.engine.op.conv3d.cpu.planar;

import java.util.Arrays;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Gradients;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.ConvolutionMode;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.ReferenceDevice;
import dev.voxgrad.engine.op.conv3d.AcsSplit;
import dev.voxgrad.engine.op.conv3d.Conv3dAlgorithm;
import dev.voxgrad.engine.op.conv3d.Conv3dGeometry;
import dev.voxgrad.engine.op.conv3d.Conv3dOp;
import dev.voxgrad.engine.op.conv3d.cpu.InputGradientWriter;
import dev.voxgrad.engine.op.conv3d.cpu.VoxelReader;
import dev.voxgrad.engine.testing.DeviceAgreement;
import dev.voxgrad.engine.testing.Samples;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Compares all passes with the reference, for each orientation of the kernels for the three views of ACS, and for
 * 3×3×3.
 */
@Tag("kernels")
class PlanarTest {
    private static final Dims3 CUBE = Dims3.cube(3);
    private static final Dims3[] KERNELS = {new Dims3(1, 3, 3), new Dims3(3, 1, 3), new Dims3(3, 3, 1)};

    @Test
    void everyOrientationAgreesWithTheReference() {
        try (CpuDevice cpu = new CpuDevice(2)) {
            for (Dims3 kernel : KERNELS) {
                check(cpu, geometry(1, 16, 16, new Dims3(4, 4, 4), kernel, 1), true, 1);
                check(cpu, geometry(3, 17, 22, new Dims3(7, 5, 6), kernel, 1), true, 1);
                check(cpu, geometry(5, 22, 17, new Dims3(3, 9, 14), kernel, 1), false, 1);
                check(cpu, geometry(1, 70, 64, new Dims3(5, 14, 7), kernel, 1), true, 1);
                check(cpu, geometry(1, 3, 5, new Dims3(31, 6, 28), kernel, 1), true, 1);
                check(cpu, geometry(1, 5, 3, new Dims3(28, 31, 9), kernel, 1), true, 1);
            }
        }
    }

    @Test
    void everyPaddingAgreesWithTheReference() {
        try (CpuDevice cpu = new CpuDevice(2)) {
            for (Dims3 kernel : KERNELS) {
                for (int padding : new int[] {0, 2}) {
                    check(cpu, geometry(2, 17, 16, new Dims3(6, 7, 5), kernel, padding), true, 1);
                    check(cpu, geometry(1, 5, 7, new Dims3(15, 13, 14), kernel, padding), true, 1);
                }
            }
        }
    }

    @Test
    void viewsOfAcsAgreeWithTheReference() {
        try (CpuDevice cpu = new CpuDevice(2)) {
            check(cpu, acs(1, 16, AcsSplit.thirds(16), new Dims3(4, 4, 4)), true, 1);
            check(cpu, acs(3, 17, AcsSplit.thirds(22), new Dims3(7, 5, 6)), true, 1);
            check(cpu, acs(1, 22, AcsSplit.thirds(64), new Dims3(3, 9, 14)), false, 1);
            check(cpu, acs(1, 3, AcsSplit.thirds(5), new Dims3(28, 8, 6)), true, 1);
            check(cpu, acs(1, 4, AcsSplit.thirds(2), new Dims3(31, 5, 9)), true, 1);
            check(cpu, acs(2, 17, new AcsSplit(0, 16, 0), new Dims3(6, 7, 5)), true, 1);
            check(cpu, acs(2, 17, new AcsSplit(5, 0, 11), new Dims3(6, 7, 5)), true, 1);
            check(cpu, acs(1, 17, new AcsSplit(0, 1, 17), new Dims3(9, 7, 5)), true, 1);
        }
    }

    @Test
    void cubicKernelsAgreeWithTheReference() {
        try (CpuDevice cpu = new CpuDevice(2)) {
            check(cpu, geometry(1, 16, 16, new Dims3(4, 4, 4), CUBE, 1), true, 1);
            check(cpu, geometry(3, 17, 22, new Dims3(7, 5, 6), CUBE, 1), true, 1);
            check(cpu, geometry(2, 22, 17, new Dims3(3, 9, 14), CUBE, 1), false, 2.5f);
            check(cpu, geometry(1, 3, 5, new Dims3(31, 6, 28), CUBE, 1), true, 1);
            check(cpu, geometry(1, 5, 3, new Dims3(1, 2, 1), CUBE, 1), true, 1);
            check(cpu, geometry(1, 35, 40, new Dims3(9, 13, 7), CUBE, 1), true, 1);
            for (int padding : new int[] {0, 2}) {
                check(cpu, geometry(2, 17, 16, new Dims3(6, 7, 5), CUBE, padding), true, 1);
                check(cpu, geometry(1, 5, 7, new Dims3(15, 13, 14), CUBE, padding), true, 1);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Tiling.class)
    void everyTilingOfCubicKernelsAgreesWithTheReference(Tiling tiling) {
        try (CpuDevice cpu = new CpuDevice(2)) {
            check(cpu, new Planar(geometry(2, 17, 22, new Dims3(7, 14, 9), CUBE, 1), tiling), true, 1);
            check(cpu, new Planar(geometry(1, 5, 3, new Dims3(18, 6, 13), CUBE, 1), tiling), true, 1);
            check(cpu, new Planar(geometry(3, 90, 70, new Dims3(6, 5, 7), CUBE, 1), tiling), false, 1);
            for (int padding : new int[] {0, 2}) {
                check(cpu, new Planar(geometry(1, 16, 17, new Dims3(14, 7, 10), CUBE, padding), tiling), true, 1);
            }
        }
    }

    @Test
    void tilingTakesTheFewestProducts() {
        assertThat(Planar.tiling(geometry(32, 64, 64, Dims3.cube(28), CUBE, 1))).isEqualTo(Tiling.UNIFORM);
        assertThat(Planar.tiling(geometry(32, 256, 256, Dims3.cube(7), CUBE, 1)))
                .isEqualTo(Tiling.UNIFORM);
        assertThat(Planar.tiling(geometry(32, 128, 128, Dims3.cube(14), CUBE, 1)))
                .isEqualTo(Tiling.MIXED_PLANES);
        assertThat(Planar.tiling(geometry(32, 64, 64, new Dims3(2, 16, 16), CUBE, 1)))
                .isEqualTo(Tiling.UNIFORM);
        assertThat(Planar.tiling(geometry(32, 64, 64, Dims3.cube(14), KERNELS[0], 1)))
                .isEqualTo(Tiling.MIXED);
    }

    /** Scores of a volume must not depend on which others are in its batch. */
    @Test
    void choiceDoesNotDependOnTheBatch() {
        for (int batch : new int[] {1, 7, 256}) {
            for (int edge : new int[] {28, 14, 7, 4}) {
                for (Dims3 kernel : new Dims3[] {CUBE, KERNELS[0], KERNELS[1]}) {
                    Conv3dGeometry one = geometry(batch, 128, 128, Dims3.cube(edge), kernel, 1);
                    Conv3dGeometry other = one.withBatch(32);
                    for (ConvolutionMode mode : ConvolutionMode.values()) {
                        assertThat(Conv3dAlgorithm.of(mode, one)).isEqualTo(Conv3dAlgorithm.of(mode, other));
                        assertThat(Conv3dAlgorithm.ofGradients(mode, one))
                                .isEqualTo(Conv3dAlgorithm.ofGradients(mode, other));
                        assertThat(Conv3dAlgorithm.ofInference(mode, one))
                                .isEqualTo(Conv3dAlgorithm.ofInference(mode, other));
                    }
                    assertThat(Planar.tiling(one)).isEqualTo(Planar.tiling(other));
                }
            }
        }
    }

    /** Has more weights than a thread processes by itself. */
    @Test
    void manyChannelsAgreeWithTheReference() {
        try (CpuDevice cpu = new CpuDevice(2)) {
            check(cpu, geometry(3, 200, 170, new Dims3(2, 4, 7), KERNELS[0], 1), true, 1);
            check(cpu, acs(2, 180, AcsSplit.thirds(200), new Dims3(4, 3, 3)), true, 1);
            check(cpu, geometry(3, 100, 90, new Dims3(5, 4, 7), CUBE, 1), true, 1);
        }
    }

    @Test
    void factorsMultiplyTheWeights() {
        try (CpuDevice cpu = new CpuDevice(2)) {
            check(cpu, geometry(2, 17, 22, new Dims3(3, 7, 6), KERNELS[0], 1), true, 2.5f);
            check(cpu, acs(2, 17, AcsSplit.thirds(22), new Dims3(5, 7, 6)), true, 0.5f);
        }
    }

    @Test
    void threadCountDoesNotChangeResults() {
        Conv3dGeometry[] geometries = {
            geometry(3, 17, 40, new Dims3(10, 8, 13), KERNELS[0], 1),
            acs(3, 17, AcsSplit.thirds(40), new Dims3(16, 7, 14)),
            geometry(3, 200, 170, new Dims3(2, 4, 7), KERNELS[1], 1),
            geometry(3, 17, 40, new Dims3(10, 8, 13), CUBE, 1),
            geometry(3, 100, 90, new Dims3(5, 4, 7), CUBE, 1)
        };
        for (Conv3dGeometry g : geometries) {
            double[][] one = withThreads(1, g);
            for (int threads : new int[] {2, 5}) {
                assertThat(withThreads(threads, g)).as("%d threads", threads).isDeepEqualTo(one);
            }
        }
    }

    /** Blocks of tiles follow from the size of the cache, which differs between machines; results must not. */
    @Test
    void cacheSizeDoesNotChangeResults() {
        Conv3dGeometry[] geometries = {
            geometry(3, 17, 40, new Dims3(10, 28, 13), KERNELS[0], 1),
            acs(1, 17, AcsSplit.thirds(40), new Dims3(16, 27, 14)),
            geometry(1, 32, 32, new Dims3(16, 20, 20), CUBE, 1)
        };
        try (CpuDevice cpu = new CpuDevice(2)) {
            for (Conv3dGeometry g : geometries) {
                Planar planar = new Planar(g);
                int small = 64 * 1024;
                int large = 16 * 1024 * 1024;
                assertThat(blocks(planar, small)).isLessThan(blocks(planar, large));
                double[][] expected = planar(new TiledPlanarConv3d(cpu, planar, small), g, true, 1);
                assertThat(planar(new TiledPlanarConv3d(cpu, planar, large), g, true, 1))
                        .isDeepEqualTo(expected);
            }
        }
    }

    /** Checks blocks of F(4×4×4) by hand: a tile has 216 positions, each with all channels, in and out. */
    @Test
    void blocksFitTheCacheUnlessWeightsAreMore() {
        Planar few = new Planar(geometry(32, 16, 16, Dims3.cube(28), CUBE, 1));
        Planar many = new Planar(geometry(32, 64, 64, Dims3.cube(28), CUBE, 1));
        int tile = 216 * (16 + 16) * Float.BYTES;
        assertThat(blocks(few, 0)).isEqualTo(7);
        assertThat(blocks(few, 4 * (14 * tile + 1) / 3)).isEqualTo(14);
        assertThat(blocks(few, 4 * (14 * tile - 4) / 3)).isEqualTo(7);
        assertThat(blocks(few, Integer.MAX_VALUE)).isEqualTo(56);
        // 64 · 64 weights are 32 times 64 + 64 values of a tile.
        assertThat(blocks(many, 64 * 1024)).isEqualTo(28);
    }

    private static int blocks(Planar planar, int cache) {
        return PlanarConvolution.tilesPerBlock(planar.forward.passes.getFirst(), planar.forward, cache);
    }

    @Test
    void operationUsesIt() {
        Shape x = Shape.of(8, 17, 3, 9, 14);
        Shape w = Shape.of(22, 17, 1, 3, 3);
        Conv3dOp op = new Conv3dOp(Dims3.ONE, new Dims3(0, 1, 1), Dims3.ONE, 1);
        Conv3dGeometry g = op.geometry(x, w, op.outputShape(x, w));
        assertThat(Conv3dAlgorithm.of(ConvolutionMode.AUTO, g)).isEqualTo(Conv3dAlgorithm.PLANAR);
        assertThat(Conv3dAlgorithm.of(ConvolutionMode.DIRECT, g)).isEqualTo(Conv3dAlgorithm.DIRECT);
        int terms = Math.max(x.dim(0) * x.elementsFrom(2), 9 * w.dim(0));
        try (CpuDevice cpu = new CpuDevice(2)) {
            int compared =
                    DeviceAgreement.check(cpu, terms, in -> in[0].conv3d(in[1], in[2], op), x, w, Shape.of(w.dim(0)));
            assertThat(compared).isEqualTo(4);
        }
    }

    @Test
    void operationUsesItForCubicKernels() {
        Shape x = Shape.of(2, 16, 28, 28, 28);
        Shape w = Shape.of(16, 16, 3, 3, 3);
        Conv3dOp op = Conv3dOp.padded(1);
        assertThat(large(op.geometry(x, w, op.outputShape(x, w)))).isEqualTo(Conv3dAlgorithm.WINOGRAD4);
        int terms = Math.max(x.dim(0) * x.elementsFrom(2), 27 * w.dim(0));
        try (CpuDevice cpu = new CpuDevice(2, ConvolutionMode.WINOGRAD4, true)) {
            int compared =
                    DeviceAgreement.check(cpu, terms, in -> in[0].conv3d(in[1], in[2], op), x, w, Shape.of(w.dim(0)));
            assertThat(compared).isEqualTo(4);
        }
    }

    @Test
    void ruleLeavesToOthersWhatItCannotOrShouldNotCompute() {
        assertThat(auto(geometry(32, 64, 64, Dims3.cube(28), KERNELS[0], 1))).isEqualTo(Conv3dAlgorithm.PLANAR);
        assertThat(auto(geometry(32, 512, 512, Dims3.cube(4), KERNELS[0], 1))).isEqualTo(Conv3dAlgorithm.PLANAR);
        assertThat(auto(acs(32, 512, AcsSplit.thirds(512), Dims3.cube(4)))).isEqualTo(Conv3dAlgorithm.PLANAR);
        // Few tiles would share the transformed weights.
        assertThat(auto(geometry(32, 512, 512, new Dims3(1, 2, 2), KERNELS[0], 1)))
                .isEqualTo(Conv3dAlgorithm.DIRECT);
        assertThat(auto(geometry(32, 64, 15, Dims3.cube(28), KERNELS[0], 1))).isEqualTo(Conv3dAlgorithm.DIRECT);
        Dims3 padding = new Dims3(0, 1, 1);
        for (Conv3dOp op : new Conv3dOp[] {
            new Conv3dOp(new Dims3(2, 1, 1), padding, Dims3.ONE, 1),
            new Conv3dOp(Dims3.ONE, padding, new Dims3(1, 1, 2), 1),
            new Conv3dOp(Dims3.ONE, padding, Dims3.ONE, 2),
            new Conv3dOp(Dims3.ONE, Dims3.ONE, Dims3.ONE, 1)
        }) {
            Shape x = Shape.of(32, 32, 14, 14, 14);
            Shape w = Shape.of(32, 32 / op.groups(), 1, 3, 3);
            assertThat(auto(op.geometry(x, w, op.outputShape(x, w)))).isEqualTo(Conv3dAlgorithm.DIRECT);
        }
    }

    @Test
    void ruleTakesItForCubicKernelsWithManyTiles() {
        assertThat(large(geometry(32, 64, 64, Dims3.cube(28), CUBE, 1))).isEqualTo(Conv3dAlgorithm.WINOGRAD4);
        assertThat(large(geometry(32, 16, 32, Dims3.cube(28), CUBE, 1))).isEqualTo(Conv3dAlgorithm.WINOGRAD4);
        assertThat(large(geometry(32, 128, 128, Dims3.cube(14), CUBE, 1))).isEqualTo(Conv3dAlgorithm.WINOGRAD4);
        assertThat(large(geometry(32, 256, 256, Dims3.cube(7), CUBE, 1))).isEqualTo(Conv3dAlgorithm.WINOGRAD4);
        assertThat(large(geometry(32, 64, 64, Dims3.cube(14), CUBE, 1))).isEqualTo(Conv3dAlgorithm.WINOGRAD);
        assertThat(large(geometry(32, 512, 512, Dims3.cube(4), CUBE, 1))).isEqualTo(Conv3dAlgorithm.WINOGRAD);
        assertThat(large(geometry(32, 256, 256, CUBE, CUBE, 1))).isEqualTo(Conv3dAlgorithm.DIRECT);
        assertThat(large(geometry(32, 64, 15, Dims3.cube(28), CUBE, 1))).isEqualTo(Conv3dAlgorithm.DIRECT);
        Conv3dGeometry planar = geometry(32, 64, 64, Dims3.cube(28), KERNELS[0], 1);
        assertThat(large(planar)).isEqualTo(Conv3dAlgorithm.PLANAR);
    }

    @Test
    void ruleTakesItForCubicKernelsOfManyChannelsByItself() {
        assertThat(auto(geometry(32, 64, 64, Dims3.cube(28), CUBE, 1))).isEqualTo(Conv3dAlgorithm.WINOGRAD4);
        assertThat(auto(geometry(32, 256, 256, Dims3.cube(7), CUBE, 1))).isEqualTo(Conv3dAlgorithm.WINOGRAD4);
        Conv3dGeometry layer1 = geometry(32, 64, 64, Dims3.cube(28), CUBE, 1);
        assertThat(Conv3dAlgorithm.of(ConvolutionMode.WINOGRAD, layer1)).isEqualTo(Conv3dAlgorithm.WINOGRAD);
        assertThat(Conv3dAlgorithm.ofInference(ConvolutionMode.WINOGRAD, layer1))
                .isEqualTo(Conv3dAlgorithm.WINOGRAD);
    }

    @Test
    void ruleLeavesTrainingWithFewChannelsToSmallTiles() {
        for (Conv3dGeometry g : new Conv3dGeometry[] {
            geometry(32, 32, 64, Dims3.cube(28), CUBE, 1), geometry(32, 16, 32, Dims3.cube(28), CUBE, 1)
        }) {
            assertThat(auto(g)).isEqualTo(Conv3dAlgorithm.WINOGRAD);
            assertThat(Conv3dAlgorithm.ofInference(ConvolutionMode.AUTO, g)).isEqualTo(Conv3dAlgorithm.WINOGRAD4);
        }
    }

    @Test
    void ruleTakesPairsOfPlanesForGradientsOfFewChannels() {
        Conv3dGeometry few = geometry(32, 32, 32, Dims3.cube(28), CUBE, 1);
        assertThat(gradients(few)).isEqualTo(Conv3dAlgorithm.WINOGRAD_PAIRS);
        assertThat(gradients(geometry(32, 15, 32, Dims3.cube(28), CUBE, 1))).isEqualTo(Conv3dAlgorithm.DIRECT);
        assertThat(gradients(geometry(32, 32, 64, Dims3.cube(14), CUBE, 1))).isEqualTo(Conv3dAlgorithm.WINOGRAD);
        assertThat(gradients(geometry(32, 64, 64, Dims3.cube(28), CUBE, 1))).isEqualTo(Conv3dAlgorithm.WINOGRAD4);
        assertThat(gradients(geometry(32, 32, 32, Dims3.cube(28), KERNELS[0], 1)))
                .isEqualTo(Conv3dAlgorithm.PLANAR);
        assertThat(Conv3dAlgorithm.ofGradients(ConvolutionMode.WINOGRAD4, few)).isEqualTo(Conv3dAlgorithm.WINOGRAD4);
        assertThat(Conv3dAlgorithm.ofGradients(ConvolutionMode.WINOGRAD, few)).isEqualTo(Conv3dAlgorithm.WINOGRAD);
        assertThat(Conv3dAlgorithm.ofGradients(ConvolutionMode.DIRECT, few)).isEqualTo(Conv3dAlgorithm.DIRECT);
        assertThat(new Planar(few).forward.passes.getFirst().positions()).isEqualTo(6 * 6 * 6);
        assertThat(Planar.of(Conv3dAlgorithm.WINOGRAD_PAIRS, few)
                        .forward
                        .passes
                        .getFirst()
                        .positions())
                .isEqualTo(4 * 6 * 6);
    }

    private static Conv3dAlgorithm gradients(Conv3dGeometry g) {
        return Conv3dAlgorithm.ofGradients(ConvolutionMode.AUTO, g);
    }

    private static Conv3dAlgorithm large(Conv3dGeometry g) {
        return Conv3dAlgorithm.of(ConvolutionMode.WINOGRAD4, g);
    }

    private static Conv3dAlgorithm auto(Conv3dGeometry g) {
        return Conv3dAlgorithm.of(ConvolutionMode.AUTO, g);
    }

    // ------------------------------------------------------------------------------------------------ geometry

    private static Conv3dGeometry geometry(int batch, int inputs, int outputs, Dims3 input, Dims3 kernel, int padding) {
        Dims3 pad =
                new Dims3(kernel.d() == 1 ? 0 : padding, kernel.h() == 1 ? 0 : padding, kernel.w() == 1 ? 0 : padding);
        Conv3dOp op = new Conv3dOp(Dims3.ONE, pad, Dims3.ONE, 1);
        Shape x = Shape.of(batch, inputs, input.d(), input.h(), input.w());
        Shape w = Shape.of(outputs, inputs, kernel.d(), kernel.h(), kernel.w());
        return op.geometry(x, w, op.outputShape(x, w));
    }

    private static Conv3dGeometry acs(int batch, int inputs, AcsSplit split, Dims3 size) {
        return new Conv3dGeometry(
                batch, inputs, split.channels(), 1, size, size, Dims3.cube(3), Dims3.ONE, Dims3.ONE, Dims3.ONE, split);
    }

    // ------------------------------------------------------------------------------------------------ passes

    /** Compares the output and the gradients of input and weight. */
    private static void check(CpuDevice cpu, Conv3dGeometry g, boolean withBias, float factor) {
        check(cpu, new Planar(g), withBias, factor);
    }

    private static void check(CpuDevice cpu, Planar planar, boolean withBias, float factor) {
        Conv3dGeometry g = planar.g;
        double[][] expected = reference(g, withBias, factor);
        double[][] actual = planar(cpu, planar, withBias, factor);
        String[] names = {"output", "input gradient", "weight gradient"};
        int[] terms = {
            taps(g) * g.inputChannels() + 1,
            taps(g) * g.outputChannels(),
            g.batch() * g.output().product()
        };
        for (int i = 0; i < names.length; i++) {
            DeviceAgreement.assertClose(names[i] + " of " + g, expected[i], actual[i], terms[i]);
        }
    }

    private static double[][] withThreads(int threads, Conv3dGeometry g) {
        try (CpuDevice cpu = new CpuDevice(threads)) {
            return planar(cpu, new Planar(g), true, 1);
        }
    }

    static double[][] planar(CpuDevice cpu, Planar planar, boolean withBias, float factor) {
        return planar(new TiledPlanarConv3d(cpu, planar), planar.g, withBias, factor);
    }

    private static double[][] planar(TiledPlanarConv3d convolution, Conv3dGeometry g, boolean withBias, float factor) {
        float[] x = channelsLast(Samples.gaussian(x(g), 1), g.inputChannels(), g.input());
        float[] dy = channelsLast(Samples.gaussian(y(g), 4), g.outputChannels(), g.output());
        float[] w = floats(Samples.gaussian(weight(g), 2));
        float @Nullable [] bias = withBias ? floats(Samples.gaussian(Shape.of(g.outputChannels()), 3)) : null;
        float @Nullable [] factors = null;
        if (factor != 1) {
            factors = new float[g.outputChannels()];
            Arrays.fill(factors, factor);
        }
        float[] y = new float[dy.length];
        float[] dx = new float[x.length];
        float[] dw = new float[w.length];
        VoxelReader reader = VoxelReader.of(x, g.inputChannels(), convolution.inputVoxel());
        convolution.forward(reader, w, factors, bias, convolution.outputLayout().copyTo(y));
        convolution.backward(
                reader,
                convolution.outputLayout().copyFrom(dy),
                w,
                dw,
                InputGradientWriter.to(dx, g.inputChannels(), g.input(), convolution.inputVoxel()));
        return new double[][] {
            rowMajor(y, g.outputChannels(), g.output()), rowMajor(dx, g.inputChannels(), g.input()), doubles(dw)
        };
    }

    /** Computes the same by the reference, with planar kernels embedded in 3×3×3 ones. */
    static double[][] reference(Conv3dGeometry g, boolean withBias, float factor) {
        double[] w = Samples.gaussian(weight(g), 2);
        boolean embedded = g.acs() != null;
        int pairs = g.outputChannels() * g.inputChannels();
        int taps = embedded ? 27 : taps(g);
        int[] positions = new int[w.length];
        double[] kernels = new double[taps * pairs];
        for (int i = 0; i < positions.length; i++) {
            int pair = i / 9;
            positions[i] = embedded ? 27 * pair + position(g, pair / g.inputChannels(), i % 9) : i;
            kernels[positions[i]] = w[i];
        }
        ReferenceDevice device = ReferenceDevice.INSTANCE;
        Dims3 k = g.kernel();
        Tensor x = Tensor.of(device, x(g), Samples.gaussian(x(g), 1)).requiresGrad(true);
        Tensor weight = Tensor.of(device, Shape.of(g.outputChannels(), g.inputChannels(), k.d(), k.h(), k.w()), kernels)
                .requiresGrad(true);
        Tensor y = x.conv3d(weight, null, new Conv3dOp(g.stride(), g.padding(), g.dilation(), 1));
        Gradients gradients = y.backward(Tensor.of(device, y.shape(), Samples.gaussian(y.shape(), 4)));
        double[] bias = Samples.gaussian(Shape.of(g.outputChannels()), 3);
        double[] output = y.toDoubleArray();
        for (int i = 0; i < output.length; i++) {
            int channel = i / g.output().product() % g.outputChannels();
            output[i] = factor * output[i] + (withBias ? bias[channel] : 0);
        }
        double[] dense = gradients.of(weight).toDoubleArray();
        double[] dw = IntStream.of(positions).mapToDouble(i -> dense[i]).toArray();
        return new double[][] {output, gradients.of(x).toDoubleArray(), dw};
    }

    /** Returns where tap {@code tap} of a 3×3 kernel of output channel {@code o} is in a kernel of 3×3×3. */
    private static int position(Conv3dGeometry g, int o, int tap) {
        AcsSplit split = g.acs();
        int row = tap / 3;
        int column = tap % 3;
        return switch (split == null ? 0 : split.view(o)) {
            case 0 -> 9 + 3 * row + column;
            case 1 -> 9 * row + 3 + column;
            default -> 9 * row + 3 * column + 1;
        };
    }

    static Shape x(Conv3dGeometry g) {
        Dims3 in = g.input();
        return Shape.of(g.batch(), g.inputChannels(), in.d(), in.h(), in.w());
    }

    static Shape y(Conv3dGeometry g) {
        Dims3 out = g.output();
        return Shape.of(g.batch(), g.outputChannels(), out.d(), out.h(), out.w());
    }

    static Shape weight(Conv3dGeometry g) {
        return Shape.of(g.outputChannels(), g.inputChannels(), taps(g));
    }

    private static int taps(Conv3dGeometry g) {
        return PlanarView.of(g).getFirst().taps();
    }

    // ------------------------------------------------------------------------------------------------ arrays

    private static float[] channelsLast(double[] values, int channels, Dims3 size) {
        int voxels = size.product();
        float[] result = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            int sample = i / (channels * voxels);
            int channel = i / voxels % channels;
            result[(sample * voxels + i % voxels) * channels + channel] = (float) values[i];
        }
        return result;
    }

    private static double[] rowMajor(float[] values, int channels, Dims3 size) {
        int voxels = size.product();
        double[] result = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            int sample = i / (channels * voxels);
            int channel = i / voxels % channels;
            result[i] = values[(sample * voxels + i % voxels) * channels + channel];
        }
        return result;
    }

    private static float[] floats(double[] values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }

    private static double[] doubles(float[] values) {
        return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
    }
}
