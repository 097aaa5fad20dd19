package dev.voxgrad.engine.op.layout;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.ReferenceStorage;

/** Implements {@link LayoutKernels} in plain loops, in double. */
final class LayoutReference implements LayoutKernels {
    @Override
    public void transpose(int matrices, int rows, int columns, Tensor input, Tensor output) {
        double[] x = ReferenceStorage.array(input);
        double[] y = ReferenceStorage.array(output);
        for (int m = 0; m < matrices; m++) {
            for (int r = 0; r < rows; r++) {
                for (int c = 0; c < columns; c++) {
                    y[(m * columns + c) * rows + r] = x[(m * rows + r) * columns + c];
                }
            }
        }
    }
}
