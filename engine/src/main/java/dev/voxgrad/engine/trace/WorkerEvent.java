package dev.voxgrad.engine.trace;

/**
 * One thread's share in a parallel loop of an operation.
 *
 * @param thread its name
 * @param layer full name of the layer
 * @param op the operation's name
 * @param tasks how many tasks it took
 * @param start {@link System#nanoTime} when the first began
 * @param nanos from there to the end of the last
 * @param busyNanos the time within tasks
 */
public record WorkerEvent(
        String thread, String layer, String op, Pass pass, int tasks, long start, long nanos, long busyNanos) {}
