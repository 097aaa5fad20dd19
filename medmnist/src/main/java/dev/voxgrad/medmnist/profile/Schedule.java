package dev.voxgrad.medmnist.profile;

import java.util.List;
import java.util.PriorityQueue;

import dev.voxgrad.engine.device.cpu.WorkerPool;
import dev.voxgrad.engine.trace.LoopEvent;

/**
 * Predicts how long a piece of work takes with other numbers of threads, by simulating {@link WorkerPool}: a thread
 * that becomes free takes the next task of the loop, the next loop starts when all tasks have ended, and what is
 * outside of loops takes the same time as with one thread.
 *
 * <p>A task is assumed to take the same time as it did when it was measured. With many threads, tasks share caches and
 * memory bandwidth, and cores may run at lower clocks; waking threads takes time, too. So what is predicted is an upper
 * bound of the speed: it shows where tasks are too few or too uneven, and what is serial.
 *
 * @param nanos duration with one thread
 * @param loops the loops within, as they were measured with one thread
 */
record Schedule(long nanos, List<LoopEvent> loops) {
    /** Returns the time outside of loops. */
    long serialNanos() {
        long inLoops = loops.stream().mapToLong(Schedule::total).sum();
        return Math.max(0, nanos - inLoops);
    }

    /** Returns the duration with that many threads. */
    long nanos(int threads) {
        return serialNanos()
                + loops.stream()
                        .mapToLong(loop -> makespan(loop.taskNanos(), threads))
                        .sum();
    }

    /** Returns the sum of each loop's longest task: no number of threads gets below it. */
    long longestTasks() {
        return loops.stream()
                .mapToLong(loop -> loop.taskNanos().stream()
                        .mapToLong(Long::longValue)
                        .max()
                        .orElse(0))
                .sum();
    }

    private static long total(LoopEvent loop) {
        return loop.taskNanos().stream().mapToLong(Long::longValue).sum();
    }

    /** Returns when the last task ends if each thread takes the next one as soon as it is free. */
    static long makespan(List<Long> tasks, int threads) {
        PriorityQueue<Long> free = new PriorityQueue<>();
        for (int i = 0; i < threads; i++) {
            free.add(0L);
        }
        long end = 0;
        for (long task : tasks) {
            long ends = free.remove() + task;
            end = Math.max(end, ends);
            free.add(ends);
        }
        return end;
    }
}
