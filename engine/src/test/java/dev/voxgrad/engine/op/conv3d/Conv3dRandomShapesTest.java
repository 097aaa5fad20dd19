package dev.voxgrad.engine.op.conv3d;

import java.util.function.Function;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.ConvolutionMode;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.ReferenceDevice;
import dev.voxgrad.engine.op.conv3d.cpu.planar.Planar;
import dev.voxgrad.engine.op.conv3d.cpu.planar.WinogradMagnitudes;
import dev.voxgrad.engine.op.conv3d.cpu.winograd.WinogradTest;
import dev.voxgrad.engine.random.RandomStream;
import dev.voxgrad.engine.testing.DeviceAgreement;
import dev.voxgrad.engine.testing.RoundingBound;
import dev.voxgrad.engine.testing.Samples;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Checks all four passes of convolution for 200 random shapes, within error bounds that hold for any operands and any
 * order of summation: a correct kernel cannot fail here, whatever the shape or the vector width.
 *
 * <p>The bounds are {@link RoundingBound}'s, γₙ·Σ|term|. Products with zero padding add no rounding.
 *
 * <pre>
 * direct      Σ|term| is the same pass on |x|, |w|, |b|, |dy|; roundings:
 *   forward      C·taps products, bias                        C·taps + 1
 *   gradInput    O·taps products                              O·taps
 *   gradWeight   one product per output voxel of the batch    N·D'·H'·W'
 *   gradBias     one value per output voxel of the batch      N·D'·H'·W'
 *
 * Winograd    Σ|term| is {@link WinogradMagnitudes} of them, + |b|; roundings:
 *   Bᵀd, A dy    one addition per axis                        3 each
 *   G g, Gᵀdg    in double, rounded once at the end           2 (1, and the double's, which are less than another)
 *   ⊙            one product per channel, or per tile         C, O, or N·tiles
 *   Aᵀm          two additions per axis, bias                 6 + 1
 * in all: forward C + 12, gradInput O + 11, gradWeight N·tiles + 8
 * </pre>
 *
 * <p>Planar kernels and larger tiles have a test of their own. One rounding is added for the reference, whose errors,
 * in double, are far smaller than that. The bounds ignore underflow and overflow; normal deviates cause neither. The
 * norm-wise form of the same bound for Winograd is in Barabasz, Anderson, Soodhalter and Gregg, "Error analysis and
 * improving the accuracy of Winograd convolution for deep neural networks", ACM TOMS 46(4), 2020: with ‖A‖∞, ‖G‖∞ and
 * ‖B‖∞ instead of the absolute matrices, it allows (8/3)³ = 19 times as much per channel as direct convolution. Worst
 * cases are far from typical ones: the largest error seen here is half of the bound for a few terms, and a hundredth
 * for many. {@link Conv3dTest} and {@link WinogradTest} use a statistical bound, which is tighter.
 */
@Tag("kernels")
class Conv3dRandomShapesTest {
    /**
     * Maximum of products of one pass: larger shapes are drawn again, since the reference takes some nanoseconds each.
     */
    private static final long MOST_PRODUCTS = 2_500_000;

    private static final String[] PASSES = {"forward", "gradInput", "gradWeight", "gradBias"};

    /** One convolution with its values: the inputs are x, weight and bias, then the upstream gradient. */
    private record Case(Conv3dOp op, Conv3dGeometry geometry, Shape[] shapes, double[][] inputs, double[] upstream) {
        /** Draws a random case that Winograd's algorithm computes, or one that it does not. */
        static Case draw(RandomStream random, boolean winograd, int seed) {
            while (true) {
                Dims3 kernel = random.nextInt(4) > 0 ? Dims3.cube(3) : triple(random, 1, 3);
                Conv3dOp op = new Conv3dOp(usuallyOne(random), triple(random, 0, 3), usuallyOne(random), 1);
                Shape x = Shape.of(
                        1 + random.nextInt(5),
                        1 + random.nextInt(70),
                        1 + random.nextInt(13),
                        1 + random.nextInt(13),
                        1 + random.nextInt(13));
                Shape w = Shape.of(1 + random.nextInt(70), x.dim(1), kernel.d(), kernel.h(), kernel.w());
                if (reaches(op, x, w)) {
                    Conv3dGeometry g = op.geometry(x, w, op.outputShape(x, w));
                    long products = (long) g.batch() * g.output().product() * w.elements();
                    if (products <= MOST_PRODUCTS && byWinograd(g) == winograd && !Planar.isPossible(g)) {
                        return of(op, g, x, w, seed);
                    }
                }
            }
        }

        private static Case of(Conv3dOp op, Conv3dGeometry g, Shape x, Shape w, int seed) {
            Shape[] shapes = {x, w, Shape.of(w.dim(0))};
            double[][] inputs = new double[3][];
            for (int i = 0; i < 3; i++) {
                inputs[i] = Samples.gaussian(shapes[i], 10L * seed + i);
            }
            return new Case(op, g, shapes, inputs, Samples.gaussian(op.outputShape(x, w), 10L * seed + 3));
        }

        private static boolean byWinograd(Conv3dGeometry g) {
            return Conv3dAlgorithm.of(ConvolutionMode.AUTO, g) == Conv3dAlgorithm.WINOGRAD;
        }

        private static Dims3 triple(RandomStream random, int least, int count) {
            return new Dims3(
                    least + random.nextInt(count), least + random.nextInt(count), least + random.nextInt(count));
        }

        private static Dims3 usuallyOne(RandomStream random) {
            return random.nextInt(4) > 0 ? Dims3.ONE : triple(random, 1, 2);
        }

        /** Returns whether there is an output at all. */
        private static boolean reaches(Conv3dOp op, Shape x, Shape w) {
            Dims3 p = op.padding();
            Dims3 d = op.dilation();
            return x.dim(2) + 2 * p.d() > d.d() * (w.dim(2) - 1)
                    && x.dim(3) + 2 * p.h() > d.h() * (w.dim(3) - 1)
                    && x.dim(4) + 2 * p.w() > d.w() * (w.dim(4) - 1);
        }

        boolean winograd() {
            return byWinograd(geometry);
        }

        /** Returns the result, gradInput, gradWeight and gradBias. */
        double[][] run(Device device) {
            return run(device, inputs, upstream);
        }

        private double[][] run(Device device, double[][] values, double[] gradOutput) {
            Function<Tensor[], Tensor> conv = in -> in[0].conv3d(in[1], in[2], op);
            return DeviceAgreement.run(device, conv, shapes, values, _ -> gradOutput);
        }

        /** Returns for each element of each pass the largest error that rounding can explain. */
        double[][] bounds() {
            double[] x = RoundingBound.magnitudes(inputs[0]);
            double[] w = RoundingBound.magnitudes(inputs[1]);
            double[] bias = RoundingBound.magnitudes(inputs[2]);
            double[] dy = RoundingBound.magnitudes(upstream);
            int taps = geometry.kernel().product();
            int voxels = geometry.batch() * geometry.output().product();
            if (!winograd()) {
                double[][] sums = run(ReferenceDevice.INSTANCE, new double[][] {x, w, bias}, dy);
                return new double[][] {
                    RoundingBound.of(geometry.inputChannels() * taps + 1, sums[0]),
                    RoundingBound.of(geometry.outputChannels() * taps, sums[1]),
                    RoundingBound.of(voxels, sums[2]),
                    RoundingBound.of(voxels, sums[3])
                };
            }
            WinogradMagnitudes winograd = WinogradMagnitudes.small(geometry);
            double[] forward = winograd.forward(x, w);
            double[] gradBias = new double[bias.length];
            for (int i = 0; i < forward.length; i++) {
                int channel = i / geometry.output().product() % geometry.outputChannels();
                forward[i] += bias[channel];
                gradBias[channel] += dy[i];
            }
            return new double[][] {
                RoundingBound.of(geometry.inputChannels() + 12, forward),
                RoundingBound.of(geometry.outputChannels() + 11, winograd.gradInput(dy, w)),
                RoundingBound.of(winograd.tiles() + 8, winograd.gradWeight(x, dy)),
                RoundingBound.of(voxels, gradBias)
            };
        }
    }

    @Test
    void everyPassKeepsItsErrorBound() {
        checkErrorBounds(40);
    }

    @Test
    @Tag("thorough")
    void everyPassKeepsItsErrorBoundIn200Cases() {
        checkErrorBounds(200);
    }

    private static void checkErrorBounds(int cases) {
        RandomStream random = new RandomStream(17, 0, 0, 0);
        int winograd = 0;
        int compared = 0;
        try (CpuDevice cpu = new CpuDevice(2)) {
            for (int i = 0; i < cases; i++) {
                Case one = Case.draw(random, i % 2 == 1, i);
                double[][] actual = one.run(cpu);
                double[][] expected = one.run(ReferenceDevice.INSTANCE);
                double[][] bounds = one.bounds();
                for (int pass = 0; pass < PASSES.length; pass++) {
                    assertThat(RoundingBound.worst(actual[pass], expected[pass], bounds[pass]))
                            .as("case %d, %s of %s: largest error, in bounds", i, PASSES[pass], one.geometry())
                            .isLessThanOrEqualTo(1);
                    compared++;
                }
                winograd += one.winograd() ? 1 : 0;
            }
        }
        assertThat(compared).isEqualTo(4 * cases);
        assertThat(winograd).as("cases by Winograd's algorithm").isEqualTo(cases / 2);
    }

    /** Shows that the bounds are tight enough: the weights from one channel to another are off by one. */
    @Test
    void oneWrongKernelBreaksTheBound() {
        RandomStream random = new RandomStream(18, 0, 0, 0);
        int cases = 20;
        int winograd = 0;
        try (CpuDevice cpu = new CpuDevice(2)) {
            for (int i = 0; i < cases; i++) {
                Case one = Case.draw(random, i % 2 == 1, i);
                double[][] expected = one.run(ReferenceDevice.INSTANCE);
                double[][] bounds = one.bounds();
                for (int tap = 0; tap < one.geometry().kernel().product(); tap++) {
                    one.inputs()[1][tap] += 1;
                }
                double[][] actual = one.run(cpu);
                for (int pass = 0; pass < 2; pass++) {
                    assertThat(RoundingBound.worst(actual[pass], expected[pass], bounds[pass]))
                            .as("case %d, %s of %s: largest error, in bounds", i, PASSES[pass], one.geometry())
                            .isGreaterThan(1);
                }
                winograd += one.winograd() ? 1 : 0;
            }
        }
        assertThat(winograd).as("cases by Winograd's algorithm").isEqualTo(cases / 2);
    }
}
