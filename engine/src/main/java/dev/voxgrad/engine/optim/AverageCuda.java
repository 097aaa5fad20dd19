package dev.voxgrad.engine.optim;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CudaDevice;

/** Implements {@link AverageKernels} on a GPU. */
record AverageCuda(CudaDevice device) implements AverageKernels {
    @Override
    public void step(Tensor average, Tensor value, double decay) {
        boolean fromAverage = decay >= 0.5;
        int n = average.shape().elements();
        device.kernel(SlotTable.SOURCE, "average")
                .out(average)
                .in(value)
                .i32(fromAverage ? 1 : 0)
                .f32((float) (fromAverage ? 1 - decay : decay))
                .i32(n)
                .over(n);
    }
}
