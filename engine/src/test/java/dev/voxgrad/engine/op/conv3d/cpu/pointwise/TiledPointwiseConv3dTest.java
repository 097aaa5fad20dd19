package dev.voxgrad.engine.op.conv3d.cpu.pointwise;

import java.util.Arrays;
import java.util.stream.Stream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.ReferenceDevice;
import dev.voxgrad.engine.op.conv3d.Conv3dAlgorithm;
import dev.voxgrad.engine.op.conv3d.Conv3dGeometry;
import dev.voxgrad.engine.op.conv3d.Conv3dOp;
import dev.voxgrad.engine.op.conv3d.cpu.InputGradientWriter;
import dev.voxgrad.engine.op.conv3d.cpu.VoxelReader;
import dev.voxgrad.engine.op.conv3d.cpu.VoxelWriter;
import dev.voxgrad.engine.testing.DeviceAgreement;
import dev.voxgrad.engine.testing.Samples;

import static org.assertj.core.api.Assertions.assertThat;

@Tag("kernels")
class TiledPointwiseConv3dTest {
    /** Slabs so small that even small tensors take several. */
    private static final int SMALL_SLAB = 4096;

    /** One convolution. */
    private record Case(Shape x, int outputs, Dims3 stride) {
        Shape w() {
            return Shape.of(outputs, x.dim(1), 1, 1, 1);
        }

        Conv3dOp op() {
            return new Conv3dOp(stride, Dims3.ZERO, Dims3.ONE, 1);
        }

        Shape y() {
            return op().outputShape(x, w());
        }

        Conv3dGeometry geometry() {
            return op().geometry(x, w(), y());
        }

        int terms() {
            return Math.max(y().elements() / outputs, Math.max(x.dim(1), outputs));
        }
    }

