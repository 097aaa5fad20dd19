package dev.voxgrad.engine.op.shape;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.ReferenceStorage;

/** Implements {@link ConcatKernels} in plain loops, in double. */
final class ConcatReference implements ConcatKernels {
    @Override
    public void copyColumns(
            Tensor from, int fromLength, int fromColumn, Tensor to, int toLength, int toColumn, int columns) {
        double[] x = ReferenceStorage.array(from);
        double[] y = ReferenceStorage.array(to);
        for (int row = 0; row < x.length / fromLength; row++) {
            for (int c = 0; c < columns; c++) {
                y[row * toLength + toColumn + c] = x[row * fromLength + fromColumn + c];
            }
        }
    }
}
