package dev.voxgrad.engine.op.convblock.cpu;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.autograd.Context;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CpuStorage;
import dev.voxgrad.engine.device.cpu.Ranges;
import dev.voxgrad.engine.op.batchnorm.CpuChannelMoments;
import dev.voxgrad.engine.op.conv3d.Conv3dGeometry;
import dev.voxgrad.engine.op.conv3d.cpu.PlaneWriter;
import dev.voxgrad.engine.op.conv3d.cpu.TiledConv3d;
import dev.voxgrad.engine.op.conv3d.cpu.VoxelReader;
import dev.voxgrad.engine.op.convblock.ConvBlockOp;
import dev.voxgrad.engine.op.convblock.UnitTensors;
import dev.voxgrad.engine.trace.Pass;

/** Computes the forward pass of a {@link ConvBlockOp}, in training and in inference. */
final class ConvBlockForward {
    private final CpuDevice device;
    private final ConvBlockOp op;
    private final Tensor[] inputs;
    private final Shape[] shapes;

    ConvBlockForward(CpuDevice device, ConvBlockOp op, Tensor... inputs) {
        this.device = device;
        this.op = op;
        this.inputs = inputs;
        this.shapes = op.unitShapes(inputs);
    }

    // ------------------------------------------------------------------------------------------------- training

    /**
     * Computes the result by the batch's own statistics. Saves x; for each unit the convolution's weight and output,
     * mean and scale, and batch norm's weight and bias; and last, for each element of the result, the z that it comes
     * from: for a pool, one z of each window.
     */
    @SuppressWarnings("NullAway") // a block has at least one unit, and each sets norm and output
    Tensor train(Context context) {
        context.save(inputs[0]);
        Tensor output = null;
        Tensor input = inputs[0];
        NormRelu norm = null;
        for (int i = 0; i < shapes.length; i++) {
            UnitTensors unit = UnitTensors.of(op, i, inputs);
            boolean last = i == shapes.length - 1;
            Tensor z = Tensor.empty(device, shapes[i], device.activationLayout());
            Tensor source =
                    last && op.pool() ? Tensor.empty(device, context.outputShape(), device.activationLayout()) : z;
            Tensor mean = unit.runningMean().emptyLike();
            Tensor scale = unit.runningMean().emptyLike();
            convolve(i, unit, input, norm, z, source == z ? null : source, mean, scale);
            context.save(unit.weight(), z, mean, scale, unit.normWeight(), unit.normBias());
            if (i > 0) {
                norm.table().close();
                input.release();
            }
            norm = new NormRelu(new NormTable(
                    device,
                    CpuStorage.array(mean),
                    CpuStorage.array(scale),
                    CpuStorage.array(unit.normWeight()),
                    CpuStorage.array(unit.normBias()),
                    shapes[i].dim(1)));
            if (source != z
                    && context.tracksGradients()
                    && WindowTies.matter(
                            CpuStorage.array(scale),
                            CpuStorage.array(unit.normWeight()),
                            CpuStorage.array(unit.normBias()),
                            op.units().get(i).eps(),
                            shapes[i].dim(1))) {
                WindowTies.resolve(device, new NormReluPool(norm.table()), z, source);
            }
            mean.release();
            scale.release();
            if (last) {
                context.save(source);
                output = activate(norm, source);
                source.release();
            }
            input = z;
        }
        input.release();
        norm.table().close();
        return output;
    }

    /**
     * Writes z, its statistics and the extremes of a pool's windows.
     *
     * @param norm normalises and rectifies the input as it is read; null to read it as it is
     * @param extremes receives the z that each window's result comes from; null without a pool
     */
    private void convolve(
            int i,
            UnitTensors unit,
            Tensor input,
            @Nullable NormRelu norm,
            Tensor z,
            @Nullable Tensor extremes,
            Tensor mean,
            Tensor scale) {
        Conv3dGeometry geometry = unit.geometry(input.shape(), shapes[i]);
        TiledConv3d convolution = TiledConv3d.of(device, geometry);
        ConvBlockOp.Unit settings = op.units().get(i);
        try (CpuChannelMoments moments = new CpuChannelMoments(device, shapes[i].dim(1), convolution.forwardTasks());
                var _ = BlockTrace.forward(device, i, geometry)) {
            convolution.forward(
                    reader(input, norm, convolution.inputVoxel()),
                    CpuStorage.array(unit.weight()),
                    null,
                    unit.bias() == null ? null : CpuStorage.array(unit.bias()),
                    writer(convolution, z, moments, extremes, unit));
            moments.finish(
                    settings.momentum(), settings.eps(), unit.runningMean(), unit.runningVariance(), mean, scale);
        }
    }

