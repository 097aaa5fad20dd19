package dev.voxgrad.engine.op.batchnorm;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.cuda.driver.DeviceBuffer;
import dev.voxgrad.engine.cuda.nvrtc.CudaSource;
import dev.voxgrad.engine.device.CudaDevice;

/**
 * Implements {@link BatchNormKernels} on a GPU with our own kernels: one implementation for float32 and bfloat16, in
 * either layout. Sums are computed in a fixed order, and don't lose digits if the mean is large.
 */
public class BatchNormCuda implements BatchNormKernels {
    private static final CudaSource SOURCE = new CudaSource(BatchNormCuda.class, "batchnorm");
    /** The size in bytes of {@code struct Moments}: count, mean and squares. */
    private static final int MOMENTS = 3 * Double.BYTES;
    /** The size in bytes of two sums. */
    private static final int SUMS = 2 * Float.BYTES;

    private final CudaDevice device;

    public BatchNormCuda(CudaDevice device) {
        this.device = device;
    }

    @Override
    public void batchStatistics(
            Tensor input,
            double momentum,
            double eps,
            Tensor runningMean,
            Tensor runningVariance,
            Tensor mean,
            Tensor scale) {
        batchStatistics(input, null, momentum, eps, runningMean, runningVariance, mean, scale);
    }

    /**
     * Computes mean and scale of this batch, and moves the running statistics towards them, for the output of a
     * convolution that has not added its bias.
     *
     * @param bias what to add to the mean before it moves the running mean; null for nothing
     */
    public void batchStatistics(
            Tensor input,
            @Nullable Tensor bias,
            double momentum,
            double eps,
            Tensor runningMean,
            Tensor runningVariance,
            Tensor mean,
            Tensor scale) {
        ChannelsCuda channels = ChannelsCuda.of(input);
        DeviceBuffer parts = device.borrow((long) MOMENTS * channels.chunks() * channels.channels());
        channels.kernel(device, SOURCE, "moment_parts", input)
                .in(input)
                .add(parts)
                .i32(channels.activation())
                .i32(channels.rows())
                .on(channels.grid());
        device.kernel(SOURCE, "batch_statistics")
                .add(parts)
                .i32(channels.chunks())
                .i32(channels.channels())
                .floatsOrNull(bias)
                .f64(momentum)
                .f64(eps)
                .out(runningMean)
                .out(runningVariance)
                .out(mean)
                .out(scale)
                .on(channels.joining());
        device.giveBack(parts);
    }

    @Override
    public void runningStatistics(double eps, Tensor runningMean, Tensor runningVariance, Tensor mean, Tensor scale) {
        runningStatistics(null, eps, runningMean, runningVariance, mean, scale);
    }

    /**
     * Computes mean and scale from the running statistics, for the output of a convolution that has not added its bias.
     *
     * @param bias what to subtract from the running mean; null for nothing
     */
    public void runningStatistics(
            @Nullable Tensor bias, double eps, Tensor runningMean, Tensor runningVariance, Tensor mean, Tensor scale) {
        int channels = mean.shape().elements();
        device.kernel(SOURCE, "running_statistics")
                .in(runningMean)
                .in(runningVariance)
                .floatsOrNull(bias)
                .f64(eps)
                .out(mean)
                .out(scale)
                .i32(channels)
                .over(channels);
    }

    @Override
    public void normalise(Tensor input, Tensor mean, Tensor scale, Tensor weight, Tensor bias, Tensor output) {
        int n = output.shape().elements();
        device.kernel(SOURCE, "normalise", output)
                .in(input)
                .floats(mean)
                .floats(scale)
                .floats(weight)
                .floats(bias)
                .out(output)
                .i32(ChannelsCuda.of(input).activation())
                .i32(n)
                .over(n);
    }

    @Override
    public void backwardParameters(
            Tensor input, Tensor mean, Tensor scale, Tensor gradOutput, Tensor gradWeight, Tensor gradBias) {
        ChannelsCuda channels = ChannelsCuda.of(input);
        DeviceBuffer parts = borrowParts(channels, channels.chunks());
        channels.kernel(device, SOURCE, "gradient_parts", input)
                .in(input)
                .floats(mean)
                .in(gradOutput)
                .add(parts)
                .i32(channels.activation())
                .i32(channels.rows())
                .on(channels.grid());
        joinGradients(parts, channels, channels.chunks(), scale, gradWeight, gradBias);
        device.giveBack(parts);
    }

    /** Borrows scratch memory for two sums over each channel, in {@code chunks} parts. */
    public DeviceBuffer borrowParts(ChannelsCuda channels, int chunks) {
        return device.borrow((long) SUMS * chunks * channels.channels());
    }

    /** Computes dγ and dβ from the parts of Σ g·(x − μ) and Σ g. */
    public void joinGradients(
            DeviceBuffer parts, ChannelsCuda channels, int chunks, Tensor scale, Tensor gradWeight, Tensor gradBias) {
        device.kernel(SOURCE, "parameter_gradients")
                .add(parts)
                .i32(chunks)
                .i32(channels.channels())
                .in(scale)
                .out(gradWeight)
                .out(gradBias)
                .on(channels.joining());
    }

    @Override
    public void backwardTraining(
            Tensor input,
            Tensor mean,
            Tensor scale,
            Tensor weight,
            Tensor gradOutput,
            Tensor gradWeight,
            Tensor gradBias,
            Tensor gradInput) {
        int n = gradInput.shape().elements();
        float perValue = 1f / BatchNormOp.valuesPerChannel(input.shape());
        device.kernel(SOURCE, "input_gradient", gradInput)
                .in(input)
                .floats(mean)
                .floats(scale)
                .floats(weight)
                .in(gradOutput)
                .floats(gradWeight)
                .floats(gradBias)
                .out(gradInput)
                .f32(perValue)
                .i32(ChannelsCuda.of(input).activation())
                .i32(n)
                .over(n);
    }

    @Override
    public void backwardRunning(Tensor scale, Tensor weight, Tensor gradOutput, Tensor gradInput) {
        int n = gradInput.shape().elements();
        device.kernel(SOURCE, "scaled_gradient", gradInput)
                .floats(scale)
                .floats(weight)
                .in(gradOutput)
                .out(gradInput)
                .i32(ChannelsCuda.of(gradInput).activation())
                .i32(n)
                .over(n);
    }
}
