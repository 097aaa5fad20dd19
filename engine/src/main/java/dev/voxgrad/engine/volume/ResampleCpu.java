package dev.voxgrad.engine.volume;

/**
 * Resampling under an affine map: output voxel p gets what the input holds at q = A·p + t, by trilinear interpolation.
 *
 * <p>q is inside if −0.5 ≤ q_d &lt; n_d − 0.5 on every axis; in the half voxel beyond the outermost centres their
 * values go on unchanged. Outside, the output is the smallest number of the channel. Positions are computed in double,
 * values in float.
 *
 * <p>Along a row of the output q moves on a straight line, and the inside is convex, so that the voxels of a row that
 * lie inside are neighbours: the inner loop is free of tests.
 */
public final class ResampleCpu {
    private final int nx;
    private final int ny;
    private final int nz;
    private final AffineMap map;

    private ResampleCpu(Volume volume, AffineMap map) {
        this.nx = volume.x();
        this.ny = volume.y();
        this.nz = volume.z();
        this.map = map;
    }

    /** Replaces the volume by what the map makes of it. */
    public static void apply(Volume volume, AffineMap map) {
        apply(volume, map, 0);
        volume.swap();
    }

    /** Writes what the map makes of the volume to one of its spare arrays. */
    static void apply(Volume volume, AffineMap map, int spare) {
        ResampleCpu resample = new ResampleCpu(volume, map);
        for (int channel = 0; channel < volume.channels(); channel++) {
            resample.channel(volume.values(), volume.spare(spare), channel * volume.voxels(), volume.minimum(channel));
        }
    }

    private void channel(float[] in, float[] out, int start, float outside) {
        int row = start;
        for (int i = 0; i < nx; i++) {
            for (int j = 0; j < ny; j++) {
                double[] q = map.of(i, j, 0);
                row(in, start, q[0], q[1], q[2], out, row, outside);
                row += nz;
            }
        }
    }

    /** One row; q of its first voxel is (x, y, z). */
    private void row(float[] in, int start, double x, double y, double z, float[] out, int to, float outside) {
        double dx = map.a()[2];
        double dy = map.a()[5];
        double dz = map.a()[8];
        int first = 0;
        while (first < nz && !isInside(x + first * dx, y + first * dy, z + first * dz)) {
            out[to + first++] = outside;
        }
        int end = nz;
        while (end > first && !isInside(x + (end - 1) * dx, y + (end - 1) * dy, z + (end - 1) * dz)) {
            out[to + --end] = outside;
        }
        for (int k = first; k < end; k++) {
            out[to + k] = at(in, start, x + k * dx, y + k * dy, z + k * dz);
        }
    }

    private boolean isInside(double x, double y, double z) {
        return x >= -0.5 && x < nx - 0.5 && y >= -0.5 && y < ny - 0.5 && z >= -0.5 && z < nz - 0.5;
    }

    private float at(float[] in, int start, double x, double y, double z) {
        int floorX = (int) (x + 1) - 1; // x + 1 > 0, so that rounding towards zero rounds down
        int floorY = (int) (y + 1) - 1;
        int floorZ = (int) (z + 1) - 1;
        float wx = (float) (x - floorX);
        float wy = (float) (y - floorY);
        float wz = (float) (z - floorZ);
        int x0 = start + Math.max(floorX, 0) * ny * nz;
        int x1 = start + Math.min(floorX + 1, nx - 1) * ny * nz;
        int y0 = Math.max(floorY, 0) * nz;
        int y1 = Math.min(floorY + 1, ny - 1) * nz;
        int z0 = Math.max(floorZ, 0);
        int z1 = Math.min(floorZ + 1, nz - 1);
        float v00 = between(in[x0 + y0 + z0], in[x0 + y0 + z1], wz);
        float v01 = between(in[x0 + y1 + z0], in[x0 + y1 + z1], wz);
        float v10 = between(in[x1 + y0 + z0], in[x1 + y0 + z1], wz);
        float v11 = between(in[x1 + y1 + z0], in[x1 + y1 + z1], wz);
        return between(between(v00, v01, wy), between(v10, v11, wy), wx);
    }

    private static float between(float left, float right, float weight) {
        return Math.fma(weight, right - left, left);
    }
}
