package dev.voxgrad.medmnist.explain;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Scope;

/**
 * Covers one cube of the volume after the other and observes the logit (Zeiler and Fergus, "Visualizing and
 * Understanding Convolutional Networks", ECCV 2014, with a cube instead of a square). It needs no gradient, and so it
 * works for any net and checks the other methods.
 *
 * <pre>
 * drop(cube) = f_c(x) − f_c(x with the cube filled)
 * map(v)     = mean of drop over the cubes that contain v
 * </pre>
 *
 * <p>Cubes start at every multiple of the stride; the last one along an axis is moved back to end with the volume, so
 * that each voxel is covered. A cube that is filled already changes nothing, and its drop of 0 needs no pass.
 *
 * @param cube edge of the cube in voxels
 * @param stride distance between the starts of cubes in voxels, at most the edge
 * @param fill the value of a covered voxel
 */
public record Occlusion(int cube, int stride, Fill fill) implements Method {
    private static final int DEFAULT_PARTS = 7;
    private static final int BATCH = 16;

    public Occlusion {
        if (cube < 1 || stride < 1 || stride > cube) {
            throw new IllegalArgumentException("occlusion: the cube is " + cube + " and the stride " + stride
                    + "; expected at least 1 voxel, and a stride of at most the cube's edge, or it leaves gaps");
        }
    }

    /** Returns the edge of the cube by default: a seventh of the volume's longest edge, rounded up. */
    public static int defaultCube(Dims3 size) {
        return Math.ceilDiv(Math.max(size.d(), Math.max(size.h(), size.w())), DEFAULT_PARTS);
    }

    @Override
    public String flag() {
        return "occlusion";
    }

    @Override
    public String title() {
        return "Occlusion";
    }

    @Override
    public String words(FrozenNet net, PreparedVolume volume) {
        return "occlusion by cubes of " + cube + " voxels every " + stride + ", filled with " + fill.words();
    }

    @Override
    public int steps(PreparedVolume volume) {
        return cubes(volume.size()).size();
    }

    @Override
    public Attribution explain(FrozenNet net, PreparedVolume volume, int target, IntConsumer progress) {
        PreparedVolume blank = volume.blank(fill);
        List<Dims3> cubes = cubes(volume.size());
        double logit = net.logits(volume)[target];
        double[] sums = new double[volume.size().product()];
        int[] counts = new int[sums.length];
        for (int from = 0; from < cubes.size(); from += BATCH) {
            List<Dims3> some = cubes.subList(from, Math.min(from + BATCH, cubes.size()));
            double[] drops = drops(net, volume, blank, some, logit, target);
            for (int i = 0; i < drops.length; i++) {
                double drop = drops[i];
                forEachVoxel(volume.size(), some.get(i), voxel -> {
                    sums[voxel] += drop;
                    counts[voxel]++;
                });
            }
            progress.accept(some.size());
        }
        float[] map = new float[sums.length];
        for (int voxel = 0; voxel < map.length; voxel++) {
            map[voxel] = (float) (sums[voxel] / counts[voxel]);
        }
        return new Attribution(new Heatmap(volume.size(), map), logit, net.logits(blank)[target]);
    }

    /** Returns by how much the logit drops when each of these cubes is filled. */
    private double[] drops(
            FrozenNet net, PreparedVolume volume, PreparedVolume blank, List<Dims3> corners, double logit, int target) {
        int elements = volume.values().length;
        float[] batch = new float[corners.size() * elements];
        List<Integer> changed = new ArrayList<>();
        for (int i = 0; i < corners.size(); i++) {
            if (fill(volume, blank, corners.get(i), batch, changed.size() * elements)) {
                changed.add(i);
            }
        }
        double[] drops = new double[corners.size()];
        if (changed.isEmpty()) {
            return drops;
        }
        try (var _ = Scope.withoutGradients()) {
            double[] logits = net.layer()
                    .forward(volume.batch(net.device(), changed.size(), batch))
                    .toDoubleArray();
            int classes = logits.length / changed.size();
            for (int i = 0; i < changed.size(); i++) {
                drops[changed.get(i)] = logit - logits[i * classes + target];
            }
        }
        return drops;
    }

    /** Writes the volume with one cube filled to {@code out[to …]}, and returns whether that changes it. */
    private boolean fill(PreparedVolume volume, PreparedVolume blank, Dims3 corner, float[] out, int to) {
        System.arraycopy(volume.values(), 0, out, to, volume.values().length);
        boolean[] changes = new boolean[1];
        forEachVoxel(volume.size(), corner, voxel -> {
            for (int i = voxel * volume.channels(); i < (voxel + 1) * volume.channels(); i++) {
                changes[0] |= volume.values()[i] != blank.values()[i];
                out[to + i] = blank.values()[i];
            }
        });
        return changes[0];
    }

    private void forEachVoxel(Dims3 size, Dims3 corner, IntConsumer action) {
        for (int x = corner.d(); x < Math.min(corner.d() + cube, size.d()); x++) {
            for (int y = corner.h(); y < Math.min(corner.h() + cube, size.h()); y++) {
                for (int z = corner.w(); z < Math.min(corner.w() + cube, size.w()); z++) {
                    action.accept((x * size.h() + y) * size.w() + z);
                }
            }
        }
    }

    /** Returns the lowest corner of each cube. */
    private List<Dims3> cubes(Dims3 size) {
        List<Dims3> corners = new ArrayList<>();
        for (int x : starts(size.d())) {
            for (int y : starts(size.h())) {
                for (int z : starts(size.w())) {
                    corners.add(new Dims3(x, y, z));
                }
            }
        }
        return corners;
    }

    /** Returns where cubes start along an axis of that many voxels. */
    private List<Integer> starts(int length) {
        int last = Math.max(length - cube, 0);
        List<Integer> starts = new ArrayList<>();
        for (int start = 0; start < last; start += stride) {
            starts.add(start);
        }
        starts.add(last);
        return starts;
    }
}
