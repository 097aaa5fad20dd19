package dev.voxgrad.medmnist.nets;

import java.util.Arrays;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.autograd.Context;
import dev.voxgrad.engine.autograd.ShapePreserving;
import dev.voxgrad.engine.testing.Samples;
import dev.voxgrad.nn.Conv3d;

/**
 * Runs a net on the reference device and disturbs what each convolution computes forward, and its input gradients, by
 * normal deviates in proportion to the root mean square: a model of rounding errors.
 */
final class Disturbed extends Decisions.Replay {
    private final double level;
    private long seed;

    /**
     * Creates a run.
     *
     * @param level the standard deviation of the disturbance, relative to the root mean square of the values
     */
    Disturbed(Decisions decisions, double level, long seed) {
        super(decisions);
        this.level = level;
        this.seed = 1000 * seed;
    }

    @Override
    Tensor convolve(Conv3d convolution, Tensor x) {
        Tensor input = Tensor.apply(new Disturbance(0, level, seed++), x);
        return Tensor.apply(new Disturbance(level, 0, seed++), convolution.forward(input));
    }

    /**
     * Adds deviates to a tensor and to its gradient.
     *
     * @param forward their level in the tensor
     * @param backward their level in its gradient
     */
    private record Disturbance(double forward, double backward, long seed) implements ShapePreserving {
        @Override
        public String name() {
            return "disturbance";
        }

        @Override
        public Tensor forward(Context context, Tensor... inputs) {
            return disturbed(inputs[0], forward);
        }

        @Override
        public Tensor[] backward(Context context, Tensor gradOutput) {
            return new Tensor[] {disturbed(gradOutput, backward)};
        }

        private Tensor disturbed(Tensor x, double level) {
            double[] values = x.toDoubleArray();
            if (level > 0) {
                double scale = level * rms(values);
                double[] deviates = Samples.gaussian(Shape.of(values.length), seed);
                Arrays.setAll(values, i -> values[i] + scale * deviates[i]);
            }
            return Tensor.of(x.device(), x.shape(), values);
        }
    }

    /** Returns the root mean square. */
    static double rms(double[] values) {
        return Math.sqrt(Arrays.stream(values).map(value -> value * value).sum() / values.length);
    }
}
