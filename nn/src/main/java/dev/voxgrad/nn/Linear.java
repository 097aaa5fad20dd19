package dev.voxgrad.nn;

import java.util.SequencedMap;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.Device;

/** Computes y = x·Wᵀ + b: (N, inputs) → (N, outputs), with a weight of (outputs, inputs) and a bias of (outputs). */
public final class Linear implements Layer {
    private final Tensor weight;
    private final @Nullable Tensor bias;

    /** Creates a layer with a bias. */
    public Linear(Device device, int inputs, int outputs) {
        this(device, inputs, outputs, true);
    }

    /** Creates a layer with or without a bias. */
    public Linear(Device device, int inputs, int outputs, boolean withBias) {
        this.weight = Parameters.zeros(device, outputs, inputs);
        this.bias = withBias ? Parameters.zeros(device, outputs) : null;
    }

    @Override
    public Tensor forward(Tensor input) {
        return bias == null ? input.linear(weight) : input.linear(weight, bias);
    }

    @Override
    public boolean keepsActivations() {
        return false;
    }

    public Tensor weight() {
        return weight;
    }

    /** Returns the bias, or null if the layer has none. */
    public @Nullable Tensor bias() {
        return bias;
    }

    @Override
    public SequencedMap<String, Tensor> ownParameters() {
        return Named.of("weight", weight, "bias", bias);
    }

    @Override
    public void initialize(Initialization start) {
        start.fanInUniform(weight, bias);
    }

    @Override
    public String toString() {
        return "Linear(" + weight.shape().dim(1) + " -> " + weight.shape().dim(0) + ")";
    }
}
