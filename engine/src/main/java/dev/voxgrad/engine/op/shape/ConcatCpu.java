package dev.voxgrad.engine.op.shape;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuStorage;

/** Implements {@link ConcatKernels} by block copies. */
final class ConcatCpu implements ConcatKernels {
    @Override
    public void copyColumns(
            Tensor from, int fromLength, int fromColumn, Tensor to, int toLength, int toColumn, int columns) {
        float[] x = CpuStorage.array(from);
        float[] y = CpuStorage.array(to);
        for (int row = 0; row < from.shape().elements() / fromLength; row++) {
            System.arraycopy(x, row * fromLength + fromColumn, y, row * toLength + toColumn, columns);
        }
    }
}
