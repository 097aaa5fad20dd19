package dev.voxgrad.engine.op.pool3d;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Layout;
import dev.voxgrad.engine.Tensor;

/** Returns the fields of {@code struct Pool} in pool3d.cu. */
final class PoolSizes {
    private PoolSizes() {}

    /** Returns the sizes of a max pool. */
    static int[] of(MaxPool3dOp pool, Tensor input, Tensor output) {
        return of(input, output, pool.kernel(), pool.stride(), pool.padding());
    }

    /** Returns the sizes of a pool whose windows follow from the sizes of both volumes. */
    static int[] ofBins(Tensor input, Tensor output) {
        return of(input, output, Dims3.ONE, Dims3.ONE, Dims3.ZERO);
    }

    private static int[] of(Tensor input, Tensor output, Dims3 kernel, Dims3 stride, Dims3 padding) {
        Dims3 in = input.shape().spatial();
        Dims3 out = output.shape().spatial();
        return new int[] {
            input.shape().dim(1),
            input.device().activationLayout() == Layout.CHANNELS_LAST ? 1 : 0,
            in.d(),
            in.h(),
            in.w(),
            out.d(),
            out.h(),
            out.w(),
            kernel.d(),
            kernel.h(),
            kernel.w(),
            stride.d(),
            stride.h(),
            stride.w(),
            padding.d(),
            padding.h(),
            padding.w()
        };
    }
}
