package dev.voxgrad.bench.gpu;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import dev.voxgrad.bench.step.GpuEngine;
import dev.voxgrad.bench.step.GpuEngine.Volumes;
import dev.voxgrad.bench.step.StepCase;

/**
 * Trains several nets on one GPU at once, each on its own stream and thread, like the members of
 * {@code train --concurrent}: volumes are uploaded in each step, and a step is queued while the previous one runs.
 */
final class Members implements AutoCloseable {
    private final List<GpuEngine> engines = new ArrayList<>();
    private final ExecutorService threads;

    /** Creates the members and warms them up one after another. */
    Members(StepCase work, GpuMode mode, int count, int warmUp) {
        threads = Executors.newFixedThreadPool(count);
        boolean complete = false;
        try {
            for (int i = 0; i < count; i++) {
                GpuEngine engine = GpuEngine.open(work, mode.settings(), Volumes.UPLOADED);
                engines.add(engine);
                for (int step = 0; step < warmUp; step++) {
                    engine.trainStep();
                }
            }
            complete = true;
        } finally {
            if (!complete) {
                close();
            }
        }
    }

    /** Returns the training steps per second of all members together, while each runs {@code steps} of them. */
    double stepsPerSecond(int steps) throws InterruptedException {
        CyclicBarrier together = new CyclicBarrier(engines.size());
        List<Callable<long[]>> tasks = new ArrayList<>();
        for (GpuEngine engine : engines) {
            tasks.add(() -> train(engine, steps, together));
        }
        long start = Long.MAX_VALUE;
        long end = Long.MIN_VALUE;
        for (Future<long[]> member : threads.invokeAll(tasks)) {
            try {
                start = Math.min(start, member.get()[0]);
                end = Math.max(end, member.get()[1]);
            } catch (ExecutionException e) {
                if (e.getCause() instanceof RuntimeException failure) {
                    throw failure;
                }
                throw new IllegalStateException("a member's thread failed", e.getCause());
            }
        }
        return steps * engines.size() / ((end - start) / 1e9);
    }

    /** Returns start and end in nanoseconds. */
    private static long[] train(GpuEngine engine, int steps, CyclicBarrier together)
            throws InterruptedException, BrokenBarrierException {
        together.await();
        long start = System.nanoTime();
        for (int step = 0; step < steps - 1; step++) {
            engine.startTrainStep();
        }
        engine.trainStep();
        return new long[] {start, System.nanoTime()};
    }

    @Override
    public void close() {
        threads.shutdown();
        engines.forEach(GpuEngine::close);
    }
}