    /** Returns a reader of a tensor's voxels: as they are, or, with {@code norm}, normalised and rectified. */
    static VoxelReader reader(Tensor x, @Nullable NormRelu norm, int stride) {
        int channels = x.shape().dim(1);
        float[] values = CpuStorage.array(x);
        return norm == null
                ? VoxelReader.of(values, channels, stride)
                : (first, count, to, at) -> norm.apply(values, first * channels, count, to, at, stride);
    }

    /**
     * Returns a writer of z that, while z is in cache, sums up its statistics and picks the voxels that a pool will.
     */
    private static PlaneWriter writer(
            TiledConv3d convolution, Tensor z, CpuChannelMoments moments, @Nullable Tensor extremes, UnitTensors unit) {
        float[] values = CpuStorage.array(z);
        Dims3 size = z.shape().spatial();
        int channels = z.shape().dim(1);
        int plane = size.h() * size.w() * channels;
        PlaneWriter copy = convolution.outputLayout().copyTo(values);
        return (task, sample, first, count, planes, from) -> {
            copy.write(task, sample, first, count, planes, from);
            int start = (sample * size.d() + first) * plane;
            moments.add(task, values, start, count * plane);
            if (extremes != null) {
                pickExtremes(
                        CpuStorage.array(unit.normWeight()),
                        values,
                        start,
                        size,
                        channels,
                        sample,
                        first,
                        count,
                        CpuStorage.array(extremes));
            }
        };
    }

    /**
     * Picks one z of each window. Planes come in pairs, starting with an even one; what is left over at odd ends is in
     * no window.
     */
    private static void pickExtremes(
            float[] weight,
            float[] z,
            int start,
            Dims3 size,
            int channels,
            int sample,
            int first,
            int count,
            float[] extremes) {
        int row = size.w() * channels;
        int windows = size.w() / 2;
        for (int pair = 0; pair < count / 2; pair++) {
            for (int h = 0; h < size.h() / 2; h++) {
                int from = start + (2 * pair * size.h() + 2 * h) * row;
                int to = ((sample * (size.d() / 2) + first / 2 + pair) * (size.h() / 2) + h) * windows * channels;
                WindowExtremes.find(weight, channels, z, from, channels, row, size.h() * row, windows, extremes, to);
            }
        }
    }

    private Tensor activate(NormRelu norm, Tensor z) {
        int channels = z.shape().dim(1);
        Tensor a = z.emptyLike();
        float[] from = CpuStorage.array(z);
        float[] to = CpuStorage.array(a);
        try (var _ = BlockTrace.activation(device, Pass.FORWARD, a.shape())) {
            Ranges.parallel(
                    device,
                    z.shape().elements() / channels,
                    channels,
                    (first, end) -> norm.apply(from, first * channels, end - first, to, first * channels, channels));
        }
        return a;
    }

    // ------------------------------------------------------------------------------------------------ inference

    /** Computes the result by the running statistics, with batch norm folded into the convolutions. */
    Tensor infer(Shape outputShape) {
        Tensor current = inputs[0];
        for (int i = 0; i < shapes.length; i++) {
            UnitTensors unit = UnitTensors.of(op, i, inputs);
            boolean pooled = i == shapes.length - 1 && op.pool();
            Tensor a = Tensor.empty(device, pooled ? outputShape : shapes[i], device.activationLayout());
            Conv3dGeometry geometry = unit.geometry(current.shape(), shapes[i]);
            TiledConv3d convolution = TiledConv3d.of(device, geometry);
            int channels = shapes[i].dim(1);
            float[] factors = device.borrow(channels);
            float[] bias = device.borrow(channels);
            for (int c = 0; c < channels; c++) {
                double factor = CpuStorage.array(unit.normWeight())[c]
                        / Math.sqrt(CpuStorage.array(unit.runningVariance())[c]
                                + op.units().get(i).eps());
                double own = unit.bias() == null ? 0 : CpuStorage.array(unit.bias())[c];
                factors[c] = (float) factor;
                bias[c] = (float) (CpuStorage.array(unit.normBias())[c]
                        + factor * (own - CpuStorage.array(unit.runningMean())[c]));
            }
            try (var _ = BlockTrace.forward(device, i, geometry)) {
                convolution.forward(
                        reader(current, null, convolution.inputVoxel()),
                        CpuStorage.array(unit.weight()),
                        factors,
                        bias,
                        RectifyingWriter.of(convolution.outputLayout(), pooled, CpuStorage.array(a)));
            }
            device.giveBack(bias);
            device.giveBack(factors);
            if (i > 0) {
                current.release();
            }
            current = a;
        }
        return current;
    }
}
