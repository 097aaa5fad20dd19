package dev.voxgrad.engine.device;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

import dev.voxgrad.engine.device.cpu.Lanes;
import dev.voxgrad.engine.trace.Work;

/**
 * Measures this machine's peak speed with the vectors that the kernels use: the end of the scale in a profile. The best
 * of many runs of a few milliseconds counts, since other processes may be using the machine.
 *
 * @param coreFlop floating-point operations per second of one thread: fused multiply-adds, two each, in registers
 * @param flop the same for all threads of the device together
 * @param readBytes bytes per second that all threads together read from memory, from arrays larger than caches
 * @param copyBytes bytes per second that they copy, counting read and written bytes. A processor may fetch a line
 *     before it overwrites it; neither this nor {@link Work#bytes} counts that
 */
public record CpuPeak(double coreFlop, double flop, double readBytes, double copyBytes) {
    private static final VectorSpecies<Float> S = Lanes.SPECIES;
    private static final int CHAINS = 16;
    private static final int ROUNDS = 20_000;
    private static final double FLOP = 2.0 * CHAINS * Lanes.COUNT * ROUNDS;
    /** Nanoseconds for which runs of each kind are repeated. */
    private static final long NANOS = 400_000_000;
    /** 256 MiB per array: beyond most last-level caches. */
    private static final int FLOATS = 64 * 1024 * 1024;

    private static final int PIECE = 256 * 1024;

    /** Measures for about two seconds. */
    public static CpuPeak measure(CpuDevice device) {
        int tasks = 32 * device.threads();
        float[] sums = new float[tasks]; // kept, so that the compiler cannot remove unused work
        Runnable oneThread = () -> sums[0] = multiplyAdd(ROUNDS);
        best(oneThread); // until it is compiled
        double core = FLOP / best(oneThread);
        double all = FLOP * tasks / best(() -> device.parallel(tasks, task -> sums[task] = multiplyAdd(ROUNDS)));
        float[] from = new float[FLOATS];
        float[] to = new float[FLOATS];
        Arrays.fill(from, 1); // untouched memory would map to a single page of zeros
        float[] partial = new float[FLOATS / PIECE];
        double read = 4.0
                * FLOATS
                / best(() ->
                        device.parallel(FLOATS / PIECE, piece -> partial[piece] = sum(from, piece * PIECE, PIECE)));
        double copy = 8.0
                * FLOATS
                / best(() -> device.parallel(
                        FLOATS / PIECE, piece -> System.arraycopy(from, piece * PIECE, to, piece * PIECE, PIECE)));
        if (sums[tasks - 1] != CHAINS || partial[partial.length - 1] != PIECE || to[FLOATS - 1] != 1) {
            throw new IllegalStateException("peak: wrong results, so wrong times");
        }
        return new CpuPeak(core, Math.max(core, all), read, copy);
    }

    /** Returns the faster of reading and copying, with which a pass is compared. */
    public double memoryBytes() {
        return Math.max(readBytes, copyBytes);
    }

    /** Returns the seconds of the fastest run. */
    private static double best(Runnable run) {
        long best = Long.MAX_VALUE;
        long end = System.nanoTime() + NANOS;
        while (System.nanoTime() < end) {
            long start = System.nanoTime();
            run.run();
            best = Math.min(best, System.nanoTime() - start);
        }
        return best / 1e9;
    }

    /** Runs independent chains of multiply-adds that all converge to 1, and returns their sum. */
    private static float multiplyAdd(int rounds) {
        FloatVector half = FloatVector.broadcast(S, 0.5f);
        FloatVector a0 = half;
        FloatVector a1 = half;
        FloatVector a2 = half;
        FloatVector a3 = half;
        FloatVector a4 = half;
        FloatVector a5 = half;
        FloatVector a6 = half;
        FloatVector a7 = half;
        FloatVector a8 = half;
        FloatVector a9 = half;
        FloatVector a10 = half;
        FloatVector a11 = half;
        FloatVector a12 = half;
        FloatVector a13 = half;
        FloatVector a14 = half;
        FloatVector a15 = half;
        for (int i = 0; i < rounds; i++) {
            a0 = a0.fma(half, half);
            a1 = a1.fma(half, half);
            a2 = a2.fma(half, half);
            a3 = a3.fma(half, half);
            a4 = a4.fma(half, half);
            a5 = a5.fma(half, half);
            a6 = a6.fma(half, half);
            a7 = a7.fma(half, half);
            a8 = a8.fma(half, half);
            a9 = a9.fma(half, half);
            a10 = a10.fma(half, half);
            a11 = a11.fma(half, half);
            a12 = a12.fma(half, half);
            a13 = a13.fma(half, half);
            a14 = a14.fma(half, half);
            a15 = a15.fma(half, half);
        }
        return a0.add(a1)
                .add(a2)
                .add(a3)
                .add(a4)
                .add(a5)
                .add(a6)
                .add(a7)
                .add(a8)
                .add(a9)
                .add(a10)
                .add(a11)
                .add(a12)
                .add(a13)
                .add(a14)
                .add(a15)
                .lane(0);
    }

    private static float sum(float[] x, int from, int count) {
        FloatVector a = FloatVector.zero(S);
        FloatVector b = FloatVector.zero(S);
        FloatVector c = FloatVector.zero(S);
        FloatVector d = FloatVector.zero(S);
        int step = S.length();
        for (int i = from; i < from + count; i += 4 * step) {
            a = a.add(FloatVector.fromArray(S, x, i));
            b = b.add(FloatVector.fromArray(S, x, i + step));
            c = c.add(FloatVector.fromArray(S, x, i + 2 * step));
            d = d.add(FloatVector.fromArray(S, x, i + 3 * step));
        }
        return a.add(b).add(c).add(d).reduceLanes(VectorOperators.ADD);
    }
}
