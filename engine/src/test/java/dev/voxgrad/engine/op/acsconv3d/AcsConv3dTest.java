package dev.voxgrad.engine.op.acsconv3d;

import java.util.Arrays;
import java.util.function.Function;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Gradients;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.ShapeException;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.ReferenceDevice;
import dev.voxgrad.engine.op.conv3d.AcsSplit;
import dev.voxgrad.engine.op.conv3d.Conv3dOp;
import dev.voxgrad.engine.random.RandomStream;
import dev.voxgrad.engine.testing.DeviceAgreement;
import dev.voxgrad.engine.testing.GradientCheck;
import dev.voxgrad.engine.testing.OnEveryDevice;
import dev.voxgrad.engine.testing.Samples;
import dev.voxgrad.engine.trace.OpCall;
import dev.voxgrad.engine.trace.Pass;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

@Tag("kernels")
class AcsConv3dTest {
    private static final ReferenceDevice REFERENCE = ReferenceDevice.INSTANCE;

    @Test
    void everyViewOfOneVoxelByHand() {
        Tensor x = Tensor.of(REFERENCE, Shape.of(1, 1, 2, 2, 2), 1.0, 2, 3, 4, 5, 6, 7, 8);
        Tensor w = Tensor.of(REFERENCE, Shape.of(3, 1, 3, 3), repeated(0, 0, 0, 0, 1, 10, 0, 100, 1000));
        Tensor y = x.acsConv3d(w, null, AcsConv3dOp.same(3, 1));
        assertThat(y.shape()).isEqualTo(Shape.of(1, 3, 2, 2, 2));
        double[] values = y.toDoubleArray();
        assertThat(values[0]).as("axial: rows are H, columns W").isEqualTo(1 + 2 * 10 + 3 * 100 + 4 * 1000);
        assertThat(values[8]).as("coronal: rows are D, columns W").isEqualTo(1 + 2 * 10 + 5 * 100 + 6 * 1000);
        assertThat(values[16]).as("sagittal: rows are D, columns H").isEqualTo(1 + 3 * 10 + 5 * 100 + 7 * 1000);
    }

    private static double[] repeated(double... kernel) {
        return Arrays.stream(new double[][] {kernel, kernel, kernel})
                .flatMapToDouble(Arrays::stream)
                .toArray();
    }

    @ParameterizedTest
    @CsvSource({
        "64, 22, 21, 21",
        "128, 43, 43, 42",
        "256, 86, 85, 85",
        "512, 171, 171, 170",
        "1024, 342, 341, 341",
        "2048, 683, 683, 682",
        "3, 1, 1, 1",
        "2, 1, 1, 0",
        "1, 1, 0, 0"
    })
    void firstViewsAreTheLargest(int channels, int a, int c, int s) {
        assertThat(AcsSplit.thirds(channels)).isEqualTo(new AcsSplit(a, c, s));
    }

    @Test
    void gradientsEqualCentralDifferences() {
        Shape x = Shape.of(1, 2, 4, 7, 5);
        Shape w = Shape.of(4, 2, 3, 3);
        for (AcsConv3dOp op : new AcsConv3dOp[] {
            AcsConv3dOp.same(3, 1),
            AcsConv3dOp.same(3, 2),
            new AcsConv3dOp(1, 2, 2, 1, new AcsSplit(0, 1, 3)),
            new AcsConv3dOp(2, 2, 1, 1, null)
        }) {
            int compared = GradientCheck.check(in -> in[0].acsConv3d(in[1], in[2], op), x, w, Shape.of(4));
            assertThat(compared).isEqualTo(x.elements() + w.elements() + 4);
        }
    }

    /** Uses channels around the vector widths, strides 1 and 2, odd and even sizes, and batch 1. */
    @OnEveryDevice(cudnn = true)
    void agreesWithTheReference(Device device) {
        int[][] channels = {{1, 1}, {1, 2}, {4, 15}, {15, 4}, {16, 17}, {17, 16}, {31, 33}, {3, 64}, {70, 2}, {32, 32}};
        int[] widths = {1, 3, 7, 5, 14, 9, 6, 10, 2, 4};
        int compared = 0;
        for (int i = 0; i < channels.length; i++) {
            Shape x = Shape.of(i % 3 + 1, channels[i][0], 3 + i % 3, 4 + i % 2, widths[i]);
            Shape w = Shape.of(channels[i][1], channels[i][0], 3, 3);
            compared += check(device, AcsConv3dOp.same(3, 1 + i % 2), x, w, i % 2 == 0);
        }
        assertThat(compared).isEqualTo(4 * 5 + 3 * 5);
    }

