package dev.voxgrad.medmnist.importing;

/**
 * Says from which voxels of a scan the new voxels along one axis are computed, and with which weights.
 *
 * <p>The scan has n voxels at distance s, the new volume m voxels at distance t, and the centres of both fields of view
 * are the same point. So new voxel k, from 0, is at the scan's coordinate
 *
 * <pre>x(k) = (k + ½ − m/2) · t/s + n/2 − ½</pre>
 *
 * <p>Linear interpolation weights voxel i with {@code max(0, 1 − |i − x| / r)}, divided by the sum of the weights,
 * where {@code r = max(1, t/s)}: the ordinary two neighbours where the volume is enlarged, and a tent as wide as two
 * new voxels where it shrinks, which is the antialiasing of Pillow and PyTorch. Nearest neighbours take voxel ⌊x + ½⌋
 * alone. New voxels with x outside −½ to n − ½ are outside the field of view.
 *
 * <p>A scan may be so thin, n · s &lt; t, that no new voxel is inside. Then m is even, since the middle one of an odd
 * number is at the centre, and the two in the middle are at n/2 − ½ ± t/2s, which is beyond both ends. The upper one, k
 * = m/2, is kept so that the scan does not vanish, and shows the scan's centre, {@code x = n/2 − ½}.
 */
final class AxisWeights {
    /** Distances that differ by less are equal: they come from headers in single precision. */
    private static final double EQUAL = 1e-6;

    private final int size;
    private final int start;
    private final int[] firstVoxel;
    private final float[][] weights;
    private final double[] ends;

    private AxisWeights(int size, int start, int[] firstVoxel, float[][] weights, double[] ends) {
        this.size = size;
        this.start = start;
        this.firstVoxel = firstVoxel;
        this.weights = weights;
        this.ends = ends;
    }

    /**
     * Computes the weights.
     *
     * @param count voxels of the scan, n
     * @param distance between them, s
     * @param size voxels of the new volume, m
     * @param newDistance between them, t
     * @param nearest whether to take the nearest voxel instead of interpolating
     */
    static AxisWeights of(int count, double distance, int size, double newDistance, boolean nearest) {
        double ratio = newDistance / distance;
        ratio = Math.abs(ratio - 1) < EQUAL ? 1 : ratio;
        double middle = count / 2.0 - 0.5;
        int start = 0;
        while (start < size && !isInside(coordinate(start, size, ratio, middle), count)) {
            start++;
        }
        int end = size;
        while (end > start && !isInside(coordinate(end - 1, size, ratio, middle), count)) {
            end--;
        }
        if (start == end) {
            start = size / 2;
            end = start + 1;
        }
        int[] first = new int[end - start];
        float[][] weights = new float[end - start][];
        for (int k = start; k < end; k++) {
            double x = coordinate(k, size, ratio, middle);
            x = isInside(x, count) ? x : middle;
            int from = nearest
                    ? Math.clamp((long) Math.floor(x + 0.5), 0, count - 1)
                    : Math.max(0, (int) Math.floor(x - Math.max(1, ratio)) + 1);
            first[k - start] = from;
            weights[k - start] = nearest ? new float[] {1} : tent(x, Math.max(1, ratio), from, count);
        }
        double[] ends = {coordinate(0, size, ratio, middle), coordinate(size - 1, size, ratio, middle)};
        return new AxisWeights(size, start, first, weights, ends);
    }

    private static double coordinate(int k, int size, double ratio, double middle) {
        return (k + 0.5 - size / 2.0) * ratio + middle;
    }

    private static boolean isInside(double x, int count) {
        return x >= -0.5 && x <= count - 0.5;
    }

    private static float[] tent(double x, double radius, int from, int count) {
        int to = (int) Math.min(count - 1.0, Math.ceil(x + radius) - 1);
        double[] tent = new double[Math.max(1, to - from + 1)];
        double sum = 0;
        for (int i = 0; i < tent.length; i++) {
            tent[i] = Math.max(0, 1 - Math.abs(from + i - x) / radius);
            sum += tent[i];
        }
        float[] weights = new float[tent.length];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (float) (tent[i] / sum);
        }
        return weights;
    }

    /** Returns the new voxels along the axis, inside and outside the field of view. */
    int size() {
        return size;
    }

    /** Returns the first new voxel inside the field of view, or the one that is kept instead. */
    int start() {
        return start;
    }

    /** Returns the number of new voxels inside the field of view, at least one. */
    int inside() {
        return weights.length;
    }

    /** Returns the scan's coordinates of the first and the last new voxel. */
    double[] ends() {
        return ends.clone();
    }

    /**
     * Computes the new voxels inside the field of view along one axis of an array (outer, n, inner).
     *
     * @return (outer, {@link #inside}, inner)
     */
    float[] apply(float[] in, int outer, int count, int inner) {
        float[] out = new float[outer * inside() * inner];
        for (int o = 0; o < outer; o++) {
            for (int k = 0; k < inside(); k++) {
                int to = (o * inside() + k) * inner;
                for (int w = 0; w < weights[k].length; w++) {
                    float weight = weights[k][w];
                    int from = (o * count + firstVoxel[k] + w) * inner;
                    for (int i = 0; i < inner; i++) {
                        out[to + i] += weight * in[from + i];
                    }
                }
            }
        }
        return out;
    }
}
