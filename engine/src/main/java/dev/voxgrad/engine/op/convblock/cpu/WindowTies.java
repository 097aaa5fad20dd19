package dev.voxgrad.engine.op.convblock.cpu;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CpuStorage;
import dev.voxgrad.engine.op.convblock.UnitTensors;

/**
 * Decides which voxel of a window a max pool picks if rounding, or a weight γ of zero, has made several equal that were
 * not equal before batch norm: the first of them, as when the layers run one by one.
 *
 * <p>While a convolution's output is in cache, γ and β are known but the statistics are not, so the voxel with the
 * largest z is noted, which has the right a(z). It is rarely a different one from the first with that a(z), and then
 * their z differ by a rounding error of a(z) divided by γ·s, which is no more than other roundings as long as γ·x̂ is
 * not small compared with β. If it may be, another pass over z finds the voxel itself.
 */
final class WindowTies {
    /** How many times larger than γ·x̂ β may be before another pass over z is needed. */
    private static final double LARGEST_RATIO = 16;
    /** Below this weight, γ·x̂ may lose digits to underflow. */
    private static final double LEAST_WEIGHT = 0x1p-100;
    /** Below this share, the variance is lost next to eps in the scale that is saved. */
    private static final double LEAST_VARIANCE = 1e-4;

    private WindowTies() {}

    /** Returns whether voxels that differ by more than a rounding error may have the same a(z) in any channel. */
    static boolean matter(NormReluPool norm, UnitTensors unit, double eps) {
        float[] weight = CpuStorage.array(unit.normWeight());
        float[] bias = CpuStorage.array(unit.normBias());
        for (int c = 0; c < norm.table().channels; c++) {
            double s = norm.table().scale[c];
            double ofVariance = 1 - eps * s * s; // variance / (variance + eps), the mean of x̂²
            double spread = Math.abs(weight[c]) * Math.sqrt(ofVariance);
            boolean harmless = Math.abs(bias[c]) <= LARGEST_RATIO * spread
                    && Math.abs(weight[c]) >= LEAST_WEIGHT
                    && ofVariance >= LEAST_VARIANCE
                    && Math.abs(weight[c] * s) >= Float.MIN_NORMAL;
            if (!harmless) {
                return true;
            }
        }
        return false;
    }

    /** Replaces each window's extreme with the z of the voxel that the pool picks. */
    static void resolve(CpuDevice device, NormReluPool norm, Tensor z, Tensor extremes) {
        float[] from = CpuStorage.array(z);
        float[] to = CpuStorage.array(extremes);
        int channels = z.shape().dim(1);
        Dims3 size = z.shape().spatial();
        Dims3 pooled = extremes.shape().spatial();
        int row = size.w() * channels;
        device.parallel(z.shape().dim(0) * pooled.d(), task -> {
            int firstRow = (task / pooled.d() * size.d() + 2 * (task % pooled.d())) * size.h();
            for (int h = 0; h < pooled.h(); h++) {
                norm.winners(
                        from,
                        (firstRow + 2 * h) * row,
                        row,
                        size.h() * row,
                        pooled.w(),
                        to,
                        (task * pooled.h() + h) * pooled.w() * channels);
            }
        });
    }
}
