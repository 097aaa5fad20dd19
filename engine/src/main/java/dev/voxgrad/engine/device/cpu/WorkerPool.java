package dev.voxgrad.engine.device.cpu;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/**
 * A fixed set of threads that run numbered tasks together with the caller.
 *
 * <p>Which thread runs which task is left to chance; nothing may depend on it. Tasks that are started from within a
 * task run on the spot, one after another.
 */
public final class WorkerPool implements AutoCloseable {
    private final int threads;
    private final Object monitor = new Object();
    private final ThreadLocal<Boolean> inside = ThreadLocal.withInitial(() -> false);
    private Job current;
    private boolean closed;
    private long jobs;

    /** A pool of {@code threads} threads, the caller of {@link #run} among them. */
    public WorkerPool(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads: " + threads + ", expected at least 1");
        }
        this.threads = threads;
        for (int i = 1; i < threads; i++) {
            Thread.ofPlatform().daemon().name("voxgrad-worker-" + i).start(this::work);
        }
    }

    public int threads() {
        return threads;
    }

    /**
     * Runs {@code task} for 0 … tasks−1 and returns when all are done.
     *
     * @throws RuntimeException what a task threw first; tasks not begun by then are dropped
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
                current = null; // or its task, and all that this holds on to, would live as long as the threads
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

    /** The job that is under way, if it has a higher number, or else the next one; null when the pool is closed. */
    private Job next(long seen) {
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

    /** Ends the threads; a running {@link #run} is still finished by its caller. */
    @Override
    public void close() {
        synchronized (monitor) {
            closed = true;
            monitor.notifyAll();
        }
    }

    /** One call of {@link #run}. */
    private static final class Job {
        private final long number;
        private final int tasks;
        private final IntConsumer task;
        private final AtomicInteger next = new AtomicInteger();
        private final AtomicInteger finished = new AtomicInteger();
        private volatile RuntimeException failure;
        private volatile Error error;

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

        /** Waits for tasks that other threads are still busy with. */
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
