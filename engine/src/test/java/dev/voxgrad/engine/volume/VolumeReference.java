package dev.voxgrad.engine.volume;

import dev.voxgrad.engine.random.RandomStream;

/** Implements the definitions in plain loops, in double, one channel (X,Y,Z) at a time: slow and obvious. */
final class VolumeReference {
    private VolumeReference() {}

    /** Returns a volume of uniform values in [−1, 2). */
    static Volume random(RandomStream random, int channels, int x, int y, int z) {
        Volume volume = new Volume(channels, x, y, z);
        for (int i = 0; i < volume.values().length; i++) {
            volume.values()[i] = 3 * random.nextFloat() - 1;
        }
        return volume;
    }

    static double[][][] channel(Volume volume, int channel) {
        double[][][] values = new double[volume.x()][volume.y()][volume.z()];
        int i = channel * volume.voxels();
        for (double[][] plane : values) {
            for (double[] row : plane) {
                for (int k = 0; k < row.length; k++) {
                    row[k] = volume.values()[i++];
                }
            }
        }
        return values;
    }

    static double[][][] blur(double[][][] in, double... sigmas) {
        double[][][] values = in;
        for (int axis = 0; axis < 3; axis++) {
            values = sigmas[axis] <= 1e-15 ? values : blur(values, axis, sigmas[axis]);
        }
        return values;
    }

    private static double[][][] blur(double[][][] in, int axis, double sigma) {
        int[] size = {in.length, in[0].length, in[0][0].length};
        int radius = (int) (4 * sigma + 0.5);
        double total = 0;
        for (int k = -radius; k <= radius; k++) {
            total += Math.exp(-k * k / (2 * sigma * sigma));
        }
        double[][][] out = new double[size[0]][size[1]][size[2]];
        int[] p = new int[3];
        for (p[0] = 0; p[0] < size[0]; p[0]++) {
            for (p[1] = 0; p[1] < size[1]; p[1]++) {
                for (p[2] = 0; p[2] < size[2]; p[2]++) {
                    for (int k = -radius; k <= radius; k++) {
                        int[] q = p.clone();
                        q[axis] = mirror(p[axis] + k, size[axis]);
                        out[p[0]][p[1]][p[2]] += Math.exp(-k * k / (2 * sigma * sigma)) / total * in[q[0]][q[1]][q[2]];
                    }
                }
            }
        }
        return out;
    }

    /** Reflects an index at the outer faces of voxels 0 and n−1 until it is inside. */
    private static int mirror(int i, int n) {
        int at = i;
        while (at < 0 || at >= n) {
            at = at < 0 ? -1 - at : 2 * n - 1 - at;
        }
        return at;
    }

    static double[][][] resample(double[][][] in, AffineMap map) {
        double least = Double.POSITIVE_INFINITY;
        for (double[][] plane : in) {
            for (double[] row : plane) {
                for (double value : row) {
                    least = Math.min(least, value);
                }
            }
        }
        double[][][] out = new double[in.length][in[0].length][in[0][0].length];
        for (int i = 0; i < out.length; i++) {
            for (int j = 0; j < out[0].length; j++) {
                for (int k = 0; k < out[0][0].length; k++) {
                    double[] q = map.of(i, j, k);
                    boolean inside = isInside(q[0], out.length)
                            && isInside(q[1], out[0].length)
                            && isInside(q[2], out[0][0].length);
                    out[i][j][k] = inside ? trilinear(in, q) : least;
                }
            }
        }
        return out;
    }

    private static boolean isInside(double q, int n) {
        return q >= -0.5 && q < n - 0.5;
    }

