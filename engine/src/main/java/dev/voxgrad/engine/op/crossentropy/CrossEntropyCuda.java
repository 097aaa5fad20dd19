package dev.voxgrad.engine.op.crossentropy;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.cuda.driver.DeviceBuffer;
import dev.voxgrad.engine.cuda.driver.Grid;
import dev.voxgrad.engine.cuda.nvrtc.CudaSource;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.cuda.HostArray;

/**
 * Implements {@link CrossEntropyKernels} on a GPU. The weights are also summed there, because the labels of a captured
 * step change from replay to replay.
 */
final class CrossEntropyCuda implements CrossEntropyKernels {
    private static final CudaSource SOURCE = new CudaSource(CrossEntropyCuda.class, "crossentropy");

    private final CudaDevice device;

    CrossEntropyCuda(CudaDevice device) {
        this.device = device;
    }

    @Override
    public void forward(Tensor logits, int[] labels, float @Nullable [] classWeights, Tensor loss) {
        int classes = logits.shape().dim(1);
        DeviceBuffer classOf = device.borrowCopy(HostArray.of(labels));
        DeviceBuffer weightOf = weights(classWeights, classes);
        device.kernel(SOURCE, "cross_entropy")
                .in(logits)
                .add(classOf)
                .add(weightOf)
                .out(loss)
                .i32(labels.length)
                .i32(classes)
                .on(Grid.blocks(1, Grid.THREADS));
        device.giveBack(weightOf);
        device.giveBack(classOf);
    }

    @Override
    public void backward(
            Tensor logits, int[] labels, float @Nullable [] classWeights, Tensor gradLoss, Tensor gradLogits) {
        int classes = logits.shape().dim(1);
        DeviceBuffer classOf = device.borrowCopy(HostArray.of(labels));
        DeviceBuffer weightOf = weights(classWeights, classes);
        device.kernel(SOURCE, "cross_entropy_backward")
                .in(logits)
                .add(classOf)
                .add(weightOf)
                .in(gradLoss)
                .out(gradLogits)
                .i32(labels.length)
                .i32(classes)
                .over(gradLogits.shape().elements());
        device.giveBack(weightOf);
        device.giveBack(classOf);
    }

    private DeviceBuffer weights(float @Nullable [] classWeights, int classes) {
        float[] weights = classWeights;
        if (weights == null) {
            weights = new float[classes];
            Arrays.fill(weights, 1);
        }
        return device.borrowCopy(HostArray.of(weights));
    }
}
