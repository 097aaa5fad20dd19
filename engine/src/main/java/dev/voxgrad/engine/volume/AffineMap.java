package dev.voxgrad.engine.volume;

import java.util.Arrays;

/**
 * Represents an affine map of voxel positions, q = A·p + t, with axes X, Y, Z in this order.
 *
 * @param a the matrix A, nine values row by row
 * @param t the translation in voxels
 */
public record AffineMap(double[] a, double[] t) {
    public AffineMap {
        if (a.length != 9
                || t.length != 3
                || !Arrays.stream(a).allMatch(Double::isFinite)
                || !Arrays.stream(t).allMatch(Double::isFinite)) {
            throw new IllegalArgumentException("affine map: expected a matrix of nine and a translation of three "
                    + "finite values, was " + Arrays.toString(a) + " and " + Arrays.toString(t));
        }
    }

    /**
     * Returns the rotation Rz(z)·Rx(x)·Ry(y): about Y first, about Z last, each counter-clockwise as seen from the
     * positive end of its axis.
     *
     * @param x the angle about X in degrees
     * @param y the angle about Y in degrees
     * @param z the angle about Z in degrees
     */
    public static AffineMap rotation(double x, double y, double z) {
        double sx = Math.sin(Math.toRadians(x));
        double cx = Math.cos(Math.toRadians(x));
        double sy = Math.sin(Math.toRadians(y));
        double cy = Math.cos(Math.toRadians(y));
        double sz = Math.sin(Math.toRadians(z));
        double cz = Math.cos(Math.toRadians(z));
        return new AffineMap(
                new double[] {
                    cz * cy - sz * sx * sy,
                    -sz * cx,
                    cz * sy + sz * sx * cy,
                    sz * cy + cz * sx * sy,
                    cz * cx,
                    sz * sy - cz * sx * cy,
                    -cx * sy,
                    sx,
                    cx * cy
                },
                new double[3]);
    }

    /** Returns the map that scales each axis by its own factor. */
    public static AffineMap scale(double x, double y, double z) {
        return new AffineMap(new double[] {x, 0, 0, 0, y, 0, 0, 0, z}, new double[3]);
    }

    /** Returns the inverse of this map, whose matrix must be a rotation: p → Aᵀ·(p − t). */
    public AffineMap inverseRotation() {
        AffineMap transposed =
                new AffineMap(new double[] {a[0], a[3], a[6], a[1], a[4], a[7], a[2], a[5], a[8]}, new double[3]);
        return new AffineMap(transposed.a, transposed.of(-t[0], -t[1], -t[2]));
    }

    /** Returns the composition of {@code first} and then this map: p → A·(first(p)) + t. */
    public AffineMap after(AffineMap first) {
        double[] product = new double[9];
        for (int row = 0; row < 3; row++) {
            for (int column = 0; column < 3; column++) {
                for (int k = 0; k < 3; k++) {
                    product[3 * row + column] += a[3 * row + k] * first.a[3 * k + column];
                }
            }
        }
        return new AffineMap(product, of(first.t[0], first.t[1], first.t[2]));
    }

    /** Returns this map followed by a translation. */
    public AffineMap translated(double x, double y, double z) {
        return new AffineMap(a, new double[] {t[0] + x, t[1] + y, t[2] + z});
    }

    /** Returns the same map about another centre c: p → A·(p − c) + t + c. */
    public AffineMap about(double x, double y, double z) {
        double[] moved = of(x, y, z);
        return new AffineMap(
                a, new double[] {x + 2 * t[0] - moved[0], y + 2 * t[1] - moved[1], z + 2 * t[2] - moved[2]});
    }

    /** Returns the same map about the centre of a volume, (n − 1)/2 on each axis. */
    public AffineMap aboutCentre(Volume volume) {
        return about((volume.x() - 1) / 2.0, (volume.y() - 1) / 2.0, (volume.z() - 1) / 2.0);
    }

    /** Returns q for the position p = (x, y, z). */
    public double[] of(double x, double y, double z) {
        double[] q = new double[3];
        for (int row = 0; row < 3; row++) {
            q[row] = a[3 * row] * x + a[3 * row + 1] * y + a[3 * row + 2] * z + t[row];
        }
        return q;
    }
}
