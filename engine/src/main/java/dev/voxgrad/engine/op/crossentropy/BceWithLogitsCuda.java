package dev.voxgrad.engine.op.crossentropy;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.cuda.driver.DeviceBuffer;
import dev.voxgrad.engine.cuda.driver.Grid;
import dev.voxgrad.engine.cuda.nvrtc.CudaSource;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.cuda.HostArray;

/** Implements {@link BceWithLogitsKernels} on a GPU. */
final class BceWithLogitsCuda implements BceWithLogitsKernels {
    private static final CudaSource SOURCE = new CudaSource(BceWithLogitsCuda.class, "crossentropy");

    private final CudaDevice device;

    BceWithLogitsCuda(CudaDevice device) {
        this.device = device;
    }

    @Override
    public void forward(Tensor logits, float[] targets, Tensor loss) {
        DeviceBuffer targetBuffer = device.borrowCopy(HostArray.of(targets));
        device.kernel(SOURCE, "bce_with_logits")
                .in(logits)
                .add(targetBuffer)
                .out(loss)
                .i32(targets.length)
                .on(Grid.blocks(1, Grid.THREADS));
        device.giveBack(targetBuffer);
    }

    @Override
    public void backward(Tensor logits, float[] targets, Tensor gradLoss, Tensor gradLogits) {
        DeviceBuffer targetBuffer = device.borrowCopy(HostArray.of(targets));
        device.kernel(SOURCE, "bce_with_logits_backward")
                .in(logits)
                .add(targetBuffer)
                .in(gradLoss)
                .out(gradLogits)
                .i32(targets.length)
                .over(targets.length);
        device.giveBack(targetBuffer);
    }
}
