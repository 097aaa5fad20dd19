package dev.voxgrad.engine.cuda.cublas;

import org.junit.jupiter.api.Test;

import dev.voxgrad.engine.Layout;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.CudaStorage;
import dev.voxgrad.engine.device.cuda.Precision;
import dev.voxgrad.engine.testing.TestGpu;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests what the suites of operations do not call. */
class CublasTest {
    /** Returns (N,C,D,H,W) with one sample and one channel, so that the values are in row-major order. */
    private static Tensor matrix(CudaDevice device, int rows, int columns, float... values) {
        Tensor matrix = Tensor.emptyActivation(device, Shape.of(1, 1, 1, rows, columns));
        assertThat(matrix.layout()).isEqualTo(Layout.ROW_MAJOR);
        device.write(values, matrix.storage());
        return matrix;
    }

    @Test
    void multipliesBfloat16() {
        try (CudaDevice device = TestGpu.open(Precision.BF16)) {
            Tensor a = matrix(device, 2, 3, 1, 2, 3, 4, 5, 6);
            Tensor b = matrix(device, 3, 4, 1, 0, 0, 2, 0, 1, 0, 2, 0, 0, 1, 2);
            Tensor c = matrix(device, 2, 4, new float[8]);
            device.cublas()
                    .multiplyBfloat16(
                            2,
                            4,
                            3,
                            CudaStorage.of(a).buffer(),
                            CudaStorage.of(b).buffer(),
                            CudaStorage.of(c).buffer());
            assertThat(c.toArray()).containsExactly(1, 2, 3, 12, 4, 5, 6, 30);
        }
    }

    @Test
    void returnsItsVersion() {
        try (CudaDevice device = TestGpu.open(Precision.FP32)) {
            assertThat(device.cublas().version()).isBetween(12_00_00, 14_00_00);
        }
    }
}
