package dev.voxgrad.engine.op.convblock;

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
import dev.voxgrad.engine.trace.Pass;

/** The forward passes of {@link ConvBlockOp}; {@link ConvBlockGradient} is its backward. */
final class ConvBlockCpu {
    private final CpuDevice device;
    private final ConvBlockOp op;
    private final Tensor[] inputs;
    private final Shape[] shapes;

    ConvBlockCpu(CpuDevice device, ConvBlockOp op, Tensor... inputs) {
        this.device = device;
        this.op = op;
        this.inputs = inputs;
        this.shapes = op.unitShapes(inputs);
    }

    // ------------------------------------------------------------------------------------------------- training

    /**
     * Saves x, for each unit the convolution's output, its mean and scale, and the weights and biases needed, and, for
     * a pool, of each window the z that its result comes from.
     */
    Tensor train(Context context) {
        context.save(inputs[0]);
        Tensor output = null;
        Tensor before = inputs[0];
        CpuNormRelu norm = null;
        for (int i = 0; i < shapes.length; i++) {
            UnitTensors unit = UnitTensors.of(op, i, inputs);
            boolean last = i == shapes.length - 1;
            Tensor z = Tensor.empty(device, shapes[i], device.activationLayout());
            Tensor source =
                    last && op.pool() ? Tensor.empty(device, context.outputShape(), device.activationLayout()) : z;
            Tensor mean = unit.runningMean().emptyLike();
            Tensor scale = unit.runningMean().emptyLike();
            convolve(i, unit, before, norm, z, source == z ? null : source, mean, scale);
            context.save(unit.weight(), z, mean, scale, unit.normWeight(), unit.normBias());
            if (i > 0) {
                norm.close();
                before.release();
            }
            norm = new CpuNormRelu(
                    device,
                    CpuStorage.array(mean),
                    CpuStorage.array(scale),
                    CpuStorage.array(unit.normWeight()),
                    CpuStorage.array(unit.normBias()),
                    shapes[i].dim(1));
            if (source != z
                    && context.tracksGradients()
                    && WindowTies.matter(
                            CpuStorage.array(scale),
                            CpuStorage.array(unit.normWeight()),
                            CpuStorage.array(unit.normBias()),
                            op.units().get(i).eps(),
                            shapes[i].dim(1))) {
                WindowTies.resolve(device, norm, z, source);
            }
            mean.release();
            scale.release();
            if (last) {
                context.save(source);
                output = activate(norm, source);
                source.release();
            }
            before = z;
        }
        before.release();
        norm.close();
        return output;
    }

    /** Writes z, its statistics and the extremes of a pool's windows, from the input as {@code norm} makes it. */
    private void convolve(
            int i,
            UnitTensors unit,
            Tensor input,
            CpuNormRelu norm,
            Tensor z,
            Tensor extremes,
            Tensor mean,
            Tensor scale) {
        Conv3dGeometry geometry = unit.geometry(input.shape(), shapes[i]);
        TiledConv3d stream = TiledConv3d.of(device, geometry);
        ConvBlockOp.Unit settings = op.units().get(i);
        try (CpuChannelMoments moments = new CpuChannelMoments(device, shapes[i].dim(1), stream.forwardTasks());
                var _ = BlockTrace.forward(device, i, geometry)) {
            stream.forward(
                    reader(input, norm, stream.inputVoxel()),
                    CpuStorage.array(unit.weight()),
                    null,
                    unit.biasArray(),
                    writer(stream, z, moments, extremes, unit));
            moments.finish(
                    settings.momentum(), settings.eps(), unit.runningMean(), unit.runningVariance(), mean, scale);
        }
    }

    /** The voxels of a tensor as they are, or normalised and rectified. */
    static VoxelReader reader(Tensor x, CpuNormRelu norm, int stride) {
        int channels = x.shape().dim(1);
        float[] values = CpuStorage.array(x);
        return norm == null
                ? VoxelReader.of(values, channels, stride)
                : (first, count, to, at) -> norm.apply(values, first * channels, count, to, at, stride);
    }

    /** Writes z, and while it is in cache sums up its statistics and picks the voxels that a pool will. */
    private static PlaneWriter writer(
            TiledConv3d stream, Tensor z, CpuChannelMoments moments, Tensor extremes, UnitTensors unit) {
        float[] values = CpuStorage.array(z);
        Dims3 size = z.shape().spatial();
        int channels = z.shape().dim(1);
        int plane = size.h() * size.w() * channels;
        PlaneWriter copy = stream.outputLayout().copyTo(values);
        return (task, sample, first, count, planes, from) -> {
            copy.write(task, sample, first, count, planes, from);
            int begin = (sample * size.d() + first) * plane;
            moments.add(task, values, begin, count * plane);
            if (extremes != null) {
                pickExtremes(
                        CpuStorage.array(unit.normWeight()),
                        values,
                        begin,
                        size,
                        channels,
                        sample,
                        first,
                        count,
                        CpuStorage.array(extremes));
            }
        };
    }

    /** Planes come in pairs, beginning with an even one; what is left over at odd ends is in no window. */
    private static void pickExtremes(
            float[] weight,
            float[] z,
            int begin,
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
                int from = begin + (2 * pair * size.h() + 2 * h) * row;
                int to = ((sample * (size.d() / 2) + first / 2 + pair) * (size.h() / 2) + h) * windows * channels;
                CpuExtremes.find(weight, channels, z, from, channels, row, size.h() * row, windows, extremes, to);
            }
        }
    }

    private Tensor activate(CpuNormRelu norm, Tensor z) {
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

    /** With batch norm folded into the convolutions. */
    Tensor infer(Shape outputShape) {
        Tensor current = inputs[0];
        for (int i = 0; i < shapes.length; i++) {
            UnitTensors unit = UnitTensors.of(op, i, inputs);
            boolean pooled = i == shapes.length - 1 && op.pool();
            Tensor a = Tensor.empty(device, pooled ? outputShape : shapes[i], device.activationLayout());
            Conv3dGeometry geometry = unit.geometry(current.shape(), shapes[i]);
            TiledConv3d stream = TiledConv3d.of(device, geometry);
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
                stream.forward(
                        reader(current, null, stream.inputVoxel()),
                        CpuStorage.array(unit.weight()),
                        factors,
                        bias,
                        CpuRectifyingWriter.of(stream.outputLayout(), pooled, CpuStorage.array(a)));
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
