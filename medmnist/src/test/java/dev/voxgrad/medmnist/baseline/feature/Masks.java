package dev.voxgrad.medmnist.baseline.feature;

import java.util.Random;

import dev.voxgrad.medmnist.data.VolumeShape;

/** Makes masks for tests, as volumes of zeros and ones. */
final class Masks {
    private Masks() {}

    /** Says which voxels are inside. */
    @FunctionalInterface
    interface Inside {
        boolean test(int x, int y, int z);
    }

    static float[] of(VolumeShape shape, Inside inside) {
        float[] volume = new float[shape.voxels()];
        for (int i = 0; i < volume.length; i++) {
            boolean in = inside.test(i / shape.z() / shape.y(), i / shape.z() % shape.y(), i % shape.z());
            volume[i] = in ? 1 : 0;
        }
        return volume;
    }

    static float[] ball(VolumeShape shape, int centre, int squaredRadius) {
        return of(shape, (x, y, z) -> square(x - centre) + square(y - centre) + square(z - centre) <= squaredRadius);
    }

    /** Returns a box of 3×4×5 voxels with its first voxel at (x, y, z). */
    static float[] box(VolumeShape shape, int x, int y, int z) {
        return of(shape, (i, j, k) -> i >= x && i < x + 3 && j >= y && j < y + 4 && k >= z && k < z + 5);
    }

    /** Returns a mask of random voxels and a random box. */
    static float[] random(VolumeShape shape, long seed) {
        Random random = new Random(seed);
        double part = random.nextDouble();
        int[] to = {random.nextInt(shape.x()), random.nextInt(shape.y()), random.nextInt(shape.z())};
        return of(shape, (x, y, z) -> random.nextDouble() < part || x <= to[0] && y <= to[1] && z <= to[2]);
    }

    static Mask mask(float[] volume, VolumeShape shape) {
        return Mask.above(0, volume, shape);
    }

    private static int square(int value) {
        return value * value;
    }
}
