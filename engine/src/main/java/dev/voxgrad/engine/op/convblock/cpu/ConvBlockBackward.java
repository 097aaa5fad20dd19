package dev.voxgrad.engine.op.convblock.cpu;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.autograd.Context;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CpuStorage;
import dev.voxgrad.engine.device.cpu.Ranges;
import dev.voxgrad.engine.op.conv3d.Conv3dGeometry;
import dev.voxgrad.engine.op.conv3d.cpu.InputGradientWriter;
import dev.voxgrad.engine.op.conv3d.cpu.PlaneLayout;
import dev.voxgrad.engine.op.conv3d.cpu.PlaneReader;
import dev.voxgrad.engine.op.conv3d.cpu.TiledConv3d;
import dev.voxgrad.engine.op.convblock.ConvBlockOp;
import dev.voxgrad.engine.trace.Pass;

/**
 * Computes the backward pass of a {@link ConvBlockOp}, unit by unit from the last to the first.
 *
 * <p>A unit needs Σ g and Σ g·(z − μ) over its whole output, g being the gradient that ReLU lets through, before any dz
 * can be computed. For the last unit a short pass computes them: with a pool, over the windows alone. For the others
 * they are summed up while the next convolution's input gradient leaves the cache.
 */
final class ConvBlockBackward {
    /** Saved tensors of each unit, after x: weight, z, mean, scale, γ and β. */
    private static final int SAVED = 6;
    /** Number of voxels that are summed up in float32 before their sums are added up in double. */
    private static final int RUN = 32;

    private final ConvBlockOp op;
    private final Context context;
    private final CpuDevice device;
    private final Tensor gradOutput;
    private final Tensor[] gradients;

    ConvBlockBackward(CpuDevice device, ConvBlockOp op, Context context, Tensor gradOutput) {
        this.op = op;
        this.context = context;
        this.device = device;
        this.gradOutput = gradOutput;
        this.gradients = new Tensor[context.inputs()];
    }

    @SuppressWarnings("NullAway") // only the first unit has none before it, and may have no gradient of its input
    Tensor[] run() {
        int last = op.units().size() - 1;
        Unit unit = new Unit(last);
        try (var _ = BlockTrace.activation(device, Pass.BACKWARD, gradOutput.shape())) {
            unit.sumOverOutput(context.saved(1 + SAVED * (last + 1)));
        }
        Tensor gradActivation = gradOutput;
        for (int i = last; i >= 0; i--) {
            Unit before = i == 0 ? null : new Unit(i - 1);
            Tensor gradInput = unit.backward(gradActivation, op.pool() && i == last, before);
            unit.norm.table().close();
            if (i < last) {
                gradActivation.release();
            }
            gradActivation = gradInput;
            unit = before;
        }
        gradients[0] = gradActivation;
        return gradients;
    }

    /** One unit: what its forward saved, and the sums over its gradient. */
    private final class Unit {
        final int index;
        final Tensor weight;
        final Tensor z;
        final Tensor scale;
        final NormRelu norm;
        final int channels;
        final Tensor gradNormWeight;
        final Tensor gradNormBias;

        Unit(int index) {
            int at = 1 + SAVED * index;
            this.index = index;
            this.weight = context.saved(at);
            this.z = context.saved(at + 1);
            this.scale = context.saved(at + 3);
            this.channels = z.shape().dim(1);
            this.norm = new NormRelu(new NormTable(
                    device,
                    CpuStorage.array(context.saved(at + 2)),
                    CpuStorage.array(scale),
                    CpuStorage.array(context.saved(at + 4)),
                    CpuStorage.array(context.saved(at + 5)),
                    channels));
            this.gradNormWeight = context.saved(at + 4).emptyLike();
            this.gradNormBias = context.saved(at + 5).emptyLike();
        }

        /**
         * Sums up over the gradient of the last unit.
         *
         * @param source the z that each element of the output comes from
         */
        void sumOverOutput(Tensor source) {
            float[] from = CpuStorage.array(source);
            float[] dy = CpuStorage.array(gradOutput);
            int voxels = source.shape().elements() / channels;
            int tasks = Ranges.tasks(voxels, channels);
            double[] sums = device.borrowSums(2 * channels * tasks);
            Ranges.parallel(device, voxels, channels, (first, end) -> {
                int at = Ranges.task(first, channels) * 2 * channels;
                for (int v = first; v < end; v += RUN) {
                    norm.addGradientSums(
                            from, v * channels, dy, v * channels, channels, Math.min(RUN, end - v), sums, at);
                }
            });
            finishSums(sums, tasks);
            device.giveBack(sums);
        }