    @OnEveryDevice
    void agreesWithTheReferenceForRandomSettings(Device device) {
        RandomStream random = new RandomStream(15, 0, 0, 0);
        int compared = 0;
        int accepted = 0;
        int cases = 80;
        for (int i = 0; i < cases; i++) {
            int k = 1 + random.nextInt(5);
            boolean depthwise = random.nextInt(5) == 0;
            int outputs = 1 + random.nextInt(9);
            int inputs = depthwise ? outputs : 1 + random.nextInt(5);
            AcsConv3dOp op = new AcsConv3dOp(
                    1 + random.nextInt(3),
                    random.nextInt(4),
                    1 + random.nextInt(2),
                    depthwise ? outputs : 1,
                    random.nextInt(2) == 0 ? null : split(random, outputs));
            Shape x = Shape.of(
                    1 + random.nextInt(2), inputs, 1 + random.nextInt(9), 1 + random.nextInt(9), 1 + random.nextInt(9));
            Shape w = Shape.of(outputs, inputs / op.groups(), k, k);
            if (accepts(op, x, w)) {
                accepted++;
                compared += check(device, op, x, w, true);
            }
        }
        assertThat(compared).isEqualTo(4 * accepted);
        assertThat(accepted).isGreaterThan(cases / 3);
    }

    private static AcsSplit split(RandomStream random, int channels) {
        int a = random.nextInt(channels + 1);
        int c = random.nextInt(channels - a + 1);
        return new AcsSplit(a, c, channels - a - c);
    }

    private static boolean accepts(AcsConv3dOp op, Shape x, Shape w) {
        try {
            op.outputShape(x, w);
            return true;
        } catch (ShapeException e) {
            return false;
        }
    }

    private static int check(Device device, AcsConv3dOp op, Shape x, Shape w, boolean bias) {
        int terms = Math.max(x.dim(0) * x.elementsFrom(2), Math.max(w.dim(0), w.dim(1)) * w.elementsFrom(2));
        if (bias) {
            Function<Tensor[], Tensor> conv = in -> in[0].acsConv3d(in[1], in[2], op);
            return DeviceAgreement.check(device, terms, conv, x, w, Shape.of(w.dim(0)));
        }
        return DeviceAgreement.check(device, terms, in -> in[0].acsConv3d(in[1], null, op), x, w);
    }

    /** The definition, by planes, gives the same as conv3d with the kernels laid into the centre planes of 3×3×3. */
    @Test
    void equalsConvolutionWithTheKernelsInCentrePlanes() {
        for (int stride = 1; stride <= 2; stride++) {
            for (int size = 3; size <= 8; size++) {
                Tensor x = tensor(Shape.of(2, 3, size, 7, 6), 1);
                Tensor w = tensor(Shape.of(7, 3, 3, 3), 2);
                Tensor cube = Tensor.of(REFERENCE, Shape.of(7, 3, 3, 3, 3), inCentrePlanes(w, 3, 2));
                double[] acs = x.acsConv3d(w, null, AcsConv3dOp.same(3, stride)).toDoubleArray();
                double[] dense = x.conv3d(cube, null, new Conv3dOp(Dims3.cube(stride), Dims3.ONE, Dims3.ONE, 1))
                        .toDoubleArray();
                assertThat(acs).containsExactly(dense, within(1e-13));
            }
        }
    }

    private static double[] inCentrePlanes(Tensor weight, int a, int c) {
        double[] w = weight.toDoubleArray();
        int inputs = weight.shape().dim(1);
        double[] cube = new double[3 * w.length];
        for (int i = 0; i < w.length; i++) {
            int kernel = i / 9;
            int o = kernel / inputs;
            int r = i / 3 % 3;
            int q = i % 3;
            int tap = o < a ? 9 + 3 * r + q : o < a + c ? 9 * r + 3 + q : 9 * r + 3 * q + 1;
            cube[27 * kernel + tap] = w[i];
        }
        return cube;
    }