    /** Sums over eight corners, each weighted by the volume of the opposite box. */
    private static double trilinear(double[][][] in, double[] q) {
        double sum = 0;
        for (int corner = 0; corner < 8; corner++) {
            int[] size = {in.length, in[0].length, in[0][0].length};
            int[] voxel = new int[3];
            double weight = 1;
            for (int axis = 0; axis < 3; axis++) {
                int floor = (int) Math.floor(q[axis]);
                boolean upper = (corner >> axis & 1) == 1;
                weight *= upper ? q[axis] - floor : floor + 1 - q[axis];
                voxel[axis] = Math.clamp(floor + (upper ? 1 : 0), 0, size[axis] - 1);
            }
            sum += weight * in[voxel[0]][voxel[1]][voxel[2]];
        }
        return sum;
    }

    /** Uses discrete Fourier transforms over all three axes, with frequency 0 shifted to the middle and back. */
    static double[][][] motion(double[][][] still, double[][][] before, double[][][] after, int start, int end) {
        Spectrum spectrum = Spectrum.of(still);
        Spectrum first = Spectrum.of(before);
        Spectrum second = Spectrum.of(after);
        int n = still[0][0].length;
        for (int j = 0; j < n; j++) {
            // Plane j of the shifted spectrum is plane (j − ⌊n/2⌋) mod n of the transform.
            int plane = Math.floorMod(j - n / 2, n);
            if (j < start) {
                spectrum.takePlane(plane, first);
            } else if (j >= end) {
                spectrum.takePlane(plane, second);
            }
        }
        return spectrum.inverse();
    }

    /** Holds a complex (X,Y,Z) array. */
    private record Spectrum(double[][][] re, double[][][] im) {
        static Spectrum of(double[][][] values) {
            Spectrum spectrum =
                    new Spectrum(copy(values), new double[values.length][values[0].length][values[0][0].length]);
            for (int axis = 0; axis < 3; axis++) {
                spectrum.transform(axis, -1);
            }
            return spectrum;
        }

        double[][][] inverse() {
            for (int axis = 0; axis < 3; axis++) {
                transform(axis, 1);
            }
            double count = re.length * re[0].length * re[0][0].length;
            for (double[][] plane : re) {
                for (double[] row : plane) {
                    for (int k = 0; k < row.length; k++) {
                        row[k] /= count;
                    }
                }
            }
            return re;
        }

        void takePlane(int plane, Spectrum other) {
            for (int i = 0; i < re.length; i++) {
                for (int j = 0; j < re[0].length; j++) {
                    re[i][j][plane] = other.re[i][j][plane];
                    im[i][j][plane] = other.im[i][j][plane];
                }
            }
        }

        /** Transforms along one axis, by the definition: X[f] = Σ x[i]·exp(sign·2πi·f·i/n). */
        private void transform(int axis, int sign) {
            double[][][] oldRe = copy(re);
            double[][][] oldIm = copy(im);
            int[] size = {re.length, re[0].length, re[0][0].length};
            int n = size[axis];
            int[] p = new int[3];
            for (p[0] = 0; p[0] < size[0]; p[0]++) {
                for (p[1] = 0; p[1] < size[1]; p[1]++) {
                    for (p[2] = 0; p[2] < size[2]; p[2]++) {
                        double sumRe = 0;
                        double sumIm = 0;
                        int[] q = p.clone();
                        for (q[axis] = 0; q[axis] < n; q[axis]++) {
                            double angle = sign * 2 * Math.PI * p[axis] * q[axis] / n;
                            double a = oldRe[q[0]][q[1]][q[2]];
                            double b = oldIm[q[0]][q[1]][q[2]];
                            sumRe += a * Math.cos(angle) - b * Math.sin(angle);
                            sumIm += a * Math.sin(angle) + b * Math.cos(angle);
                        }
                        re[p[0]][p[1]][p[2]] = sumRe;
                        im[p[0]][p[1]][p[2]] = sumIm;
                    }
                }
            }
        }

        private static double[][][] copy(double[][][] values) {
            double[][][] copy = new double[values.length][values[0].length][];
            for (int i = 0; i < values.length; i++) {
                for (int j = 0; j < values[0].length; j++) {
                    copy[i][j] = values[i][j].clone();
                }
            }
            return copy;
        }
    }
}
