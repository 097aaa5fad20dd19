package dev.voxgrad.engine.trace;

/**
 * Counts what a pass has to do; nothing here is measured.
 *
 * @param algorithm how it is computed, if there is a choice; else empty
 * @param directFlop floating-point operations that the definition takes, with a multiply-add as two; 0 if it takes a
 *     few per element and memory traffic decides
 * @param executedFlop operations that the kernel executes, including padding and transforms, with additions as one
 * @param bytes compulsory traffic: every array that a kernel reads or writes, once. It excludes scratch memory and what
 *     caches must fetch twice
 */
public record Work(String algorithm, long directFlop, long executedFlop, long bytes) {
    /** No work at all: the same values under another shape. */
    public static final Work NONE = new Work("", 0, 0, 0);

    /** Returns the work of arithmetic without a choice of algorithm, executed as defined. */
    public static Work direct(long flop, long elements) {
        return new Work("", flop, flop, 4 * elements);
    }

    /** Returns the work of reading and writing that many float32 values; its arithmetic is ignored. */
    public static Work moving(long elements) {
        return new Work("", 0, 0, 4 * elements);
    }

    /** Returns the sum of both; of two algorithms it names the first. */
    public Work plus(Work other) {
        return new Work(
                algorithm.isEmpty() ? other.algorithm : algorithm,
                directFlop + other.directFlop,
                executedFlop + other.executedFlop,
                bytes + other.bytes);
    }
}
