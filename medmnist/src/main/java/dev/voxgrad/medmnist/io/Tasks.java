package dev.voxgrad.medmnist.io;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/** Runs tasks that do not depend on each other, on several threads. */
public final class Tasks {
    private Tasks() {}

    /** Runs a task for each number from 0 to {@code count} − 1, on all cores; otherwise as with a number of threads. */
    public static void run(int count, IntConsumer task) {
        run(count, Runtime.getRuntime().availableProcessors(), task);
    }

    /**
     * Runs a task for each number from 0 to {@code count} − 1. After a failure, no further task starts; the failure of
     * the lowest number is thrown.
     */
    public static void run(int count, int threads, IntConsumer task) {
        AtomicInteger next = new AtomicInteger();
        Map<Integer, RuntimeException> failures = new ConcurrentSkipListMap<>();
        List<Error> errors = new ArrayList<>();
        Runnable work = () -> {
            for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
                try {
                    task.accept(i);
                } catch (RuntimeException e) {
                    failures.put(i, e);
                    next.set(count);
                } catch (Error e) {
                    synchronized (errors) {
                        errors.add(e);
                    }
                    next.set(count);
                }
            }
        };
        List<Thread> workers = new ArrayList<>();
        for (int t = 0; t < Math.min(threads, count); t++) {
            workers.add(Thread.ofPlatform().daemon().name("task-" + t).start(work));
        }
        workers.forEach(Tasks::join);
        for (Error error : errors) {
            throw error;
        }
        for (RuntimeException failure : failures.values()) {
            throw failure;
        }
    }

    private static void join(Thread worker) {
        try {
            worker.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DataException("was interrupted", e);
        }
    }
}
