package dev.voxgrad.engine.op.acsconv3d;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Tag;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Gradients;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.op.conv3d.AcsSplit;
import dev.voxgrad.engine.op.conv3d.Conv3dOp;
import dev.voxgrad.engine.testing.GoldenFormula;
import dev.voxgrad.engine.testing.Npz;
import dev.voxgrad.engine.testing.OnEveryDevice;
import dev.voxgrad.engine.testing.SharedFiles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/** Compares single convolutions, and their gradients, with the golden values of PyTorch and the ACS authors' code. */
@Tag("kernels")
class GoldenConvolutionsTest {
    /** Error per product, relative to a sum of products of magnitude up to 1: about 170 roundings of float32. */
    private static final double TOLERANCE = 1e-5;

    /**
     * Describes one convolution.
     *
     * @param flat the axis along which the kernel is 1; −1 for none, or for ACS
     * @param sizes batch, input channels, output channels, kernel, stride, padding, dilation, groups, D, H, W
     */
    private record Case(String name, boolean acs, int flat, boolean bias, AcsSplit split, int... sizes) {
        static Case acs(String name, boolean bias, int... sizes) {
            return new Case(name, true, -1, bias, null, sizes);
        }

        static Case flat(String name, int axis, boolean bias, int... sizes) {
            return new Case(name, false, axis, bias, null, sizes);
        }

        static Case cube(String name, int... sizes) {
            return new Case(name, false, -1, false, null, sizes);
        }

        Shape input() {
            return Shape.of(sizes[0], sizes[1], sizes[8], sizes[9], sizes[10]);
        }

        Shape weight() {
            int k = sizes[3];
            return acs
                    ? Shape.of(sizes[2], sizes[1] / sizes[7], k, k)
                    : Shape.of(
                            sizes[2],
                            sizes[1] / sizes[7],
                            onAxes(k, 1).d(),
                            onAxes(k, 1).h(),
                            onAxes(k, 1).w());
        }

        private Dims3 onAxes(int usual, int flatAxis) {
            return new Dims3(flat == 0 ? flatAxis : usual, flat == 1 ? flatAxis : usual, flat == 2 ? flatAxis : usual);
        }

        Tensor apply(Tensor x, Tensor w, Tensor b) {
            if (acs) {
                return x.acsConv3d(w, b, new AcsConv3dOp(sizes[4], sizes[5], sizes[6], sizes[7], split));
            }
            return x.conv3d(
                    w, b, new Conv3dOp(Dims3.cube(sizes[4]), onAxes(sizes[5], 0), Dims3.cube(sizes[6]), sizes[7]));
        }

        Tensor tensor(Device device, String part, Shape shape) {
            double[] values = GoldenFormula.named("op/" + name + "/" + part).values(shape.elements(), -1, 1);
            return Tensor.of(device, shape, values);
        }
    }

    private static final List<Case> CASES = List.of(
            Case.acs("acs_same", true, 2, 3, 7, 3, 1, 1, 1, 1, 5, 6, 7),
            Case.acs("acs_stride_odd", false, 2, 4, 8, 3, 2, 1, 1, 1, 7, 5, 9),
            Case.acs("acs_stride_even", false, 1, 4, 6, 3, 2, 1, 1, 1, 8, 6, 4),
            Case.acs("acs_1x1_stride_odd", false, 2, 5, 4, 1, 2, 0, 1, 1, 7, 6, 5),
            Case.acs("acs_1x1", true, 2, 5, 4, 1, 1, 0, 1, 1, 3, 4, 2),
            Case.acs("acs_valid", true, 1, 2, 5, 3, 1, 0, 1, 1, 5, 6, 7),
            Case.acs("acs_5x5_two_out", false, 1, 3, 2, 5, 1, 2, 1, 1, 6, 5, 7),
            Case.acs("acs_one_out", true, 1, 3, 1, 3, 1, 1, 1, 1, 4, 5, 6),
            Case.acs("acs_depthwise", true, 2, 5, 5, 3, 1, 1, 1, 5, 5, 6, 4),
            Case.acs("acs_dilated", false, 1, 2, 4, 3, 1, 2, 2, 1, 6, 7, 8),
            Case.acs("acs_dilated_short_padding", false, 1, 2, 4, 3, 1, 1, 2, 1, 7, 8, 9),
            Case.acs("acs_stem_7", false, 1, 1, 5, 7, 2, 3, 1, 1, 14, 13, 12),
            Case.acs("acs_wide_padding", false, 1, 2, 4, 3, 1, 2, 1, 1, 4, 5, 6),
            new Case("acs_split", true, -1, false, new AcsSplit(1, 4, 2), 1, 3, 7, 3, 1, 1, 1, 1, 5, 4, 6),
            Case.flat("flat_d", 0, false, 2, 3, 6, 3, 1, 1, 1, 1, 5, 6, 7),
            Case.flat("flat_d_stride_odd", 0, true, 2, 3, 6, 3, 2, 1, 1, 1, 7, 5, 9),
            Case.flat("flat_h", 1, true, 1, 3, 4, 3, 1, 1, 1, 1, 5, 6, 7),
            Case.flat("flat_w_stride", 2, false, 1, 3, 4, 3, 2, 1, 1, 1, 6, 7, 8),
            Case.flat("flat_1x1_stride_odd", 0, false, 1, 5, 4, 1, 2, 0, 1, 1, 7, 6, 5),
            Case.cube("cube_stride_odd", 2, 4, 6, 3, 2, 1, 1, 1, 7, 5, 9),
            Case.cube("cube_1x1_stride", 1, 5, 4, 1, 2, 0, 1, 1, 7, 6, 5));

    @OnEveryDevice(cudnn = true, reference = true)
    void resultsAndGradientsAreTheGoldenValues(Device device) {
        Npz golden = Npz.read(SharedFiles.require("golden/resnet/ops_golden.npz"));
        List<String> compared = new ArrayList<>();
        for (Case c : CASES) {
            Tensor x = c.tensor(device, "x", c.input()).requiresGrad(true);
            Tensor w = c.tensor(device, "weight", c.weight()).requiresGrad(true);
            Tensor b = c.bias()
                    ? c.tensor(device, "bias", Shape.of(c.weight().dim(0))).requiresGrad(true)
                    : null;
            Tensor y = c.apply(x, w, b);
            Gradients gradients = y.backward(c.tensor(device, "dy", y.shape()));
            check(golden, c.name + "/y", y, compared);
            check(golden, c.name + "/dx", gradients.of(x), compared);
            check(golden, c.name + "/dw", gradients.of(w), compared);
            if (b != null) {
                check(golden, c.name + "/db", gradients.of(b), compared);
            }
        }
        assertThat(compared).containsExactlyInAnyOrderElementsOf(golden.names());
    }

    private static void check(Npz golden, String key, Tensor tensor, List<String> compared) {
        double[] expected = golden.get(key);
        double[] actual = tensor.toDoubleArray();
        assertThat(actual).as(key).hasSameSizeAs(expected);
        for (int i = 0; i < expected.length; i++) {
            assertThat(actual[i])
                    .as("%s, element %d", key, i)
                    .isCloseTo(expected[i], within(TOLERANCE * (1 + Math.abs(expected[i]))));
        }
        compared.add(key);
    }
}
