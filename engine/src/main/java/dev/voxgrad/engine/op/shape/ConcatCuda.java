package dev.voxgrad.engine.op.shape;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.cuda.nvrtc.CudaSource;
import dev.voxgrad.engine.device.CudaDevice;

/** Implements {@link ConcatKernels} on a GPU. */
final class ConcatCuda implements ConcatKernels {
    private static final CudaSource SOURCE = new CudaSource(ConcatCuda.class, "concat");

    private final CudaDevice device;

    ConcatCuda(CudaDevice device) {
        this.device = device;
    }

    @Override
    public void copyColumns(
            Tensor from, int fromLength, int fromColumn, Tensor to, int toLength, int toColumn, int columns) {
        int n = to.shape().elements() / toLength * columns;
        device.kernel(SOURCE, "copy_columns_f32")
                .in(from)
                .i32(fromLength)
                .i32(fromColumn)
                .out(to)
                .i32(toLength)
                .i32(toColumn)
                .i32(columns)
                .i32(n)
                .over(n);
    }
}
