package dev.voxgrad.medmnist.explain;

import dev.voxgrad.engine.Scope;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.nn.Layer;

/**
 * Represents a trained net that is differentiated with respect to its inputs and activations, and not to its weights:
 * these require no gradient, which saves the larger part of a backward pass.
 */
public final class FrozenNet {
    private final Layer layer;
    private final Device device;

    /**
     * Freezes a net: switches it to evaluation and its parameters' gradients off.
     *
     * @param layer maps (N,C,X,Y,Z) to logits (N,classes)
     * @param device where its parameters are
     */
    public FrozenNet(Layer layer, Device device) {
        this.layer = layer;
        this.device = device;
        layer.eval();
        layer.parameters().values().forEach(parameter -> parameter.requiresGrad(false));
    }

    /** Returns the net. */
    Layer layer() {
        return layer;
    }

    /** Returns the device of the net's parameters. */
    Device device() {
        return device;
    }

    /** Returns the logits of a volume. */
    public double[] logits(PreparedVolume volume) {
        try (var _ = Scope.withoutGradients()) {
            return layer.forward(volume.tensor(device)).toDoubleArray();
        }
    }

    /**
     * Returns the upstream gradient that selects one logit of each volume: 1 for the class, 0 for all others. With it,
     * a backward pass computes the gradient of Σ_n logits[n, target].
     *
     * @param logits (N, classes)
     */
    static Tensor selecting(int target, Tensor logits) {
        Shape shape = logits.shape();
        float[] upstream = new float[shape.elements()];
        for (int row = 0; row < shape.dim(0); row++) {
            upstream[row * shape.dim(1) + target] = 1;
        }
        return Tensor.of(logits.device(), shape, upstream);
    }
}
