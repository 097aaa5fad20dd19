package dev.voxgrad.nn.testing;

import java.util.List;
import java.util.SequencedMap;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.nn.Counter;
import dev.voxgrad.nn.Layer;

/**
 * A layer that, in its first training pass, adds a tiny amount to given elements of its result.
 *
 * <p>A ReLU at zero and a max pool between two equal voxels send their gradient one way or the other. Where the true
 * values are within rounding of such a tie, float32 decides by chance, and one element changes the gradients of the
 * layers below by as much as 0.5 %: two correct programs differ by that. A test that compares gradients with another
 * program's makes these few decisions as the other did. The amounts are far too small to matter otherwise.
 */
public final class Nudged implements Layer {
    /** No tie of float32 numbers around one that is further apart than this is a matter of rounding. */
    private static final double LARGEST = 1e-5;

    private final Layer inner;
    private final List<Nudge> nudges;
    private boolean done;

    /** An amount for the voxel (d, h, w) of a sample's channel behind the batch norm of that name. */
    public record Nudge(String layer, int sample, int channel, int d, int h, int w, float amount) {
        public Nudge {
            if (Math.abs(amount) > LARGEST) {
                throw new IllegalArgumentException("an amount of " + amount + " is no matter of rounding");
            }
        }

        private int index(Shape shape) {
            return (((sample * shape.dim(1) + channel) * shape.dim(2) + d) * shape.dim(3) + h) * shape.dim(4) + w;
        }
    }

    /** {@code inner}, or {@code inner} with those of {@code all} that are for the layer of that name. */
    static Layer wrap(String name, Layer inner, List<Nudge> all) {
        List<Nudge> own = all.stream().filter(nudge -> nudge.layer.equals(name)).toList();
        return own.isEmpty() ? inner : new Nudged(inner, own);
    }

    private Nudged(Layer inner, List<Nudge> nudges) {
        this.inner = inner;
        this.nudges = nudges;
    }

    @Override
    public Tensor forward(Tensor input) {
        Tensor output = inner.forward(input);
        if (done || !output.requiresGrad()) {
            return output;
        }
        done = true;
        float[] amounts = new float[output.shape().elements()];
        nudges.forEach(nudge -> amounts[nudge.index(output.shape())] = nudge.amount);
        return output.add(Tensor.of(output.device(), output.shape(), amounts));
    }

    @Override
    public void training(boolean on) {
        inner.training(on);
    }

    @Override
    public SequencedMap<String, Tensor> ownParameters() {
        return inner.ownParameters();
    }

    @Override
    public SequencedMap<String, Tensor> ownBuffers() {
        return inner.ownBuffers();
    }

    @Override
    public SequencedMap<String, Counter> ownCounters() {
        return inner.ownCounters();
    }
}