    private static Stream<Case> cases() {
        return Stream.of(
                new Case(Shape.of(1, 1, 1, 1, 1), 1, Dims3.ONE),
                new Case(Shape.of(3, 1, 5, 4, 3), 17, Dims3.ONE),
                new Case(Shape.of(1, 3, 7, 5, 6), 100, Dims3.ONE),
                new Case(Shape.of(3, 17, 5, 6, 7), 3, Dims3.ONE),
                new Case(Shape.of(2, 64, 4, 4, 4), 100, Dims3.ONE),
                new Case(Shape.of(1, 100, 7, 7, 7), 64, Dims3.ONE),
                new Case(Shape.of(3, 64, 7, 7, 7), 64, Dims3.cube(2)),
                new Case(Shape.of(1, 17, 8, 7, 6), 33, Dims3.cube(2)),
                new Case(Shape.of(3, 3, 7, 8, 9), 17, Dims3.cube(3)),
                new Case(Shape.of(2, 100, 5, 6, 7), 24, new Dims3(1, 2, 3)),
                new Case(Shape.of(1, 24, 6, 5, 4), 1, new Dims3(3, 2, 1)),
                new Case(Shape.of(2, 16, 9, 2, 3), 8, new Dims3(2, 1, 1)),
                new Case(Shape.of(2, 5, 1, 2, 3), 40, Dims3.cube(5)));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void everyFormAgreesWithTheReference(Case shape) {
        checkForms(shape, SMALL_SLAB);
    }

    /** Takes so many voxels that each part of the backward pass has weight sums of its own. */
    @Test
    void partsAgreeWithTheReference() {
        checkForms(new Case(Shape.of(1, 17, 22, 23, 24), 9, Dims3.ONE), SMALL_SLAB);
        checkForms(new Case(Shape.of(11, 8, 19, 20, 21), 3, Dims3.cube(2)), SMALL_SLAB);
    }

    /** Checks the form for voxels and the one for planes. */
    private static void checkForms(Case shape, int slab) {
        double[][] expected = DeviceAgreement.run(
                ReferenceDevice.INSTANCE,
                in -> in[0].conv3d(in[1], in[2], shape.op()),
                new Shape[] {shape.x(), shape.w(), Shape.of(shape.outputs())},
                new double[][] {
                    Samples.gaussian(shape.x(), 1), scaled(shape), Samples.gaussian(Shape.of(shape.outputs()), 3)
                },
                y -> Samples.gaussian(y, 4));
        for (Form form : Form.values()) {
            float[][] actual = run(shape, form, 2, slab);
            assertClose(form + " y", channelsLast(expected[0], shape.y()), actual[0], shape.terms());
            assertClose(form + " dx", channelsLast(expected[1], shape.x()), actual[1], shape.terms());
            assertClose(form + " dw", expected[2], actual[2], shape.terms());
        }
    }

    private static void assertClose(String what, double[] expected, float[] actual, int terms) {
        double[] values = new double[actual.length];
        Arrays.setAll(values, i -> actual[i]);
        DeviceAgreement.assertClose(what, expected, values, terms);
    }

    private enum Form {
        VOXELS,
        PLANES
    }

    /**
     * Returns the output with factors and bias, and the gradients for the weight as if it had been multiplied by them.
     */
    private static float[][] run(Case shape, Form form, int threads, int slab) {
        Conv3dGeometry g = shape.geometry();
        float[] xs = floats(channelsLast(Samples.gaussian(shape.x(), 1), shape.x()));
        float[] dys = floats(channelsLast(Samples.gaussian(shape.y(), 4), shape.y()));
        float[] w = floats(Samples.gaussian(shape.w(), 2));
        float[] factors = floats(Samples.gaussian(Shape.of(shape.outputs()), 5));
        float[] bias = floats(Samples.gaussian(Shape.of(shape.outputs()), 3));
        float[] y = new float[dys.length];
        float[] dx = new float[xs.length];
        float[] dw = new float[w.length];
        Arrays.fill(dx, Float.NaN); // the voxels that a stride leaves out must be written too
        try (CpuDevice device = new CpuDevice(threads)) {
            TiledPointwiseConv3d tiled = new TiledPointwiseConv3d(device, g, slab);
            VoxelReader x = VoxelReader.of(xs, g.inputChannels(), tiled.inputVoxel());
            VoxelReader dy =
                    VoxelReader.of(dys, g.outputChannels(), tiled.outputLayout().voxel());
            VoxelWriter toY = VoxelWriter.to(y, g.outputChannels());
            VoxelWriter toDx = VoxelWriter.to(dx, g.inputChannels());
            float[] scaled = floats(scaled(shape));
            if (form == Form.PLANES) {
                tiled.forward(x, w, factors, bias, tiled.outputLayout().copyTo(y));
                InputGradientWriter planes =
                        InputGradientWriter.to(dx, g.inputChannels(), g.input(), tiled.inputVoxel());
                tiled.backward(x, tiled.outputLayout().copyFrom(dys), scaled, dw, planes);
            } else {
                tiled.forward(x, w, factors, bias, toY);
                tiled.backward(x, dy, scaled, dw, toDx);
                float[] alone = new float[w.length];
                tiled.backward(x, dy, null, alone, null);
                assertThat(alone).isEqualTo(dw);
                float[] gradientAlone = new float[dx.length];
                tiled.gradInput(dy, scaled, VoxelWriter.to(gradientAlone, g.inputChannels()));
                assertThat(gradientAlone).isEqualTo(dx);
            }
        }
        return new float[][] {y, dx, dw};
    }

    @Test
    void threadsDoNotChangeResults() {
        Case[] shapes = {
            new Case(Shape.of(1, 17, 22, 23, 24), 9, Dims3.ONE), new Case(Shape.of(3, 64, 7, 8, 7), 40, Dims3.cube(2))
        };
        for (Case shape : shapes) {
            for (Form form : Form.values()) {
                float[][] one = run(shape, form, 1, SMALL_SLAB);
                for (int threads : new int[] {2, 5}) {
                    assertThat(run(shape, form, threads, SMALL_SLAB))
                            .as("%s, %d threads", form, threads)
                            .isDeepEqualTo(one);
                }
            }
        }
    }

    /** Runs the operation, whose kernels must choose this algorithm and write everything. */
    @Test
    void operationUsesIt() {
        Case[] shapes = {
            new Case(Shape.of(2, 17, 5, 6, 7), 33, Dims3.ONE),
            new Case(Shape.of(1, 64, 7, 7, 7), 32, Dims3.cube(2)),
            new Case(Shape.of(1, 3, 6, 5, 4), 16, new Dims3(2, 1, 3))
        };
        DeviceAgreement agreement;
        try (CpuDevice device = new CpuDevice(2)) {
            agreement = DeviceAgreement.on(device);
            for (Case shape : shapes) {
                assertThat(Conv3dAlgorithm.of(device.convolution(), shape.geometry()))
                        .isEqualTo(Conv3dAlgorithm.POINTWISE);
                agreement.compare(
                        shape.terms(),
                        in -> in[0].conv3d(in[1], in[2], shape.op()),
                        shape.x(),
                        shape.w(),
                        Shape.of(shape.outputs()));
            }
        }
        agreement.assertCompared(4 * shapes.length);
    }

    /** Returns the weights times the factors, rounded as the kernels do it. */
    private static double[] scaled(Case shape) {
        double[] w = Samples.gaussian(shape.w(), 2);
        double[] factors = Samples.gaussian(Shape.of(shape.outputs()), 5);
        Arrays.setAll(w, i -> (float) factors[i / shape.x().dim(1)] * (float) w[i]);
        return w;
    }

    private static double[] channelsLast(double[] values, Shape shape) {
        int channels = shape.dim(1);
        int voxels = shape.elementsFrom(2);
        double[] result = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            int sample = i / voxels / channels;
            result[(sample * voxels + i % voxels) * channels + i / voxels % channels] = values[i];
        }
        return result;
    }

    private static float[] floats(double[] values) {
        float[] result = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            result[i] = (float) values[i];
        }
        return result;
    }
}
