package dev.voxgrad.engine.trace;

/**
 * What a pass has to do, by count; nothing here is measured.
 *
 * @param algorithm how it is done, where there is a choice; else empty
 * @param directFlop floating-point operations that the definition takes, a multiply-add counted as two; 0 where it
 *     takes a few per number, and memory traffic decides
 * @param executedFlop those that the kernel executes, padding and transforms counted, with additions as one
 * @param bytes compulsory traffic: every array that a kernel reads or writes, once. Scratch memory and what caches
 *     must fetch twice are not in it
 */
public record Work(String algorithm, long directFlop, long executedFlop, long bytes) {
    /** Nothing at all: the same numbers under another shape. */
    public static final Work NONE = new Work("", 0, 0, 0);

    /** Arithmetic without a choice of algorithm, executed as defined. */
    public static Work direct(long flop, long elements) {
        return new Work("", flop, flop, 4 * elements);
    }

    /** Reading and writing that many float32 numbers, with arithmetic that does not count. */
    public static Work moving(long elements) {
        return new Work("", 0, 0, 4 * elements);
    }

    /** Both, one after the other; of two algorithms the first is named. */
    public Work plus(Work other) {
        return new Work(
                algorithm.isEmpty() ? other.algorithm : algorithm,
                directFlop + other.directFlop,
                executedFlop + other.executedFlop,
                bytes + other.bytes);
    }
}
