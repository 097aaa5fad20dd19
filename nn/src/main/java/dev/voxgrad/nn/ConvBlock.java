package dev.voxgrad.nn;

import java.util.ArrayList;
import java.util.List;

import dev.voxgrad.engine.Scope;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.op.convblock.ConvBlockOp;

/**
 * Layers that {@link Sequential} runs as one operation, {@link ConvBlockOp}: (convolution, batch norm, ReLU), as often
 * as they follow one another, and the max pool of 2×2×2 behind them, if there is one.
 *
 * @param layers all of them, in order
 * @param pool whether the last is a pool
 */
record ConvBlock(List<Layer> layers, boolean pool) {
    /** Layers of one unit. */
    private static final int UNIT = 3;

    /** The longest block that begins with layer {@code from}, or null if none does. */
    static ConvBlock find(List<Layer> layers, int from) {
        int end = from;
        while (end + UNIT <= layers.size()
                && layers.get(end) instanceof Conv3d
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
        return new ConvBlock(List.copyOf(layers.subList(from, pool ? end + 1 : end)), pool);
    }

    private int units() {
        return layers.size() / UNIT;
    }

    private Conv3d convolution(int unit) {
        return (Conv3d) layers.get(unit * UNIT);
    }

    private BatchNorm3d norm(int unit) {
        return (BatchNorm3d) layers.get(unit * UNIT + 1);
    }

    /**
     * The layers applied to {@code input} at once, or null where they must be applied one by one: where batch norm uses
     * running statistics and yet a gradient is wanted.
     */
    Tensor forward(Tensor input) {
        boolean training = norm(0).isTraining();
        List<ConvBlockOp.Unit> units = new ArrayList<>(units());
        List<Tensor> inputs = new ArrayList<>(1 + 6 * units());
        inputs.add(input.inLayout(input.device().activationLayout()));
        for (int i = 0; i < units(); i++) {
            Conv3d convolution = convolution(i);
            BatchNorm3d norm = norm(i);
            if (norm.isTraining() != training) {
                return null;
            }
            units.add(new ConvBlockOp.Unit(
                    convolution.settings(), convolution.bias() != null, norm.momentum(), norm.epsilon()));
            inputs.add(convolution.weight());
            if (convolution.bias() != null) {
                inputs.add(convolution.bias());
            }
            inputs.addAll(norm.ownParameters().values());
            inputs.addAll(norm.ownBuffers().values());
        }
        if (!training && Scope.tracksGradients() && inputs.stream().anyMatch(Tensor::requiresGrad)) {
            return null;
        }
        Tensor output = Tensor.apply(new ConvBlockOp(units, pool, training), inputs.toArray(Tensor[]::new));
        for (int i = 0; i < units() && training; i++) {
            norm(i).countBatch();
        }
        return output;
    }
}
