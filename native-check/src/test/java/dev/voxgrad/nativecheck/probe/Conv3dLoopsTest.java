package dev.voxgrad.nativecheck.probe;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/** Tests the loops that cuDNN is compared with against the definition of a convolution. */
class Conv3dLoopsTest {
    private static final Conv3dLoops LOOPS = new Conv3dLoops(2, 3, 2, 4);
    private final float[] input = TestData.random(LOOPS.inputLength(), 1);
    private final float[] weight = TestData.random(LOOPS.weightLength(), 2);
    private final float[] gradOutput = TestData.random(LOOPS.outputLength(), 3);

    @Test
    void matchesDefinitionInCornerAndInside() {
        double[] output = LOOPS.forward(input, weight);
        assertThat(output[0]).isCloseTo(byDefinition(0, 0, 0, 0, 0), within(1e-12));
        assertThat(output[((3 * 4 + 1) * 4 + 2) * 4 + 3]).isCloseTo(byDefinition(1, 1, 1, 2, 3), within(1e-12));
    }

    @Test
    void kernelReachesOnlyItsNeighbours() {
        Conv3dLoops one = new Conv3dLoops(1, 1, 1, 3);
        float[] impulse = new float[27];
        impulse[13] = 1;
        float[] kernel = TestData.random(27, 4);
        double[] output = one.forward(impulse, kernel);
        for (int i = 0; i < 27; i++) {
            // Cross-correlation: the impulse response is the mirrored kernel.
            assertThat(output[i]).isEqualTo(kernel[26 - i]);
        }
    }

    /** Tests <dy, y> = <dx, x> = <dw, w>: the convolution is linear in each argument, so gradients are transposes. */
    @Test
    void gradientsAreTransposes() {
        double sum = dot(LOOPS.forward(input, weight), gradOutput);
        assertThat(dot(LOOPS.backwardData(weight, gradOutput), input)).isCloseTo(sum, within(1e-9));
        assertThat(dot(LOOPS.backwardFilter(input, gradOutput), weight)).isCloseTo(sum, within(1e-9));
    }

    private double byDefinition(int n, int k, int z, int y, int x) {
        double sum = 0;
        for (int c = 0; c < 3; c++) {
            for (int tap = 0; tap < 27; tap++) {
                int iz = z + tap / 9 - 1;
                int iy = y + tap / 3 % 3 - 1;
                int ix = x + tap % 3 - 1;
                boolean inside = Math.min(iz, Math.min(iy, ix)) >= 0 && Math.max(iz, Math.max(iy, ix)) < 4;
                sum += inside
                        ? (double) input[(((n * 3 + c) * 4 + iz) * 4 + iy) * 4 + ix] * weight[(k * 3 + c) * 27 + tap]
                        : 0;
            }
        }
        return sum;
    }

    private static double dot(double[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
