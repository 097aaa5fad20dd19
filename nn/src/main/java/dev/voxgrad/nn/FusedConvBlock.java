package dev.voxgrad.nn;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Scope;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.op.convblock.ConvBlockOp;

/**
 * Runs successive layers of a {@link Chain} as one operation, {@link ConvBlockOp}: (convolution, batch norm, ReLU) one
 * or more times, and a max pool of 2×2×2 at the end if there is one.
 */
final class FusedConvBlock {
    /** Layers of one unit. */
    private static final int UNIT = 3;

    private final List<BatchNorm3d> norms;
    private final ConvBlockOp training;
    private final ConvBlockOp inference;
    /** The operation's inputs except the first, which is the activation. */
    private final List<Tensor> parameters;

    private final int length;

    /** Plans the first {@code units} units of {@code layers}, and the pool after them if {@code pool} is true. */
    private FusedConvBlock(List<Layer> layers, int units, boolean pool) {
        List<ConvBlockOp.Unit> settings = new ArrayList<>(units);
        List<BatchNorm3d> allNorms = new ArrayList<>(units);
        List<Tensor> inputs = new ArrayList<>(6 * units);
        for (int i = 0; i < units; i++) {
            Convolution convolution = (Convolution) layers.get(i * UNIT);
            BatchNorm3d norm = (BatchNorm3d) layers.get(i * UNIT + 1);
            Tensor bias = convolution.bias();
            settings.add(new ConvBlockOp.Unit(convolution.op(), bias != null, norm.momentum(), norm.eps()));
            allNorms.add(norm);
            inputs.add(convolution.weight());
            if (bias != null) {
                inputs.add(bias);
            }
            inputs.addAll(norm.ownParameters().values());
            inputs.addAll(norm.ownBuffers().values());
        }
        this.norms = List.copyOf(allNorms);
        this.training = new ConvBlockOp(settings, pool, true);
        this.inference = new ConvBlockOp(settings, pool, false);
        this.parameters = List.copyOf(inputs);
        this.length = units * UNIT + (pool ? 1 : 0);
    }

    /** Returns the longest block whose first layer is layer {@code from}, or null if there is none. */
    static @Nullable FusedConvBlock startingAt(List<Layer> layers, int from) {
        int end = from;
        while (end + UNIT <= layers.size()
                && layers.get(end) instanceof Convolution convolution
                && convolution.op().fusible(convolution.weight().shape())
                && layers.get(end + 1) instanceof BatchNorm3d
                && layers.get(end + 2) instanceof ReLU) {
            end += UNIT;
        }
        if (end == from) {
            return null;
        }
        boolean pool = end < layers.size()
                && layers.get(end) instanceof MaxPool3d p
                && ConvBlockOp.fits(p.kernel(), p.stride(), p.padding());
        return new FusedConvBlock(layers.subList(from, layers.size()), (end - from) / UNIT, pool);
    }

    /** Returns how many layers the block stands for. */
    int length() {
        return length;
    }

    /**
     * Applies all layers at once. Returns null if they must be applied one by one instead: if some of the batch norms
     * are in training and others are not, or if they use running statistics and yet a gradient is required.
     */
    @Nullable
    Tensor forward(Tensor input) {
        boolean inTraining = norms.getFirst().isTraining();
        for (BatchNorm3d norm : norms) {
            if (norm.isTraining() != inTraining) {
                return null;
            }
        }
        Tensor[] inputs = new Tensor[1 + parameters.size()];
        inputs[0] = input.inLayout(input.device().activationLayout());
        boolean gradient = inputs[0].requiresGrad();
        for (int i = 1; i < inputs.length; i++) {
            inputs[i] = parameters.get(i - 1);
            gradient |= inputs[i].requiresGrad();
        }
        if (!inTraining && gradient && Scope.tracksGradients()) {
            return null;
        }
        Tensor output = Tensor.apply(inTraining ? training : inference, inputs);
        if (inTraining) {
            norms.forEach(BatchNorm3d::countBatch);
        }
        return output;
    }
}
