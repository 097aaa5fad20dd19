package dev.voxgrad.engine.op.convblock.cpu;

import java.util.List;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.autograd.Context;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CpuStorage;
import dev.voxgrad.engine.device.cpu.Ranges;
import dev.voxgrad.engine.op.conv3d.cpu.InputGradientWriter;
import dev.voxgrad.engine.op.conv3d.cpu.PlaneReader;
import dev.voxgrad.engine.op.conv3d.cpu.VoxelReader;
import dev.voxgrad.engine.op.conv3d.cpu.VoxelWriter;
import dev.voxgrad.engine.op.convblock.BlockEnding;
import dev.voxgrad.engine.op.convblock.ConvBlockOp;
import dev.voxgrad.engine.trace.Pass;

/**
 * Computes the backward pass of a {@link ConvBlockOp}, unit by unit from the last to the first; the projection of a
 * shortcut comes after them.
 *
 * <p>A unit needs Σ g and Σ g·(z − μ) over its whole output, g being the gradient that ReLU lets through, before any dz
 * can be computed. For the last unit, and a projection, a short pass computes them: with a pool, over the windows
 * alone. For the others they are summed up while the next convolution's input gradient leaves the cache.
 */
final class ConvBlockBackward {
    /** Number of voxels that are summed up in float32 before their sums are added up in double. */
    private static final int RUN = 32;

    private final ConvBlockOp op;
    private final Context context;
    private final CpuDevice device;
    private final Tensor gradOutput;
    private final Tensor[] gradients;
    /** What the forward pass saved for the ending. */
    private final Tensor saved;

    ConvBlockBackward(CpuDevice device, ConvBlockOp op, Context context, Tensor gradOutput) {
        this.op = op;
        this.context = context;
        this.device = device;
        this.gradOutput = gradOutput;
        this.gradients = new Tensor[context.inputs()];
        this.saved = UnitBackward.ofEnding(op, context);
    }

    @SuppressWarnings("NullAway") // the gradient of the input may be null
    Tensor[] run() {
        UnitBackward last = unit(op.units().size() - 1);
        if (!(op.ending() instanceof BlockEnding.Residual residual)) {
            try (var _ = BlockTrace.activation(device, Pass.BACKWARD, gradOutput.shape())) {
                sumOverOutput(last);
            }
            gradients[0] = mainPath(last);
        } else if (residual.projection() == null) {
            try (var _ = BlockTrace.residual(device, Pass.BACKWARD, gradOutput.shape(), 3)) {
                sumOverOutput(last);
            }
            gradients[0] = mainPath(last);
        } else {
            try (UnitBackward projection = unit(op.units().size())) {
                try (var _ = BlockTrace.residual(device, Pass.BACKWARD, gradOutput.shape(), 4)) {
                    sumOverOutput(last, projection);
                }
                gradients[0] = mainPath(last);
                projectionBackward(projection, gradients[0]);
            }
        }
        return gradients;
    }

    private UnitBackward unit(int index) {
        return new UnitBackward(device, op, context, index);
    }

    // ------------------------------------------------------------------------------------------------------ sums

    /** Sums up over the gradient of the units that the result is the sum of. */
    private void sumOverOutput(UnitBackward... units) {
        int channels = units[0].channels;
        int voxels = saved.shape().elements() / channels;
        int tasks = Ranges.tasks(voxels, channels);
        List<double[]> sums = Stream.of(units)
                .map(_ -> device.borrowSums(2 * channels * tasks))
                .toList();
        Ranges.parallel(device, voxels, channels, (first, end) -> {
            int at = Ranges.task(first, channels) * 2 * channels;
            for (int v = first; v < end; v += RUN) {
                for (int i = 0; i < units.length; i++) {
                    addOutputSums(units[i], v * channels, Math.min(RUN, end - v), sums.get(i), at);
                }
            }
        });
        for (int i = 0; i < units.length; i++) {
            units[i].finishSums(sums.get(i), tasks);
            device.giveBack(sums.get(i));
        }
    }

    private void addOutputSums(UnitBackward unit, int from, int voxels, double[] sums, int at) {
        float[] dy = CpuStorage.array(gradOutput);
        float[] ending = CpuStorage.array(saved);
        if (op.residual()) {
            new NormResidual(unit.table).addGradientSums(unit.values(), dy, ending, from, voxels, sums, at);
        } else {
            new NormRelu(unit.table).addGradientSums(ending, from, dy, from, unit.channels, voxels, sums, at);
        }
    }

    /** Returns a writer of the gradient {@code da} of a unit's activation, whose voxels {@code runs} sums up. */
    private static VoxelWriter summing(UnitBackward unit, float[] da, VoxelRuns runs) {
        VoxelWriter copy = VoxelWriter.to(da, unit.channels);
        return (task, first, count, values, from, stride) -> {
            copy.write(task, first, count, values, from, stride);
            runs.written(task, first, count);
        };
    }

    private static void addSums(UnitBackward unit, float[] da, int first, int count, double[] sums, int at) {
        NormRelu norm = new NormRelu(unit.table);
        int end = first + count;
        for (int v = first; v < end; v += RUN) {
            int from = v * unit.channels;
            norm.addGradientSums(unit.values(), from, da, from, unit.channels, Math.min(RUN, end - v), sums, at);
        }
    }

    // ----------------------------------------------------------------------------------------------------- units