    /** Swapping D and H makes an axial view coronal and the reverse, and transposes sagittal kernels. */
    @OnEveryDevice(reference = true)
    void swappingAxesSwapsViews(Device device) {
        int d = 5;
        int h = 6;
        int w = 7;
        double[] x = Samples.gaussian(Shape.of(1, 2, d, h, w), 1);
        double[] weight = Samples.gaussian(Shape.of(6, 2, 3, 3), 2);
        double[] y = Tensor.of(device, Shape.of(1, 2, d, h, w), x)
                .acsConv3d(Tensor.of(device, Shape.of(6, 2, 3, 3), weight), null, split(3, 1, 2))
                .toDoubleArray();
        double[] swappedWeight = new double[weight.length];
        System.arraycopy(weight, 3 * 18, swappedWeight, 0, 18);
        System.arraycopy(weight, 0, swappedWeight, 18, 3 * 18);
        for (int i = 4 * 18; i < weight.length; i++) {
            swappedWeight[i / 9 * 9 + i % 3 * 3 + i / 3 % 3] = weight[i];
        }
        double[] swapped = Tensor.of(device, Shape.of(1, 2, h, d, w), swapped(x, d, h, w))
                .acsConv3d(Tensor.of(device, Shape.of(6, 2, 3, 3), swappedWeight), null, split(1, 3, 2))
                .toDoubleArray();
        double[] back = swapped(swapped, h, d, w);
        int volume = d * h * w;
        int[] channels = {1, 2, 3, 0, 4, 5};
        for (int o = 0; o < 6; o++) {
            for (int i = 0; i < volume; i++) {
                assertThat(back[channels[o] * volume + i]).isCloseTo(y[o * volume + i], within(1e-5));
            }
        }
    }

    private static AcsConv3dOp split(int a, int c, int s) {
        return new AcsConv3dOp(1, 1, 1, 1, new AcsSplit(a, c, s));
    }

