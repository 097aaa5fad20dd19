package dev.voxgrad.engine.op.shape;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.cuda.CudaSource;
import dev.voxgrad.engine.device.CudaDevice;

/** {@link ConcatKernels} on a GPU. */
final class ConcatCuda implements ConcatKernels {
    private static final CudaSource SOURCE = new CudaSource(ConcatCuda.class, "concat");

    private final CudaDevice device;

    ConcatCuda(CudaDevice device) {
        this.device = device;
    }

    @Override
    public void copyColumns(
            Tensor from, int fromLength, int fromColumn, Tensor to, int toLength, int toColumn, int columns) {
        long n = (long) (to.shape().elements() / toLength) * columns;
        device.kernel(SOURCE, "copy_columns_f32").in(from).i64(fromLength).i64(fromColumn).out(to)
                .i64(toLength).i64(toColumn).i64(columns).i64(n).over(n);
    }
}