    /** Goes through all units, from the last to the first, and returns the gradient of x, or null. */
    private @Nullable Tensor mainPath(UnitBackward last) {
        Tensor gradActivation = gradOutput;
        UnitBackward unit = last;
        for (int i = last.index; i > 0; i--) {
            UnitBackward before = unit(i - 1);
            Tensor gradInput = before.z.emptyLike();
            float[] da = CpuStorage.array(gradInput);
            int tasks = unit.convolution.backwardTasks();
            double[] sums = device.borrowSums(2 * before.channels * tasks);
            VoxelRuns runs = new VoxelRuns(
                    tasks,
                    before.channels,
                    (task, first, count) -> addSums(before, da, first, count, sums, 2 * task * before.channels));
            unitBackward(unit, before, gradActivation, summing(before, da, runs), 0);
            runs.finish();
            before.finishSums(sums, tasks);
            device.giveBack(sums);
            if (gradActivation != gradOutput) {
                gradActivation.release();
            }
            gradActivation = gradInput;
            unit.close();
            unit = before;
        }
        Tensor gradInput = context.needsGradient(0) ? context.emptyLikeSaved(0) : null;
        boolean addsShortcut = gradInput != null
                && op.ending() instanceof BlockEnding.Residual residual
                && residual.projection() == null;
        unitBackward(
                unit,
                null,
                gradActivation,
                gradInput == null ? null : inputGradient(gradInput, addsShortcut),
                addsShortcut ? 2L * gradOutput.shape().elements() : 0);
        unit.close();
        if (gradActivation != gradOutput) {
            gradActivation.release();
        }
        return gradInput;
    }

    private VoxelWriter inputGradient(Tensor gradInput, boolean addsShortcut) {
        float[] dx = CpuStorage.array(gradInput);
        int channels = gradInput.shape().dim(1);
        return addsShortcut
                ? VoxelWriters.withPassed(CpuStorage.array(gradOutput), CpuStorage.array(saved), dx, channels)
                : VoxelWriter.to(dx, channels);
    }

    /** Adds the gradient through the shortcut to that of x, unless that is not required. */
    private void projectionBackward(UnitBackward projection, @Nullable Tensor gradInput) {
        VoxelWriter dx = gradInput == null
                ? null
                : VoxelWriters.added(
                        CpuStorage.array(gradInput), gradInput.shape().dim(1));
        unitBackward(
                projection,
                null,
                gradOutput,
                dx,
                gradInput == null ? 0 : gradInput.shape().elements());
    }

    /**
     * Computes the gradients of a unit's parameters and input.
     *
     * @param before the unit whose output is this one's input; null if that is x
     * @param dx receives the input's gradient; null if it is not required
     * @param read how many values {@code dx} reads
     */
    private void unitBackward(
            UnitBackward unit,
            @Nullable UnitBackward before,
            Tensor gradActivation,
            @Nullable VoxelWriter dx,
            long read) {
        boolean atEnd = unit.index >= op.units().size() - 1;
        boolean pooled = atEnd && op.pooled();
        long perVoxel = atEnd && !(op.ending() instanceof BlockEnding.Rectified) ? 2 : 1;
        long ofOutput =
                unit.z.shape().elements() + perVoxel * gradActivation.shape().elements();
        try (var _ = BlockTrace.backward(device, op, unit.index, unit.geometry, ofOutput + read, dx != null)) {
            VoxelReader x = before == null
                    ? TrainingForward.reader(context.saved(0), null, unit.convolution.inputVoxel())
                    : TrainingForward.reader(before.z, new NormRelu(before.table), unit.convolution.inputVoxel());
            float[] weight = CpuStorage.array(unit.weight);
            if (pooled) {
                InputGradientWriter planes = dx == null
                        ? null
                        : InputGradientWriter.rowsTo(dx, unit.geometry.input(), unit.convolution.inputVoxel());
                unit.convolution.backward(x, poolGradient(unit, gradActivation), weight, unit.gradWeight(), planes);
            } else {
                VoxelReader dz = atEnd && op.residual() ? residualGradient(unit) : gradient(unit, gradActivation);
                unit.convolution.backward(x, dz, weight, unit.gradWeight(), dx);
            }
        }
        unit.putGradients(gradients, op.firstInput(unit.index));
    }

    /** Returns a reader of dz, given the activation's gradient for each voxel. */
    private static VoxelReader gradient(UnitBackward unit, Tensor gradActivation) {
        float[] z = unit.values();
        float[] da = CpuStorage.array(gradActivation);
        NormRelu norm = new NormRelu(unit.table);
        int stride = unit.convolution.outputLayout().voxel();
        return (first, count, to, at) -> {
            int from = first * unit.channels;
            norm.gradient(z, from, da, from, count, to, at, stride);
        };
    }

    /** Returns a reader of dz at the end of a residual block. */
    private VoxelReader residualGradient(UnitBackward unit) {
        float[] z = unit.values();
        float[] dy = CpuStorage.array(gradOutput);
        float[] y = CpuStorage.array(saved);
        NormResidual norm = new NormResidual(unit.table);
        int stride = unit.convolution.outputLayout().voxel();
        return (first, count, to, at) -> norm.gradient(z, dy, y, first * unit.channels, count, to, at, stride);
    }

    /** Returns a reader of dz, given the gradient of a max pool's windows. */
    private PlaneReader poolGradient(UnitBackward unit, Tensor gradPool) {
        return new PoolGradientReader(
                new NormReluPool(unit.table),
                unit.values(),
                unit.z.shape(),
                CpuStorage.array(saved),
                CpuStorage.array(gradPool),
                unit.convolution.outputLayout());
    }
}