    private static double[] swapped(double[] values, int d, int h, int w) {
        double[] result = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            int x = i % w;
            int y = i / w % h;
            int z = i / (w * h) % d;
            int channel = i / (w * h * d);
            result[((channel * h + y) * d + z) * w + x] = values[i];
        }
        return result;
    }

    @OnEveryDevice(reference = true)
    void kernelOfOneElementIsPointwise(Device device) {
        Tensor x = Tensor.of(device, Shape.of(2, 5, 7, 6, 5), Samples.gaussian(Shape.of(2, 5, 7, 6, 5), 1));
        double[] weight = Samples.gaussian(Shape.of(4, 5, 1, 1), 2);
        for (int stride = 1; stride <= 2; stride++) {
            double[] acs = x.acsConv3d(
                            Tensor.of(device, Shape.of(4, 5, 1, 1), weight), null, AcsConv3dOp.same(1, stride))
                    .toDoubleArray();
            Conv3dOp pointwise = new Conv3dOp(Dims3.cube(stride), Dims3.ZERO, Dims3.ONE, 1);
            assertThat(acs)
                    .containsExactly(x.conv3d(Tensor.of(device, Shape.of(4, 5, 1, 1, 1), weight), null, pointwise)
                            .toDoubleArray());
        }
    }

    @Test
    void threadCountDoesNotChangeResults() {
        float[][] one = results(1);
        for (int threads : new int[] {2, 3, 5}) {
            float[][] more = results(threads);
            for (int i = 0; i < one.length; i++) {
                assertThat(more[i]).as("result %d with %d threads", i, threads).isEqualTo(one[i]);
            }
        }
    }

    private static float[][] results(int threads) {
        try (CpuDevice cpu = new CpuDevice(threads)) {
            Shape xShape = Shape.of(3, 17, 6, 5, 9);
            Shape wShape = Shape.of(40, 17, 3, 3);
            Tensor x = Tensor.of(cpu, xShape, Samples.gaussian(xShape, 1)).requiresGrad(true);
            Tensor w = Tensor.of(cpu, wShape, Samples.gaussian(wShape, 2)).requiresGrad(true);
            Tensor y = x.acsConv3d(w, null, AcsConv3dOp.same(3, 1));
            Gradients gradients = y.backward(Tensor.of(cpu, y.shape(), Samples.gaussian(y.shape(), 4)));
            return new float[][] {
                y.toArray(), gradients.of(x).toArray(), gradients.of(w).toArray()
            };
        }
    }

    @Test
    void workIsThatOfThePlanes() {
        Shape x = Shape.of(2, 16, 8, 8, 8);
        OpCall call = OpCall.ofShapes(Shape.of(2, 20, 8, 8, 8), x, Shape.of(20, 16, 3, 3));
        assertThat(AcsConv3dOp.same(3, 1).work(REFERENCE, Pass.FORWARD, call).directFlop())
                .isEqualTo(2L * 2 * 20 * 512 * 16 * 9);
    }

    @Test
    void onlyUsualSettingsCanBeFused() {
        Shape weight = Shape.of(4, 4, 3, 3);
        assertThat(AcsConv3dOp.same(3, 2).fusible(weight)).isTrue();
        assertThat(new AcsConv3dOp(1, 0, 1, 1, null).fusible(weight)).isFalse();
        assertThat(new AcsConv3dOp(1, 1, 2, 1, null).fusible(weight)).isFalse();
        assertThat(new AcsConv3dOp(1, 1, 1, 4, null).fusible(Shape.of(4, 1, 3, 3)))
                .isFalse();
    }

    @Test
    void shapeErrorsNameTheMisfit() {
        refuses(AcsConv3dOp.same(3, 1), Shape.of(1, 3, 5, 5, 5), Shape.of(4, 3, 3, 3, 3), "weight has 5 dimensions");
        refuses(AcsConv3dOp.same(3, 1), Shape.of(1, 3, 5, 5, 5), Shape.of(4, 3, 3, 5), "3x5 (dims 2 and 3)");
        refuses(AcsConv3dOp.same(3, 1), Shape.of(1, 3, 5, 5, 5), Shape.of(4, 2, 3, 3), "input has 3 channels (dim 1)");
        refuses(split(1, 1, 1), Shape.of(1, 3, 5, 5, 5), Shape.of(4, 3, 3, 3), "the split 1, 1, 1 has 3 channels");
        refuses(AcsConv3dOp.same(7, 1), Shape.of(1, 3, 5, 5, 1), Shape.of(4, 3, 9, 9), "9 voxels (dim 4)");
        refuses(new AcsConv3dOp(0, 1, 1, 1, null), Shape.of(1, 3, 5, 5, 5), Shape.of(4, 3, 3, 3), "stride 0");
        refuses(
                new AcsConv3dOp(1, 1, 1, 2, null),
                Shape.of(1, 4, 5, 5, 5),
                Shape.of(4, 2, 3, 3),
                "with 2 groups, input and output must have 2 channels each, but they have 4 and 4");
        refuses(
                new AcsConv3dOp(2, 1, 1, 4, null),
                Shape.of(1, 4, 8, 7, 8),
                Shape.of(4, 1, 3, 3),
                "depthwise convolution needs as many output as input positions or half as many, but has 4 for 7"
                        + " along H");
    }

    /** Half as many positions by chance, not by stride 2: the plane rule and the number of planes contradict. */
    @Test
    void refusesHalfTheSizeByChance() {
        AcsConv3dOp valid = new AcsConv3dOp(1, 0, 1, 1, null);
        refuses(
                valid,
                Shape.of(1, 3, 4, 7, 7),
                Shape.of(4, 3, 3, 3),
                "the volume has 4 planes at a distance of 1 along D, but stride, padding, dilation and kernel lead"
                        + " to 2");
        refuses(valid, Shape.of(1, 3, 7, 7, 4), Shape.of(4, 3, 3, 3), "along W");
        assertThat(valid.outputShape(Shape.of(1, 3, 7, 7, 4), Shape.of(2, 3, 3, 3)))
                .as("there is no sagittal view")
                .isEqualTo(Shape.of(1, 2, 5, 5, 2));
    }

    private static void refuses(AcsConv3dOp op, Shape x, Shape w, String message) {
        assertThatThrownBy(() -> op.outputShape(x, w))
                .isInstanceOf(ShapeException.class)
                .hasMessageStartingWith("acsConv3d: ")
                .hasMessageContaining(message);
    }

    private static Tensor tensor(Shape shape, int seed) {
        return Tensor.of(REFERENCE, shape, Samples.gaussian(shape, seed));
    }
}
