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
import dev.voxgrad.engine.op.conv3d.cpu.VoxelWriter;
import dev.voxgrad.engine.op.convblock.BlockEnding;
import dev.voxgrad.engine.op.convblock.ConvBlockOp;
import dev.voxgrad.engine.op.convblock.UnitTensors;
import dev.voxgrad.engine.trace.Pass;

/**
 * Computes the forward pass of a {@link ConvBlockOp} by the batch's own statistics. Saves x; for each of
 * {@link ConvBlockOp#allUnits} the convolution's weight and output, mean and scale, and batch norm's weight and bias;
 * and last what its ending needs: for each element of the result the z that it comes from (for a pool, one z of each
 * window), or, for a residual block, the result.
 */
final class TrainingForward {
    private final CpuDevice device;
    private final ConvBlockOp op;
    private final Context context;
    private final Tensor[] inputs;
    private final Shape[] shapes;

    TrainingForward(CpuDevice device, ConvBlockOp op, Context context, Tensor... inputs) {
        this.device = device;
        this.op = op;
        this.context = context;
        this.inputs = inputs;
        this.shapes = op.unitShapes(inputs);
    }

    /** Holds the output of a convolution and batch norm's numbers for it. */
    private record Unit(Tensor z, NormTable table) implements AutoCloseable {
        float[] values() {
            return CpuStorage.array(z);
        }

        @Override
        public void close() {
            table.close();
            z.release();
        }
    }

    Tensor run() {
        context.save(inputs[0]);
        int last = op.units().size() - 1;
        @Nullable Unit before = null;
        for (int i = 0; i < last; i++) {
            before = next(before, i, null);
        }
        return switch (op.ending()) {
            case BlockEnding.Rectified rectified -> rectified(before, last);
            case BlockEnding.Pooled pooled -> pooled(before, last);
            case BlockEnding.Residual residual -> residual(before, last, residual.projection() != null);
        };
    }

    private Tensor rectified(@Nullable Unit before, int last) {
        try (Unit unit = next(before, last, null)) {
            context.save(unit.z);
            return activate(unit.table, unit.z);
        }
    }

    private Tensor pooled(@Nullable Unit before, int last) {
        Tensor extremes = Tensor.empty(device, context.outputShape(), device.activationLayout());
        try (Unit unit = next(before, last, extremes)) {
            UnitTensors tensors = UnitTensors.of(op, last, inputs);
            NormReluPool pool = new NormReluPool(unit.table);
            if (context.tracksGradients()
                    && WindowTies.matter(pool, tensors, op.units().get(last).eps())) {
                WindowTies.resolve(device, pool, unit.z, extremes);
            }
            context.save(extremes);
            return activate(unit.table, extremes);
        } finally {
            extremes.release();
        }
    }

    private Tensor residual(@Nullable Unit before, int last, boolean projected) {
        try (Unit unit = next(before, last, null);
                Unit projection = projected ? next(null, last + 1, null) : null) {
            Tensor y = Tensor.empty(device, context.outputShape(), device.activationLayout());
            float[] to = CpuStorage.array(y);
            int channels = unit.table.channels;
            NormResidual end = new NormResidual(unit.table);
            try (var _ = BlockTrace.residual(device, Pass.FORWARD, y.shape(), 3)) {
                Ranges.parallel(device, y.shape().elements() / channels, channels, (first, stop) -> {
                    int from = first * channels;
                    float[] shortcut = to;
                    if (projection == null) {
                        shortcut = CpuStorage.array(inputs[0]);
                    } else {
                        new NormResidual(projection.table).normalise(projection.values(), from, stop - first, to);
                    }
                    end.apply(unit.values(), shortcut, from, stop - first, to);
                });
            }
            context.save(y);
            return y;
        }
    }

    // --------------------------------------------------------------------------------------------- convolutions

    /** Computes unit {@code i} from the one before it, which it closes, or from x. */
    private Unit next(@Nullable Unit before, int i, @Nullable Tensor extremes) {
        if (before == null) {
            return convolve(i, inputs[0], null, extremes);
        }
        try (before) {
            return convolve(i, before.z, new NormRelu(before.table), extremes);
        }
    }