        /** Computes dγ = Σ g·x̂ and dβ = Σ g from the tasks' sums, in their order; they determine dz. */
        void finishSums(double[] sums, int tasks) {
            float[] weights = CpuStorage.array(gradNormWeight);
            float[] biases = CpuStorage.array(gradNormBias);
            for (int c = 0; c < channels; c++) {
                double sum = 0;
                double products = 0;
                for (int task = 0; task < tasks; task++) {
                    sum += sums[2 * task * channels + c];
                    products += sums[(2 * task + 1) * channels + c];
                }
                biases[c] = (float) sum;
                weights[c] = (float) (products * CpuStorage.array(scale)[c]);
            }
            norm.table()
                    .setGradient(
                            CpuStorage.array(scale), weights, biases, z.shape().elements() / channels);
        }

        /**
         * Computes the gradients of this unit's parameters, and returns that of its input, or null if it is not
         * required.
         *
         * @param before the unit whose output is this one's input, whose sums are taken on the way; null for the first
         */
        @Nullable
        @SuppressWarnings("NullAway") // with a unit before this one, dx and sums are not null
        Tensor backward(Tensor gradActivation, boolean pooled, @Nullable Unit before) {
            Tensor input = before == null ? context.saved(0) : before.z;
            Shape inputShape = input.shape();
            Conv3dGeometry geometry =
                    op.units().get(index).convolution().geometry(inputShape, weight.shape(), z.shape());
            TiledConv3d convolution = TiledConv3d.of(device, geometry);
            Tensor gradWeight = weight.emptyLike();
            Tensor gradInput = before == null && !context.needsGradient(0) ? null : input.emptyLike();
            double[] sums =
                    before == null ? null : device.borrowSums(2 * before.channels * convolution.backwardTasks());
            InputGradientWriter dx = gradInput == null
                    ? null
                    : InputGradientWriter.to(
                            CpuStorage.array(gradInput),
                            inputShape.dim(1),
                            inputShape.spatial(),
                            convolution.inputVoxel());
            if (before != null) {
                dx = before.summing(dx, convolution.inputVoxel(), sums);
            }
            try (var _ = BlockTrace.backward(device, index, geometry, gradActivation.shape(), pooled, dx != null)) {
                convolution.backward(
                        ConvBlockForward.reader(input, before == null ? null : before.norm, convolution.inputVoxel()),
                        pooled
                                ? poolGradient(gradActivation, convolution.outputLayout())
                                : gradient(gradActivation, convolution.outputLayout()),
                        CpuStorage.array(weight),
                        CpuStorage.array(gradWeight),
                        dx);
            }
            if (before != null) {
                before.finishSums(sums, convolution.backwardTasks());
                device.giveBack(sums);
            }
            int at = op.firstInput(index);
            gradients[at++] = gradWeight;
            if (op.units().get(index).withBias()) {
                gradients[at++] = Tensor.zeros(device, gradNormBias.shape());
            }
            gradients[at] = gradNormWeight;
            gradients[at + 1] = gradNormBias;
            return gradInput;
        }

        /** Returns a writer that passes this unit's output gradient on to {@code next} and adds it to the sums. */
        private InputGradientWriter summing(InputGradientWriter next, int voxel, double[] sums) {
            float[] values = CpuStorage.array(z);
            Dims3 size = z.shape().spatial();
            return (task, sample, plane, da, from, row) -> {
                next.write(task, sample, plane, da, from, row);
                int z0 = (sample * size.d() + plane) * size.h() * size.w() * channels;
                for (int h = 0; h < size.h(); h++) {
                    norm.addGradientSums(
                            values,
                            z0 + h * size.w() * channels,
                            da,
                            from + h * row,
                            voxel,
                            size.w(),
                            sums,
                            2 * task * channels);
                }
            };
        }

        /** Returns a reader of dz, given the activation's gradient for each voxel. */
        private PlaneReader gradient(Tensor gradActivation, PlaneLayout layout) {
            float[] values = CpuStorage.array(z);
            float[] da = CpuStorage.array(gradActivation);
            Dims3 size = z.shape().spatial();
            return (sample, first, count, planes, at) -> {
                for (int plane = 0; plane < count; plane++) {
                    for (int h = 0; h < layout.plane() / layout.row(); h++) {
                        int to = at + plane * layout.plane() + h * layout.row();
                        int end = to;
                        if (first + plane < size.d() && h < size.h()) {
                            int from = ((sample * size.d() + first + plane) * size.h() + h) * size.w() * channels;
                            norm.gradient(values, from, da, from, size.w(), planes, to, layout.voxel());
                            end = to + size.w() * layout.voxel();
                        }
                        Arrays.fill(planes, end, to + layout.row(), 0);
                    }
                }
            };
        }

        /** Returns a reader of dz, given the gradient of a max pool's windows. */
        private PlaneReader poolGradient(Tensor gradPool, PlaneLayout layout) {
            return new PoolGradientReader(
                    new NormReluPool(norm.table()),
                    CpuStorage.array(z),
                    z.shape(),
                    CpuStorage.array(context.saved(1 + SAVED * op.units().size())),
                    CpuStorage.array(gradPool),
                    layout);
        }
    }
}
