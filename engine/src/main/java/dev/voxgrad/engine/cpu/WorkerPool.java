package dev.voxgrad.engine.cpu;

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
        Job job = new Job(tasks, task);
        synchronized (monitor) {
            current = job;
            monitor.notifyAll();
        }
        inside.set(true);
        try {
            job.help();
            job.await();
        } finally {
            inside.set(false);
        }
        job.rethrow();
    }

    private void work() {
        inside.set(true);
        Job last = null;
        while (true) {
            synchronized (monitor) {
                while (!closed && current == last) {
                    try {
                        monitor.wait();
                    } catch (InterruptedException e) {
                        return;
                    }
                }
                if (closed) {
                    return;
                }
                last = current;
            }
            last.help();
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
        private final int tasks;
        private final IntConsumer task;
        private final AtomicInteger next = new AtomicInteger();
        private final AtomicInteger finished = new AtomicInteger();
        private volatile RuntimeException failure;
        private volatile Error error;

        Job(int tasks, IntConsumer task) {
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
