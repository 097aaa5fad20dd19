package dev.voxgrad.engine.random;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.device.cpu.VectorModule;

/**
 * Generates a reproducible stream of random values, named by what it is for: (seed, epoch, sample, purpose).
 *
 * <p>Two streams with the same name produce the same values, whichever thread draws them and in whatever order streams
 * are used; streams with different names are independent. Each stream has 2³⁴ values of 32 bits (a Philox counter of 32
 * bits, four words per block). A stream must not be shared between threads.
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
    private @Nullable NormalsCpu normals;

    /**
     * Opens the stream with this name.
     *
     * @param seed the run's seed
     * @param epoch the epoch, or 0 if there is none
     * @param sample the sample's index in its data set, or another running index
     * @param purpose what the values are for
     */
    public RandomStream(long seed, int epoch, int sample, RandomPurpose purpose) {
        this(seed, epoch, sample, purpose.key());
    }

    /**
     * Opens the stream with this name.
     *
     * @param purpose the key of a purpose, usually from {@link RandomPurpose#named}
     */
    public RandomStream(long seed, int epoch, int sample, int purpose) {
        this.key0 = (int) seed;
        this.key1 = (int) (seed >>> 32);
        this.epoch = epoch;
        this.sample = sample;
        this.purpose = purpose;
    }

    /** Returns 32 random bits. */
    public int nextInt() {
        if (used == 4) {
            Philox.block(blockIndex++, sample, epoch, purpose, key0, key1, block);
            used = 0;
        }
        return block[used++];
    }

    /** Returns 64 random bits, from two words. */
    public long nextLong() {
        long high = nextInt();
        return high << 32 | nextInt() & 0xFFFFFFFFL;
    }

    /**
     * Returns an integer in [0, bound), without bias (Lemire, "Fast random integer generation in an interval", 2019).
     */
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

    /** Returns a value uniform in [0, 1), a multiple of 2⁻²⁴: every value is exact in float32. */
    public float nextFloat() {
        return (nextInt() >>> 8) * 0x1p-24f;
    }

    /** Returns a value uniform in [0, 1), a multiple of 2⁻⁵³. */
    public double nextDouble() {
        return (nextLong() >>> 11) * 0x1p-53;
    }

    /** Returns a value uniform in [low, high). */
    public double uniform(double low, double high) {
        return low + (high - low) * nextDouble();
    }

    /** Returns a standard normal deviate, by the Box–Muller transform (two deviates from two uniform values). */
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
     * Writes {@code count} standard normal deviates of float32 to {@code out[from …]}, many times faster than
     * {@link #nextGaussian()}, which produces different ones. They use whole blocks of the stream, starting at the next
     * unused block; later draws continue after them.
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
            nextGaussians(normals, out, from + done);
        }
        if (done < count) {
            float[] last = new float[NormalsCpu.DEVIATES];
            nextGaussians(normals, last, 0);
            System.arraycopy(last, 0, out, from + done, count - done);
        }
    }

    private void nextGaussians(NormalsCpu normals, float[] out, int at) {
        normals.write(blockIndex, sample, epoch, purpose, key0, key1, out, at);
        blockIndex += NormalsCpu.BLOCKS;
    }

    /** Returns a uniformly random permutation of 0 … n−1 (Fisher–Yates). */
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
