package dev.voxgrad.engine.device.cpu;

import dev.voxgrad.engine.device.CpuDevice;

/** Cuts long runs of floats into pieces for the workers. */
public final class Ranges {
    /** Floats per task: 64 KiB, so that an input and an output piece fit the second-level cache together. */
    private static final int CHUNK = 16 * 1024;

    private Ranges() {}

    /** Works on the indices from {@code from} (inclusive) to {@code to} (exclusive). */
    @FunctionalInterface
    public interface RangeTask {
        void run(int from, int to);
    }

    /** Runs {@code task} over pieces of 0 … n−1 on all threads; the pieces depend on n alone. */
    public static void parallel(CpuDevice device, int n, RangeTask task) {
        device.parallel(Math.ceilDiv(n, CHUNK), i -> task.run(i * CHUNK, i * CHUNK + Math.min(CHUNK, n - i * CHUNK)));
    }

    /**
     * Runs {@code task} over pieces of 0 … n−1 whose elements take {@code size} floats each; the pieces depend on both
     * alone, and are numbered by {@link #task}.
     */
    public static void parallel(CpuDevice device, int n, int size, RangeTask task) {
        int piece = piece(size);
        device.parallel(tasks(n, size), i -> task.run(i * piece, i * piece + Math.min(piece, n - i * piece)));
    }

    /** Returns the number of pieces that {@link #parallel(CpuDevice, int, int, RangeTask)} makes. */
    public static int tasks(int n, int size) {
        return Math.ceilDiv(n, piece(size));
    }

    /** Returns the index of the piece that starts with element {@code first}. */
    public static int task(int first, int size) {
        return first / piece(size);
    }

    private static int piece(int size) {
        return Math.max(1, CHUNK / size);
    }
}