    /**
     * Writes z, its statistics and the extremes of a pool's windows.
     *
     * @param before normalises and rectifies the input as it is read; null to read it as it is
     * @param extremes receives the z that each window's result comes from; null without a pool
     */
    private Unit convolve(int i, Tensor input, @Nullable NormRelu before, @Nullable Tensor extremes) {
        UnitTensors unit = UnitTensors.of(op, i, inputs);
        Tensor z = Tensor.empty(device, shapes[i], device.activationLayout());
        Conv3dGeometry geometry = unit.geometry(input.shape(), shapes[i]);
        TiledConv3d convolution = TiledConv3d.of(device, geometry);
        ConvBlockOp.Unit settings = op.allUnits().get(i);
        Tensor mean = unit.runningMean().emptyLike();
        Tensor scale = unit.runningMean().emptyLike();
        try (CpuChannelMoments moments = new CpuChannelMoments(device, shapes[i].dim(1), convolution.forwardTasks());
                var _ = BlockTrace.forward(device, op, i, geometry)) {
            VoxelReader x = reader(input, before, convolution.inputVoxel());
            float[] bias = unit.bias() == null ? null : CpuStorage.array(unit.bias());
            if (extremes == null) {
                convolve(convolution, x, CpuStorage.array(unit.weight()), bias, z, moments);
            } else {
                PlaneWriter y = poolWriter(convolution, z, moments, extremes, unit);
                convolution.forward(x, CpuStorage.array(unit.weight()), null, bias, y);
            }
            moments.finish(
                    settings.momentum(), settings.eps(), unit.runningMean(), unit.runningVariance(), mean, scale);
        }
        context.save(unit.weight(), z, mean, scale, unit.normWeight(), unit.normBias());
        NormTable table = NormTable.of(device, mean, scale, unit.normWeight(), unit.normBias());
        mean.release();
        scale.release();
        return new Unit(z, table);
    }

    /** Writes z, and sums up its statistics while it is in cache. */
    private static void convolve(
            TiledConv3d convolution,
            VoxelReader x,
            float[] weight,
            float @Nullable [] bias,
            Tensor z,
            CpuChannelMoments moments) {
        float[] values = CpuStorage.array(z);
        int channels = z.shape().dim(1);
        VoxelRuns runs = new VoxelRuns(
                convolution.forwardTasks(),
                channels,
                (task, first, count) -> moments.add(task, values, first * channels, count * channels));
        VoxelWriter copy = VoxelWriter.to(values, channels);
        VoxelWriter y = (task, first, count, voxels, from, stride) -> {
            copy.write(task, first, count, voxels, from, stride);
            runs.written(task, first, count);
        };
        convolution.forward(x, weight, null, bias, y);
        runs.finish();
    }

    /** Returns a reader of a tensor's voxels: as they are, or, with {@code norm}, normalised and rectified. */
    static VoxelReader reader(Tensor x, @Nullable NormRelu norm, int stride) {
        int channels = x.shape().dim(1);
        float[] values = CpuStorage.array(x);
        return norm == null
                ? VoxelReader.of(values, channels, stride)
                : (first, count, to, at) -> norm.apply(values, first * channels, count, to, at, stride);
    }

    private Tensor activate(NormTable table, Tensor z) {
        int channels = z.shape().dim(1);
        Tensor a = z.emptyLike();
        float[] from = CpuStorage.array(z);
        float[] to = CpuStorage.array(a);
        NormRelu norm = new NormRelu(table);
        try (var _ = BlockTrace.activation(device, Pass.FORWARD, a.shape())) {
            Ranges.parallel(
                    device,
                    z.shape().elements() / channels,
                    channels,
                    (first, end) -> norm.apply(from, first * channels, end - first, to, first * channels, channels));
        }
        return a;
    }

    // --------------------------------------------------------------------------------------------------- pools

    /**
     * Returns a writer of z that, while z is in cache, sums up its statistics and picks the voxels that a pool will.
     */
    private static PlaneWriter poolWriter(
            TiledConv3d convolution, Tensor z, CpuChannelMoments moments, Tensor extremes, UnitTensors unit) {
        float[] values = CpuStorage.array(z);
        Dims3 size = z.shape().spatial();
        int channels = z.shape().dim(1);
        int plane = size.h() * size.w() * channels;
        PlaneWriter copy = convolution.outputLayout().copyTo(values);
        return (task, sample, first, count, planes, from) -> {
            copy.write(task, sample, first, count, planes, from);
            int start = (sample * size.d() + first) * plane;
            moments.add(task, values, start, count * plane);
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
}
