package dev.voxgrad.nn;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Scope;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.op.convblock.BlockEnding;
import dev.voxgrad.engine.op.convblock.ConvBlockOp;

/**
 * Runs layers as one operation, {@link ConvBlockOp}: successive layers of a {@link Chain}, (convolution, batch norm,
 * ReLU) one or more times with a max pool of 2×2×2 at the end if there is one, or those of a {@link Residual} block.
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

    /** A convolution and the batch norm after it. */
    private record Unit(Convolution convolution, BatchNorm3d norm) {
        /** Returns the unit that starts with layer {@code at}, or null if none does. */
        static @Nullable Unit startingAt(List<? extends Layer> layers, int at) {
            return at + 2 <= layers.size()
                            && layers.get(at) instanceof Convolution convolution
                            && convolution.op().fusible(convolution.weight().shape())
                            && layers.get(at + 1) instanceof BatchNorm3d norm
                    ? new Unit(convolution, norm)
                    : null;
        }

        ConvBlockOp.Unit settings() {
            return new ConvBlockOp.Unit(convolution.op(), convolution.bias() != null, norm.momentum(), norm.eps());
        }

        List<Tensor> tensors() {
            List<Tensor> tensors = new ArrayList<>(6);
            tensors.add(convolution.weight());
            Tensor bias = convolution.bias();
            if (bias != null) {
                tensors.add(bias);
            }
            tensors.addAll(norm.ownParameters().values());
            tensors.addAll(norm.ownBuffers().values());
            return tensors;
        }
    }

    /**
     * Plans a block.
     *
     * @param length how many layers of a chain it stands for
     */
    private FusedConvBlock(List<Unit> units, BlockEnding ending, @Nullable Unit projection, int length) {
        List<ConvBlockOp.Unit> settings = units.stream().map(Unit::settings).toList();
        List<Unit> all = new ArrayList<>(units);
        if (projection != null) {
            all.add(projection);
        }
        this.norms = all.stream().map(Unit::norm).toList();
        this.training = new ConvBlockOp(settings, ending, true);
        this.inference = new ConvBlockOp(settings, ending, false);
        this.parameters = all.stream().flatMap(unit -> unit.tensors().stream()).toList();
        this.length = length;
    }

    /** Returns the longest block whose first layer is layer {@code from}, or null if there is none. */
    static @Nullable FusedConvBlock startingAt(List<Layer> layers, int from) {
        List<Unit> units = new ArrayList<>();
        int end = from;
        Unit unit = Unit.startingAt(layers, end);
        while (unit != null && end + UNIT <= layers.size() && layers.get(end + 2) instanceof ReLU) {
            units.add(unit);
            end += UNIT;
            unit = Unit.startingAt(layers, end);
        }
        if (units.isEmpty()) {
            return null;
        }
        boolean pool = end < layers.size()
                && layers.get(end) instanceof MaxPool3d p
                && ConvBlockOp.fits(p.kernel(), p.stride(), p.padding());
        return pool
                ? new FusedConvBlock(units, new BlockEnding.Pooled(), null, end + 1 - from)
                : new FusedConvBlock(units, new BlockEnding.Rectified(), null, end - from);
    }

    /**
     * Returns the block that computes max(main(x) + shortcut(x), 0), or null if these layers do not have the form
     * (convolution, batch norm, ReLU), …, (convolution, batch norm), and (convolution, batch norm) or nothing for the
     * shortcut.
     */
    static @Nullable FusedConvBlock residual(List<? extends Layer> main, List<? extends Layer> shortcut) {
        List<Unit> units = new ArrayList<>();
        for (int i = 0; i < main.size(); i += UNIT) {
            Unit unit = Unit.startingAt(main, i);
            boolean last = i + 2 == main.size();
            if (unit == null || !last && !(main.get(i + 2) instanceof ReLU)) {
                return null;
            }
            units.add(unit);
        }
        Unit projection = Unit.startingAt(shortcut, 0);
        if (main.size() % UNIT != 2 || shortcut.size() != (projection == null ? 0 : 2)) {
            return null;
        }
        BlockEnding ending = new BlockEnding.Residual(projection == null ? null : projection.settings());
        return new FusedConvBlock(units, ending, projection, main.size());
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
