package dev.voxgrad.engine.op.conv3d.cpu;

import java.util.concurrent.atomic.AtomicIntegerArray;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.op.conv3d.Conv3dAlgorithm;
import dev.voxgrad.engine.op.conv3d.Conv3dGeometry;
import dev.voxgrad.engine.op.conv3d.Conv3dOp;
import dev.voxgrad.engine.testing.Samples;

import static org.assertj.core.api.Assertions.assertThat;

/** Checks that the forms for voxels and for planes give the same bits, for one convolution of each algorithm. */
@Tag("kernels")
class TiledConv3dTest {
    @ParameterizedTest
    @CsvSource({
        "DIRECT, 7, 19, 3, 1, 2",
        "DIRECT, 17, 19, 3, 1, 2",
        "FEW_CHANNELS, 2, 19, 3, 1, 1",
        "POINTWISE, 17, 19, 1, 0, 1",
        "WINOGRAD, 17, 35, 3, 1, 1"
    })
    void voxelsAndPlanesAgree(Conv3dAlgorithm algorithm, int inputs, int outputs, int kernel, int padding, int stride) {
        Shape input = Shape.of(2, inputs, 5, 6, 7);
        Shape weight = Shape.of(outputs, inputs, kernel, kernel, kernel);
        Conv3dOp op = new Conv3dOp(Dims3.cube(stride), Dims3.cube(padding), Dims3.ONE, 1);
        Shape output = op.outputShape(input, weight);
        Conv3dGeometry g = op.geometry(input, weight, output);
        float[] x = values(input, 1);
        float[] w = values(weight, 2);
        float[] dy = values(output, 3);
        float[] factors = values(Shape.of(outputs), 4);
        float[] bias = values(Shape.of(outputs), 5);
        try (CpuDevice device = new CpuDevice(2)) {
            assertThat(Conv3dAlgorithm.of(device.convolution(), g)).isEqualTo(algorithm);
            TiledConv3d tiled = TiledConv3d.of(device, g);
            VoxelReader reader = VoxelReader.of(x, inputs, tiled.inputVoxel());

            float[] y = new float[output.elements()];
            tiled.forward(reader, w, factors, bias, tiled.outputLayout().copyTo(y));
            Collector voxels = new Collector(output, tiled.forwardTasks());
            tiled.forward(reader, w, factors, bias, voxels);
            assertThat(voxels.result()).isEqualTo(y);

            PlaneReader planesOfDy = tiled.outputLayout().copyFrom(dy);
            VoxelReader voxelsOfDy =
                    VoxelReader.of(dy, outputs, tiled.outputLayout().voxel());
            float[] dx = new float[input.elements()];
            float[] dw = new float[weight.elements()];
            tiled.backward(
                    reader, planesOfDy, w, dw, InputGradientWriter.to(dx, inputs, g.input(), tiled.inputVoxel()));
            Collector gradient = new Collector(input, tiled.backwardTasks());
            float[] dwOfVoxels = new float[weight.elements()];
            tiled.backward(reader, voxelsOfDy, w, dwOfVoxels, gradient);
            assertThat(gradient.result()).isEqualTo(dx);
            assertThat(dwOfVoxels).isEqualTo(dw);

            tiled.backward(reader, planesOfDy, null, dw, null);
            tiled.backward(reader, voxelsOfDy, null, dwOfVoxels, null);
            assertThat(dwOfVoxels).isEqualTo(dw);
        }
    }

    private static float[] values(Shape shape, int seed) {
        double[] values = Samples.gaussian(shape, seed);
        float[] floats = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }

    /** Copies voxels to an array and counts how often each comes. */
    private static final class Collector implements VoxelWriter {
        private final float[] values;
        private final AtomicIntegerArray calls;
        private final VoxelWriter copy;
        private final int tasks;

        Collector(Shape shape, int tasks) {
            this.values = new float[shape.elements()];
            this.calls = new AtomicIntegerArray(shape.elements() / shape.dim(1));
            this.copy = VoxelWriter.to(values, shape.dim(1));
            this.tasks = tasks;
        }

        @Override
        public void write(int task, int first, int count, float[] from, int at, int stride) {
            assertThat(task).isBetween(0, tasks - 1);
            for (int i = first; i < first + count; i++) {
                calls.incrementAndGet(i);
            }
            copy.write(task, first, count, from, at, stride);
        }

        float[] result() {
            for (int i = 0; i < calls.length(); i++) {
                assertThat(calls.get(i)).as("calls for voxel %d", i).isOne();
            }
            return values;
        }
    }
}
