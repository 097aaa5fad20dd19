package dev.voxgrad.engine;

import org.junit.jupiter.api.Test;

import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.ReferenceDevice;
import dev.voxgrad.engine.op.conv3d.Conv3dOp;

import static org.assertj.core.api.Assertions.assertThat;

/** Checks what shells, debuggers and error messages show of tensors and graphs. */
class TensorTextTest {
    private static final ReferenceDevice REFERENCE = ReferenceDevice.INSTANCE;

    @Test
    void showsShapeOriginAndAllValuesOfASmallTensor() {
        Tensor x = Tensor.of(REFERENCE, Shape.of(2, 2), 1.0 / 3, -2, 3e9, Double.NaN);
        assertThat(x).hasToString("Tensor[2,2] on reference = [[0.33333, -2], [3E+9, NaN]]");
        assertThat(x.requiresGrad(true))
                .hasToString("Tensor[2,2] on reference, requires gradient = [[0.33333, -2], [3E+9, NaN]]");
        assertThat(x.relu()).hasToString("Tensor[2,2] on reference from relu = [[0.33333, 0], [3E+9, NaN]]");
        assertThat(Tensor.full(REFERENCE, Shape.of(), 1.5)).hasToString("Tensor[] on reference = 1.5");
    }

    @Test
    void showsTheFirstValuesOfALargeTensor() {
        float[] values = new float[1000];
        values[1] = 0.1F;
        values[3] = -2.5e-7F;
        assertThat(Tensor.of(REFERENCE, Shape.of(10, 100), values))
                .hasToString("Tensor[10,100] on reference = 0, 0.1, 0, -2.5E-7, … (1000 values)");
    }

    @Test
    void showsValuesInRowMajorOrderWhateverTheLayout() {
        try (CpuDevice cpu = new CpuDevice(1)) {
            Shape shape = Shape.of(2, 2, 1, 1, 2);
            Tensor x = Tensor.of(cpu, shape, 1, 2, 3, 4, 5, 6, 7, 8F);
            Tensor last = x.inLayout(Layout.CHANNELS_LAST);
            assertThat(last.layout()).isEqualTo(Layout.CHANNELS_LAST);
            assertThat(last.toString()).endsWith(" = [[[[[1, 2]]], [[[3, 4]]]], [[[[5, 6]]], [[[7, 8]]]]]");
        }
    }

    @Test
    void describesReleasedTensorsWithoutTheirValues() {
        Tensor x = Tensor.of(REFERENCE, Shape.of(2), 1, 2.0);
        x.release();
        assertThat(x).hasToString("Tensor[2] on reference, released");
        Tensor y;
        try (Scope _ = Scope.open()) {
            y = Tensor.of(REFERENCE, Shape.of(2), 1, 2.0);
        }
        assertThat(y).hasToString("Tensor[2] on reference, released");
    }

    @Test
    void drawsTheGraphBelowANode() {
        Tensor x = Tensor.of(REFERENCE, Shape.of(3), -1, 0, 2.0).requiresGrad(true);
        assertThat(x.relu().add(x).node()).hasToString("""
                add → [3]
                ├ a: relu → [3]
                │ └ leaf [3], requires gradient
                └ b: leaf [3], requires gradient, see above""");
    }

    @Test
    void namesTheInputsOfAnOperation() {
        Tensor x = Tensor.zeros(REFERENCE, Shape.of(1, 1, 3, 3, 3));
        Tensor w = Tensor.zeros(REFERENCE, Shape.of(2, 1, 3, 3, 3)).requiresGrad(true);
        assertThat(x.conv3d(w, null, Conv3dOp.padded(1)).node()).hasToString("""
                conv3d → [1,2,3,3,3]
                ├ input: constant [1,1,3,3,3]
                └ weight: leaf [2,1,3,3,3], requires gradient""");
    }

    @Test
    void endsALongDrawing() {
        Tensor x = Tensor.zeros(REFERENCE, Shape.of(1)).requiresGrad(true);
        for (int i = 0; i < 10_000; i++) {
            x = x.scale(2);
        }
        assertThat(x.node().toString().lines()).hasSize(62).endsWith("…");
    }
}
