package dev.voxgrad.engine.volume;

/**
 * Resamples a volume under an affine map: output voxel p receives the input's value at q = A·p + t, by trilinear
 * interpolation.
 *
 * <p>q is inside if −0.5 ≤ q_d &lt; n_d − 0.5 on every axis. In the half voxel beyond the outermost centres, the rim,
 * the outermost values continue unchanged. Outside, the output is the smallest value of the channel. Positions are
 * computed in double, values in float.
 *
 * <p>Along a row of the output, q moves on a straight line, and both the inside and the box of the voxels' centres are
 * convex. So a row consists of outside, rim, interior, rim, outside, and the loop over the interior has no tests. It is
 * scalar on purpose: gathering the corners in vectors of 512 bits took 2.4 times as long.
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

    /** Replaces the volume by the resampled one. */
    public static void apply(Volume volume, AffineMap map) {
        apply(volume, map, 0);
        volume.swap();
    }

    /** Writes the resampled volume to one of the volume's spare arrays. */
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

    /** Computes one row; q of its first voxel is (x, y, z). */
    private void row(float[] in, int start, double x, double y, double z, float[] out, int to, float outside) {
        double dx = map.a()[2];
        double dy = map.a()[5];
        double dz = map.a()[8];
        int from = 0;
        int end = nz;
        while (from < end && !isWithin(x + from * dx, y + from * dy, z + from * dz, 0.5)) {
            out[to + from++] = outside;
        }
        while (from < end && !isWithin(x + (end - 1) * dx, y + (end - 1) * dy, z + (end - 1) * dz, 0.5)) {
            out[to + --end] = outside;
        }
        while (from < end && !isWithin(x + from * dx, y + from * dy, z + from * dz, 0)) {
            out[to + from] = atRim(in, start, x + from * dx, y + from * dy, z + from * dz);
            from++;
        }
        while (from < end && !isWithin(x + (end - 1) * dx, y + (end - 1) * dy, z + (end - 1) * dz, 0)) {
            end--;
            out[to + end] = atRim(in, start, x + end * dx, y + end * dy, z + end * dz);
        }
        for (int k = from; k < end; k++) {
            out[to + k] = inside(in, start, x + k * dx, y + k * dy, z + k * dz);
        }
    }

    /** Tests whether a position is in the box of the voxels' centres, widened by {@code rim}. */
    private boolean isWithin(double x, double y, double z, double rim) {
        return x >= -rim && x < nx - 1 + rim && y >= -rim && y < ny - 1 + rim && z >= -rim && z < nz - 1 + rim;
    }

    /** Interpolates between eight voxels: the last voxel of an axis is never the lower one. */
    private float inside(float[] in, int start, double x, double y, double z) {
        int floorX = (int) x;
        int floorY = (int) y;
        int floorZ = (int) z;
        float wx = (float) (x - floorX);
        float wy = (float) (y - floorY);
        float wz = (float) (z - floorZ);
        int plane = ny * nz;
        int i = start + floorX * plane + floorY * nz + floorZ;
        float v00 = between(in[i], in[i + 1], wz);
        float v01 = between(in[i + nz], in[i + nz + 1], wz);
        float v10 = between(in[i + plane], in[i + plane + 1], wz);
        float v11 = between(in[i + plane + nz], in[i + plane + nz + 1], wz);
        return between(between(v00, v01, wy), between(v10, v11, wy), wx);
    }

    /** Interpolates where some of the eight voxels would be beyond the volume: its outermost voxels replace them. */
    private float atRim(float[] in, int start, double x, double y, double z) {
        int floorX = (int) Math.floor(x);
        int floorY = (int) Math.floor(y);
        int floorZ = (int) Math.floor(z);
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
