package dev.voxgrad.engine.op.convblock.cpu;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.autograd.Context;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CpuStorage;
import dev.voxgrad.engine.op.conv3d.Conv3dGeometry;
import dev.voxgrad.engine.op.conv3d.cpu.TiledConv3d;
import dev.voxgrad.engine.op.convblock.ConvBlockOp;

/** Holds what the forward pass saved of one of {@link ConvBlockOp#allUnits}, and the gradients of its parameters. */
final class UnitBackward implements AutoCloseable {
    /** Saved tensors of each unit, after x: weight, z, mean, scale, γ and β. */
    private static final int SAVED = 6;

    final int index;
    final Tensor weight;
    final Tensor z;
    final NormTable table;
    final int channels;
    final Conv3dGeometry geometry;
    final TiledConv3d convolution;
    private final boolean withBias;
    private final Tensor gradWeight;
    private final Tensor gradNormWeight;
    private final Tensor gradNormBias;

    /** Takes unit {@code index}; {@link #close} returns what it borrows of the device. */
    UnitBackward(CpuDevice device, ConvBlockOp op, Context context, int index) {
        int at = 1 + SAVED * index;
        boolean first = index == 0 || index == op.units().size();
        ConvBlockOp.Unit unit = op.allUnits().get(index);
        this.index = index;
        this.weight = context.saved(at);
        this.z = context.saved(at + 1);
        this.table = NormTable.of(
                device, context.saved(at + 2), context.saved(at + 3), context.saved(at + 4), context.saved(at + 5));
        this.channels = table.channels;
        Tensor input = first ? context.saved(0) : context.saved(at + 1 - SAVED);
        this.geometry = unit.convolution().geometry(input.shape(), weight.shape(), z.shape());
        this.convolution = TiledConv3d.ofGradients(device, geometry);
        this.withBias = unit.withBias();
        this.gradWeight = weight.emptyLike();
        this.gradNormWeight = context.saved(at + 4).emptyLike();
        this.gradNormBias = context.saved(at + 5).emptyLike();
    }

    /** Returns what the forward pass saved for the block's ending. */
    static Tensor ofEnding(ConvBlockOp op, Context context) {
        return context.saved(1 + SAVED * op.allUnits().size());
    }

    float[] values() {
        return CpuStorage.array(z);
    }

    float[] gradWeight() {
        return CpuStorage.array(gradWeight);
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
            weights[c] = (float) (products * table.scale[c]);
        }
        table.setGradient(weights, biases, z.shape().elements() / channels);
    }

    /** Puts the parameters' gradients where they belong among those of the operation's inputs, from {@code at} on. */
    void putGradients(Tensor[] gradients, int at) {
        int next = at;
        gradients[next++] = gradWeight;
        if (withBias) {
            gradients[next++] = Tensor.zeros(gradNormBias.device(), gradNormBias.shape());
        }
        gradients[next] = gradNormWeight;
        gradients[next + 1] = gradNormBias;
    }

    @Override
    public void close() {
        table.close();
    }
}
