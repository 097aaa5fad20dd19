package dev.voxgrad.nn;

import java.util.SequencedMap;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.op.conv3d.ConvolutionOp;

/** A convolution layer that a {@link Chain} can run as part of a fused block. */
public interface Convolution extends Layer {
    /** Returns the operation, which has stride, padding and whatever else the convolution is set to. */
    ConvolutionOp op();

    /** Returns the weight, with the output channels in dimension 0. */
    Tensor weight();

    /** Returns the bias, or null if the convolution has none. */
    @Nullable
    Tensor bias();

    @Override
    default boolean keepsActivations() {
        return false;
    }

    @Override
    default SequencedMap<String, Tensor> ownParameters() {
        return Named.of("weight", weight(), "bias", bias());
    }

    /** Draws weight and bias from U(±1/√fanIn), unless a layer's own method does something else. */
    @Override
    default void initialize(Initialization start) {
        start.fanInUniform(weight(), bias());
    }
}
