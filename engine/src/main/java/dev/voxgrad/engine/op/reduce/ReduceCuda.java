package dev.voxgrad.engine.op.reduce;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.cuda.driver.DeviceBuffer;
import dev.voxgrad.engine.cuda.driver.Grid;
import dev.voxgrad.engine.cuda.nvrtc.CudaSource;
import dev.voxgrad.engine.device.CudaDevice;

/**
 * Implements {@link ReduceKernels} on a GPU: each block sums a share of the input, and one more block adds these sums.
 */
final class ReduceCuda implements ReduceKernels {
    private static final CudaSource SOURCE = new CudaSource(ReduceCuda.class, "reduce");
    /** The smallest number of values that is worth a block. */
    private static final int LEAST_SHARE = 1024;

    private static final int MOST_SHARES = 128;

    private final CudaDevice device;

    ReduceCuda(CudaDevice device) {
        this.device = device;
    }

    @Override
    public void sum(Tensor input, double factor, Tensor output) {
        int n = input.shape().elements();
        int shares = Math.clamp(n / LEAST_SHARE, 1, MOST_SHARES);
        DeviceBuffer sums = device.borrow((long) Double.BYTES * shares);
        device.kernel(SOURCE, "sum_shares", input).in(input).add(sums).i32(n).on(Grid.blocks(shares, Grid.THREADS));
        device.kernel(SOURCE, "sum_of_shares")
                .add(sums)
                .i32(shares)
                .f64(factor)
                .out(output)
                .on(Grid.blocks(1, Grid.THREADS));
        device.giveBack(sums);
    }

    @Override
    public void spread(Tensor gradOutput, double factor, Tensor gradInput) {
        int n = gradInput.shape().elements();
        device.kernel(SOURCE, "spread", gradInput)
                .floats(gradOutput)
                .f32((float) factor)
                .out(gradInput)
                .i32(n)
                .over(n);
    }
}
