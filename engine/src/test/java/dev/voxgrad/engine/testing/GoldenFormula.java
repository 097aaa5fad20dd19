package dev.voxgrad.engine.testing;

import java.nio.charset.StandardCharsets;

import dev.voxgrad.engine.Shape;

/**
 * Computes the weights, inputs and probes of the golden files of the benchmark's nets, every one of which follows from
 * a name and an index. Indices count elements in row-major order.
 */
public final class GoldenFormula {
    private static final String SET = "golden/";
    private static final int BLOCK = 4;

    private final long hash;

    private GoldenFormula(long hash) {
        this.hash = hash;
    }

    /** Returns the numbers of that name: FNV-1a of the name starts a sequence of SplitMix64. */
    public static GoldenFormula named(String name) {
        long hash = 0xCBF29CE484222325L;
        for (byte b : (SET + name).getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (b & 0xFF)) * 0x100000001B3L;
        }
        return new GoldenFormula(hash);
    }

    /** Returns number {@code i}, in [0, 1), with 24 bits. */
    public double uniform(long i) {
        long z = hash + (i + 1) * 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        z ^= z >>> 31;
        return (z >>> 40) * 0x1p-24;
    }

    /** Returns the first numbers, scaled to [low, high) and rounded to float32. */
    public double[] values(int count, double low, double high) {
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (low + (high - low) * uniform(i));
        }
        return values;
    }

    /** Returns the parameter or statistic of a net with that name and shape. */
    public static double[] parameter(String name, Shape shape) {
        double fanIn = shape.rank() < 2 ? 1 : shape.elementsFrom(1);
        double low;
        double high;
        if (name.endsWith("running_mean")) {
            low = -0.2;
            high = 0.2;
        } else if (name.endsWith("running_var")) {
            low = 0.5;
            high = 1.5;
        } else if (shape.rank() >= 4) {
            high = Math.sqrt(4 / fanIn);
            low = -high;
        } else if (name.equals("linear.weight")) {
            high = Math.sqrt(3 / fanIn);
            low = -high;
        } else if (name.endsWith("bias")) {
            low = -0.2;
            high = 0.2;
        } else {
            low = 0.6;
            high = 1.2;
        }
        return named(name).values(shape.elements(), low, high);
    }

    /** Returns volumes (N,C,D,H,W) of blocks of 4³ voxels with noise. */
    public static double[] volumes(Shape shape) {
        GoldenFormula blocks = named("input/block");
        GoldenFormula noise = named("input");
        int d = shape.dim(2);
        int h = shape.dim(3);
        int w = shape.dim(4);
        double[] values = new double[shape.elements()];
        for (int i = 0; i < values.length; i++) {
            int z = i / (h * w) % d / BLOCK;
            int y = i / w % h / BLOCK;
            int x = i % w / BLOCK;
            long block = i / (d * h * w);
            block = block * Math.ceilDiv(d, BLOCK) + z;
            block = block * Math.ceilDiv(h, BLOCK) + y;
            block = block * Math.ceilDiv(w, BLOCK) + x;
            values[i] = (float) (0.75 * blocks.uniform(block) + 0.25 * noise.uniform(i));
        }
        return values;
    }

    /** Returns the sum of the values, each multiplied by a number in [−1, 1): a random projection. */
    public static double probe(String name, double[] values) {
        GoldenFormula directions = named("probe/" + name);
        double sum = 0;
        for (int i = 0; i < values.length; i++) {
            sum += (2 * directions.uniform(i) - 1) * values[i];
        }
        return sum;
    }
}
