package dev.voxgrad.medmnist.explain;

import java.util.function.IntConsumer;

import dev.voxgrad.engine.Scope;
import dev.voxgrad.engine.Tensor;

/**
 * Integrates the gradient on the straight line from a blank volume b to the volume x (Sundararajan, Taly and Yan,
 * "Axiomatic Attribution for Deep Networks", ICML 2017), by the midpoint rule with m steps:
 *
 * <pre>
 * map_i = (x_i − b_i) · (1/m) Σ_{s=1…m} ∂f_c/∂x_i ( b + (s − ½)/m · (x − b) )
 * </pre>
 *
 * <p>Completeness: as m grows, Σ_i map_i tends to f_c(x) − f_c(b), so every part of that difference is attributed to
 * some voxel. {@link Attribution#incompleteness} reports how far m steps are from it. A voxel that equals the blank
 * volume gets 0, whatever it means to the net. The values of a voxel's channels are added.
 *
 * @param steps number of steps m
 * @param baseline the value of the blank volume
 */
public record IntegratedGradients(int steps, Fill baseline) implements Method {
    /** The number of steps by default. */
    public static final int STEPS = 64;

    private static final int BATCH = 8;

    public IntegratedGradients {
        if (steps < 1) {
            throw new IllegalArgumentException("integrated gradients: steps is " + steps + ", expected at least 1");
        }
    }

    @Override
    public String flag() {
        return "integrated-gradients";
    }

    @Override
    public String title() {
        return "Integrated gradients";
    }

    @Override
    public String words(FrozenNet net, PreparedVolume volume) {
        return "integrated gradients in " + steps + " steps from " + baseline.words();
    }

    @Override
    public int steps(PreparedVolume volume) {
        return steps;
    }

    @Override
    public Attribution explain(FrozenNet net, PreparedVolume volume, int target, IntConsumer progress) {
        PreparedVolume blank = volume.blank(baseline);
        double[] sums = new double[volume.values().length];
        for (int from = 0; from < steps; from += BATCH) {
            int count = Math.min(BATCH, steps - from);
            addGradients(net, volume, target, count, onTheLine(blank, volume, from, count), sums);
            progress.accept(count);
        }
        int voxels = volume.size().product();
        float[] map = new float[voxels];
        for (int voxel = 0; voxel < voxels; voxel++) {
            double sum = 0;
            for (int channel = 0; channel < volume.channels(); channel++) {
                int i = voxel * volume.channels() + channel;
                double way = (double) volume.values()[i] - blank.values()[i];
                sum += way * sums[channel * voxels + voxel] / steps;
            }
            map[voxel] = (float) sum;
        }
        return new Attribution(new Heatmap(volume.size(), map), net.logits(volume)[target], net.logits(blank)[target]);
    }

    /** Returns the volumes at the midpoints of {@code count} steps, one after the other. */
    private float[] onTheLine(PreparedVolume blank, PreparedVolume volume, int from, int count) {
        int elements = volume.values().length;
        float[] points = new float[count * elements];
        for (int step = 0; step < count; step++) {
            double t = (from + step + 0.5) / steps;
            for (int i = 0; i < elements; i++) {
                double start = blank.values()[i];
                points[step * elements + i] = (float) (start + t * (volume.values()[i] - start));
            }
        }
        return points;
    }

    /** Adds the gradients with respect to each of these volumes to {@code sums}, (C,X,Y,Z). */
    private static void addGradients(
            FrozenNet net, PreparedVolume volume, int target, int count, float[] points, double[] sums) {
        try (Scope _ = Scope.open()) {
            Tensor input = volume.batch(net.device(), count, points).detach().requiresGrad(true);
            Tensor logits = net.layer().forward(input);
            double[] gradients = logits.backward(FrozenNet.selecting(target, logits))
                    .of(input)
                    .toDoubleArray();
            for (int i = 0; i < gradients.length; i++) {
                sums[i % sums.length] += gradients[i];
            }
        }
    }
}
