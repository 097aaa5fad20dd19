package dev.voxgrad.engine.trace;

/**
 * Describes one thread's share in a parallel loop of an operation.
 *
 * @param thread its name
 * @param layer full name of the layer
 * @param op the operation's name
 * @param tasks how many tasks it ran
 * @param start {@link System#nanoTime} when its first task started
 * @param nanos time from there to the end of its last task
 * @param busyNanos time within tasks
 */
public record WorkerEvent(
        String thread, String layer, String op, Pass pass, int tasks, long start, long nanos, long busyNanos) {}
