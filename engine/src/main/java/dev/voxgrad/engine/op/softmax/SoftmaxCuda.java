package dev.voxgrad.engine.op.softmax;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.cuda.nvrtc.CudaSource;
import dev.voxgrad.engine.device.CudaDevice;

/** Implements {@link SoftmaxKernels} on a GPU. */
final class SoftmaxCuda implements SoftmaxKernels {
    private static final CudaSource SOURCE = new CudaSource(SoftmaxCuda.class, "softmax");

    private final CudaDevice device;

    SoftmaxCuda(CudaDevice device) {
        this.device = device;
    }

    @Override
    public void softmax(Tensor input, Tensor output) {
        rowByRow("softmax_f32", output, input);
    }

    @Override
    public void softmaxBackward(Tensor output, Tensor gradOutput, Tensor gradInput) {
        rowByRow("softmax_backward_f32", gradInput, output, gradOutput);
    }

    @Override
    public void logSoftmax(Tensor input, Tensor output) {
        rowByRow("log_softmax_f32", output, input);
    }

    @Override
    public void logSoftmaxBackward(Tensor output, Tensor gradOutput, Tensor gradInput) {
        rowByRow("log_softmax_backward_f32", gradInput, output, gradOutput);
    }

    private void rowByRow(String kernel, Tensor result, Tensor... inputs) {
        int rows = result.shape().dim(0);
        var launch = device.kernel(SOURCE, kernel);
        for (Tensor input : inputs) {
            launch.in(input);
        }
        launch.out(result).i32(rows).i32(result.shape().dim(1)).over(rows);
    }
}
