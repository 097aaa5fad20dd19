package dev.voxgrad.medmnist.explain;

import java.util.Arrays;

import dev.voxgrad.engine.Dims3;

/**
 * Holds one value per voxel of a volume.
 *
 * @param size voxels along X, Y and Z
 * @param values (X,Y,Z)
 */
public record Heatmap(Dims3 size, float[] values) {
    public Heatmap {
        if (size.product() != values.length) {
            throw new IllegalArgumentException("map: " + values.length + " values for " + size + " voxels");
        }
    }

    /** Returns the value of a voxel. */
    public float at(int x, int y, int z) {
        return values[(x * size.h() + y) * size.w() + z];
    }

    /** Returns the sum of all values. */
    public double sum() {
        double sum = 0;
        for (float value : values) {
            sum += value;
        }
        return sum;
    }

    /** Returns the largest absolute value. */
    public float largest() {
        float largest = 0;
        for (float value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }

    /**
     * Returns the voxel of the largest value, the first one of several; if no value is above 0, of the smallest; and the
     * middle of a map of zeros.
     */
    public Dims3 peak() {
        if (largest() == 0) {
            return new Dims3(size.d() / 2, size.h() / 2, size.w() / 2);
        }
        int largest = 0;
        int smallest = 0;
        for (int i = 1; i < values.length; i++) {
            largest = values[i] > values[largest] ? i : largest;
            smallest = values[i] < values[smallest] ? i : smallest;
        }
        int peak = values[largest] > 0 ? largest : smallest;
        return new Dims3(peak / (size.h() * size.w()), peak / size.w() % size.h(), peak % size.w());
    }

    /** Returns the place of the {@linkplain #peak peak} in words: "largest at X=3 Y=0 Z=7", or "0 everywhere". */
    public String peakWords() {
        Dims3 peak = peak();
        return largest() == 0 ? "0 everywhere" : "largest at X=" + peak.d() + " Y=" + peak.h() + " Z=" + peak.w();
    }

    /**
     * Returns the map with another number of voxels for the same cube of space, by trilinear interpolation between the
     * centres of voxels. Beyond the outermost centres, the values continue unchanged. (PyTorch's {@code interpolate}
     * with {@code align_corners=False}.)
     */
    public Heatmap resized(Dims3 wanted) {
        float[] alongX = resizeAxis(values, 1, size.d(), wanted.d(), size.h() * size.w());
        float[] alongY = resizeAxis(alongX, wanted.d(), size.h(), wanted.h(), size.w());
        return new Heatmap(wanted, resizeAxis(alongY, wanted.d() * wanted.h(), size.w(), wanted.w(), 1));
    }

    /** Interpolates along the middle axis of (outer, from, inner). */
    private static float[] resizeAxis(float[] in, int outer, int from, int to, int inner) {
        float[] out = new float[outer * to * inner];
        for (int i = 0; i < to; i++) {
            double position = Math.clamp((i + 0.5) * from / to - 0.5, 0, from - 1);
            int low = (int) position;
            int high = Math.min(low + 1, from - 1);
            double share = position - low;
            for (int o = 0; o < outer; o++) {
                for (int k = 0; k < inner; k++) {
                    double a = in[(o * from + low) * inner + k];
                    double b = in[(o * from + high) * inner + k];
                    out[(o * to + i) * inner + k] = (float) (a + share * (b - a));
                }
            }
        }
        return out;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Heatmap that && size.equals(that.size) && Arrays.equals(values, that.values);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(values);
    }
}
