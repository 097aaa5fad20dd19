package dev.voxgrad.engine.device.cpu;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

import org.jspecify.annotations.Nullable;

/**
 * Runs numbered tasks on a fixed set of threads, together with the caller.
 *
 * <p>Which thread runs which task is unspecified; nothing may depend on it. Tasks that are started from within a task
 * run immediately on the same thread, one after another.
 */
public final class WorkerPool implements AutoCloseable {
    private final int threads;
    private final Object monitor = new Object();
    private final ThreadLocal<Boolean> inside = ThreadLocal.withInitial(() -> false);
    private @Nullable Job current;
    private boolean closed;
    private long jobs;

    /** Starts a pool of {@code threads} threads, including the caller of {@link #run}. */
    public WorkerPool(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads: " + threads + ", expected at least 1");
        }
        this.threads = threads;
        for (int i = 1; i < threads; i++) {
            Thread.ofPlatform().daemon().name("voxgrad-worker-" + i).start(this::work);
        }
    }

    /** Returns the number of threads, including the caller of {@link #run}. */
    public int threads() {
        return threads;
    }

    /**
     * Runs {@code task} for 0 … tasks−1 and returns when all are done.
     *
     * @throws RuntimeException the first exception of a task; tasks that have not started by then are dropped
     */
    public void run(int tasks, IntConsumer task) {
        if (tasks == 1 || threads == 1 || inside.get()) {
            for (int i = 0; i < tasks; i++) {
                task.accept(i);
            }
            return;
        }
        Job job;
        synchronized (monitor) {
            jobs++;
            job = new Job(jobs, tasks, task);
            current = job;
            monitor.notifyAll();
        }
        inside.set(true);
        try {
            job.help();
            job.await();
        } finally {
            inside.set(false);
            synchronized (monitor) {
                current = null; // otherwise its task, and all it refers to, would live as long as the threads
            }
        }
        job.rethrow();
    }

    private void work() {
        inside.set(true);
        long seen = 0;
        while (seen >= 0) {
            seen = helpWithNext(seen);
        }
    }

    /** Helps with the first job of a higher number; returns its number, or −1 when the pool is closed. */
    private long helpWithNext(long seen) {
        Job job = next(seen);
        if (job == null) {
            return -1;
        }
        job.help();
        return job.number;
    }

    /** Returns the running job, if it has a higher number, or else the next one; null when the pool is closed. */
    private @Nullable Job next(long seen) {
        synchronized (monitor) {
            while (!closed && (current == null || current.number <= seen)) {
                try {
                    monitor.wait();
                } catch (InterruptedException e) {
                    return null;
                }
            }
            return closed ? null : current;
        }
    }

    /** Stops the threads; the caller of a running {@link #run} still finishes it. */
    @Override
    public void close() {
        synchronized (monitor) {
            closed = true;
            monitor.notifyAll();
        }
    }

    /** Represents one call of {@link #run}. */
    private static final class Job {
        private final long number;
        private final int tasks;
        private final IntConsumer task;
        private final AtomicInteger next = new AtomicInteger();
        private final AtomicInteger finished = new AtomicInteger();
        private volatile @Nullable RuntimeException failure;
        private volatile @Nullable Error error;

        Job(long number, int tasks, IntConsumer task) {
            this.number = number;
            this.tasks = tasks;
            this.task = task;
        }

        void help() {
            int index = next.getAndIncrement();
            while (index < tasks) {
                try {
                    if (failure == null && error == null) {
                        task.accept(index);
                    }
                } catch (RuntimeException e) {
                    failure = e;
                } catch (Error e) {
                    error = e;
                }
                if (finished.incrementAndGet() == tasks) {
                    synchronized (this) {
                        notifyAll();
                    }
                }
                index = next.getAndIncrement();
            }
        }

        /** Waits for tasks that other threads are still running. */
        synchronized void await() {
            boolean interrupted = false;
            while (finished.get() < tasks) {
                try {
                    wait();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }

        void rethrow() {
            if (error != null) {
                throw error;
            }
            if (failure != null) {
                throw failure;
            }
        }
    }
}
