package dev.voxgrad.engine.op.conv3d.cpu.winograd;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Gradients;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.op.conv3d.Conv3dAlgorithm;
import dev.voxgrad.engine.op.conv3d.Conv3dOp;
import dev.voxgrad.engine.random.RandomStream;
import dev.voxgrad.engine.testing.DeviceAgreement;
import dev.voxgrad.engine.testing.Samples;

import static org.assertj.core.api.Assertions.assertThat;

@Tag("kernels")
public class WinogradTest {
    /**
     * Uses odd and even volumes, channels off the vector width, and every padding, with the bound of direct
     * convolution.
     */
    @Test
    void agreesWithTheReference() {
        RandomStream random = new RandomStream(11, 0, 0, 0);
        int cases = 10;
        int compared = 0;
        try (CpuDevice cpu = new CpuDevice(2)) {
            for (int i = 0; i < cases; i++) {
                Dims3 padding = new Dims3(random.nextInt(3), random.nextInt(3), random.nextInt(3));
                Shape x = Shape.of(
                        1 + random.nextInt(3),
                        16 + random.nextInt(18),
                        6 + random.nextInt(3),
                        6 + random.nextInt(2),
                        6 + random.nextInt(4));
                Shape w = Shape.of(16 + random.nextInt(18), x.dim(1), 3, 3, 3);
                Conv3dOp op = new Conv3dOp(Dims3.ONE, padding, Dims3.ONE, 1);
                assertThat(Conv3dAlgorithm.of(cpu.convolution(), op.geometry(x, w, op.outputShape(x, w))))
                        .isEqualTo(Conv3dAlgorithm.WINOGRAD);
                int terms = Math.max(x.dim(0) * x.elementsFrom(2), Math.max(w.dim(0), w.dim(1)) * 27);
                compared += DeviceAgreement.check(
                        cpu, terms, in -> in[0].conv3d(in[1], in[2], op), x, w, Shape.of(w.dim(0)));
            }
        }
        assertThat(compared).isEqualTo(4 * cases);
    }

    @Test
    void threadCountDoesNotChangeResults() {
        float[][] one = results(1);
        for (int threads : new int[] {2, 3}) {
            assertThat(results(threads)).as("%d threads", threads).isDeepEqualTo(one);
        }
    }

    private static float[][] results(int threads) {
        Shape xShape = Shape.of(3, 17, 10, 8, 12);
        Shape wShape = Shape.of(40, 17, 3, 3, 3);
        try (CpuDevice cpu = new CpuDevice(threads)) {
            Tensor x = Tensor.of(cpu, xShape, Samples.gaussian(xShape, 1)).requiresGrad(true);
            Tensor w = Tensor.of(cpu, wShape, Samples.gaussian(wShape, 2)).requiresGrad(true);
            Tensor y = x.conv3d(w, null, Conv3dOp.padded(1));
            Gradients gradients = y.backward(Tensor.of(cpu, y.shape(), Samples.gaussian(y.shape(), 4)));
            return new float[][] {
                y.toArray(), gradients.of(x).toArray(), gradients.of(w).toArray()
            };
        }
    }
}
