package dev.voxgrad.medmnist.nets;

import java.util.ArrayList;
import java.util.List;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.autograd.Context;
import dev.voxgrad.engine.autograd.Op;
import dev.voxgrad.engine.device.ReferenceStorage;
import dev.voxgrad.nn.MaxPool3d;

/**
 * Records which inputs of ReLUs were positive and which voxels won in max pools, and makes the reference decide in the
 * same way. For given decisions, a net is smooth, so that rounding errors cause errors in proportion.
 *
 * @param sources for each decision, in their order, the index of the input of each output; for an input of a ReLU that
 *     was not positive, −1 minus its index
 */
record Decisions(List<int[]> sources) {
    /** Records the decisions of a net on any device, which runs as it is. */
    static final class Recorder extends LayerByLayer {
        private final List<int[]> sources = new ArrayList<>();
        private final List<double[]> inputs = new ArrayList<>();

        /** Returns the decisions so far. */
        Decisions decisions() {
            return new Decisions(List.copyOf(sources));
        }

        /** Returns what was decided on, for each decision. */
        List<double[]> inputs() {
            return inputs;
        }

        @Override
        Tensor rectify(Tensor x, double slope) {
            inputs.add(x.toDoubleArray());
            sources.add(signs(inputs.getLast()));
            return slope == 0 ? x.relu() : x.leakyRelu(slope);
        }

        @Override
        Tensor pool(MaxPool3d pool, Tensor x) {
            inputs.add(x.toDoubleArray());
            sources.add(winners(pool, x.shape(), inputs.getLast()));
            return pool.forward(x);
        }
    }

    /** Runs a net on the reference device with recorded decisions. */
    static class Replay extends LayerByLayer {
        private final Decisions decisions;
        private final List<double[]> inputs = new ArrayList<>();
        private final List<Double> widest = new ArrayList<>();
        private int others;

        Replay(Decisions decisions) {
            this.decisions = decisions;
        }

        /** Returns what was decided on, for each decision so far. */
        List<double[]> inputs() {
            return inputs;
        }

        /**
         * Returns for each decision how far it was from the reference's own at most: the largest magnitude of an input
         * with another sign, or the largest difference between a window's maximum and the voxel that won.
         */
        List<Double> widest() {
            return widest;
        }

        /** Returns how many decisions would have been different in double precision. */
        int others() {
            return others;
        }

        @Override
        Tensor rectify(Tensor x, double slope) {
            int[] source = next(x);
            double[] values = inputs.getLast();
            double[] factors = new double[values.length];
            double worst = 0;
            for (int i = 0; i < values.length; i++) {
                factors[i] = source[i] >= 0 ? 1 : slope;
                if (values[i] > 0 != source[i] >= 0) {
                    worst = Math.max(worst, Math.abs(values[i]));
                    others++;
                }
            }
            widest.add(worst);
            return x.mul(Tensor.of(x.device(), x.shape(), factors));
        }

        @Override
        Tensor pool(MaxPool3d pool, Tensor x) {
            int[] source = next(x);
            double[] values = inputs.getLast();
            int[] own = winners(pool, x.shape(), values);
            double worst = 0;
            for (int i = 0; i < own.length; i++) {
                worst = Math.max(worst, values[own[i]] - values[source[i]]);
                others += own[i] == source[i] ? 0 : 1;
            }
            widest.add(worst);
            return Tensor.apply(new Pick(source, halved(x.shape())), x);
        }

        private int[] next(Tensor x) {
            int[] source = decisions.sources.get(inputs.size());
            inputs.add(x.toDoubleArray());
            return source;
        }
    }

    /** Takes elements by their indices: y[i] = x[sources[i]]. */
    private record Pick(int[] sources, Shape result) implements Op {
        @Override
        public String name() {
            return "pick";
        }

        @Override
        public Shape outputShape(Shape... inputs) {
            return result;
        }

        @Override
        public Tensor forward(Context context, Tensor... inputs) {
            Tensor output = inputs[0].emptyLike(result);
            double[] x = ReferenceStorage.array(inputs[0]);
            double[] y = ReferenceStorage.array(output);
            for (int i = 0; i < y.length; i++) {
                y[i] = x[sources[i]];
            }
            return output;
        }

        @Override
        public Tensor[] backward(Context context, Tensor gradOutput) {
            Tensor gradInput = Tensor.zeros(gradOutput.device(), context.inputShape(0));
            double[] dy = ReferenceStorage.array(gradOutput);
            double[] dx = ReferenceStorage.array(gradInput);
            for (int i = 0; i < dy.length; i++) {
                dx[sources[i]] += dy[i];
            }
            return new Tensor[] {gradInput};
        }
    }

    private static int[] signs(double[] x) {
        int[] source = new int[x.length];
        for (int i = 0; i < x.length; i++) {
            source[i] = x[i] > 0 ? i : -1 - i;
        }
        return source;
    }

    /** Returns the index of the first maximum of each window of 2×2×2. */
    private static int[] winners(MaxPool3d pool, Shape x, double[] values) {
        if (!pool.equals(new MaxPool3d(2))) {
            throw new IllegalArgumentException("only pools of 2×2×2 can be recorded, not " + pool);
        }
        Shape out = halved(x);
        int width = x.dim(4);
        int plane = x.dim(3) * width;
        int[] source = new int[out.elements()];
        int i = 0;
        for (int channel = 0; channel < out.dim(0) * out.dim(1); channel++) {
            for (int d = 0; d < out.dim(2); d++) {
                for (int h = 0; h < out.dim(3); h++) {
                    for (int w = 0; w < out.dim(4); w++) {
                        int first = (channel * x.dim(2) + 2 * d) * plane + 2 * h * width + 2 * w;
                        source[i++] = firstMaximum(values, first, width, plane);
                    }
                }
            }
        }
        return source;
    }

    private static int firstMaximum(double[] values, int first, int width, int plane) {
        int best = first;
        for (int corner = 1; corner < 8; corner++) {
            int at = first + (corner >> 2) * plane + (corner >> 1 & 1) * width + (corner & 1);
            if (values[at] > values[best]) {
                best = at;
            }
        }
        return best;
    }

    private static Shape halved(Shape x) {
        return Shape.of(x.dim(0), x.dim(1), x.dim(2) / 2, x.dim(3) / 2, x.dim(4) / 2);
    }
}
