package dev.voxgrad.engine.random;

import java.util.Objects;

import dev.voxgrad.engine.device.cpu.VectorModule;

/**
 * A reproducible stream of random numbers named by what it is for: (seed, epoch, sample, purpose).
 *
 * <p>Two streams with the same name give the same numbers, whichever thread asks and in whatever order
 * streams are used; streams with different names are independent. Each stream holds 2³⁴ numbers of 32 bits
 * (a Philox counter of 32 bits, four words a block). A stream is used by one thread.
 */
public final class RandomStream {
    private final int key0;
    private final int key1;
    private final int epoch;
    private final int sample;
    private final int purpose;
    private final int[] block = new int[4];
    private int blockIndex;
    private int used = 4;
    private double spareGaussian;
    private boolean hasSpare;
    private NormalsCpu normals;

    /**
     * Opens the stream of that name.
     *
     * @param seed the run's seed
     * @param epoch the epoch, or 0 where there is none
     * @param sample the sample's index in its data set, or another running number
     * @param purpose what the numbers are for; callers keep a list of constants
     */
    public RandomStream(long seed, int epoch, int sample, int purpose) {
        this.key0 = (int) seed;
        this.key1 = (int) (seed >>> 32);
        this.epoch = epoch;
        this.sample = sample;
        this.purpose = purpose;
    }

    /** 32 random bits. */
    public int nextInt() {
        if (used == 4) {
            Philox.block(blockIndex++, sample, epoch, purpose, key0, key1, block);
            used = 0;
        }
        return block[used++];
    }

    /** 64 random bits, from two words. */
    public long nextLong() {
        long high = nextInt();
        return high << 32 | nextInt() & 0xFFFFFFFFL;
    }

    /** A whole number in [0, bound), without bias (Lemire, "Fast random integer generation in an interval", 2019). */
    public int nextInt(int bound) {
        if (bound <= 0) {
            throw new IllegalArgumentException("random: bound must be positive, was " + bound);
        }
        long product = (nextInt() & 0xFFFFFFFFL) * bound;
        int low = (int) product;
        if (Integer.compareUnsigned(low, bound) < 0) {
            int threshold = Integer.remainderUnsigned(-bound, bound);
            while (Integer.compareUnsigned(low, threshold) < 0) {
                product = (nextInt() & 0xFFFFFFFFL) * bound;
                low = (int) product;
            }
        }
        return (int) (product >>> 32);
    }

    /** Uniform in [0, 1), a multiple of 2⁻²⁴: every value is exact in float32. */
    public float nextFloat() {
        return (nextInt() >>> 8) * 0x1p-24f;
    }

    /** Uniform in [0, 1), a multiple of 2⁻⁵³. */
    public double nextDouble() {
        return (nextLong() >>> 11) * 0x1p-53;
    }

    /** Uniform in [low, high). */
    public double uniform(double low, double high) {
        return low + (high - low) * nextDouble();
    }

    /** Standard normal deviate by the Box–Muller transform (two deviates from two uniforms). */
    public double nextGaussian() {
        if (hasSpare) {
            hasSpare = false;
            return spareGaussian;
        }
        double radius = Math.sqrt(-2 * StrictMath.log(1 - nextDouble()));
        double angle = 2 * Math.PI * nextDouble();
        spareGaussian = radius * StrictMath.sin(angle);
        hasSpare = true;
        return radius * StrictMath.cos(angle);
    }

    /**
     * Writes {@code count} standard normal deviates of float32 to {@code out[from …]}, many times as fast as
     * {@link #nextGaussian()}, which gives others. They come from whole blocks of the stream, from its next unused one
     * on; what is drawn later comes after them.
     */
    public void fillGaussians(float[] out, int from, int count) {
        Objects.checkFromIndexSize(from, count, out.length);
        if (normals == null) {
            VectorModule.require();
            normals = new NormalsCpu();
        }
        used = 4;
        int done = 0;
        for (; done <= count - NormalsCpu.DEVIATES; done += NormalsCpu.DEVIATES) {
            nextGaussians(out, from + done);
        }
        if (done < count) {
            float[] last = new float[NormalsCpu.DEVIATES];
            nextGaussians(last, 0);
            System.arraycopy(last, 0, out, from + done, count - done);
        }
    }

    private void nextGaussians(float[] out, int at) {
        normals.write(blockIndex, sample, epoch, purpose, key0, key1, out, at);
        blockIndex += NormalsCpu.BLOCKS;
    }

    /** A uniformly random order of 0 … n−1 (Fisher–Yates). */
    public int[] permutation(int n) {
        int[] order = new int[n];
        for (int i = 0; i < n; i++) {
            int j = nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }
}
