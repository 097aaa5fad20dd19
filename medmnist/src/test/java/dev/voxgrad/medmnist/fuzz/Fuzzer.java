package dev.voxgrad.medmnist.fuzz;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Gives many inputs to readers of files. Each must end in success or in an exception that the reader documents, within
 * {@link #MOST_CPU} of the thread's own time, and must take no more memory than the file's size justifies.
 *
 * <p>Input number i depends on the seed and on i alone, and goes to target i modulo their number: so a failed input
 * can be made again from these two numbers, on any number of cores.
 */
final class Fuzzer {
    static final Duration MOST_CPU = Duration.ofSeconds(2);
    /** The memory that any file may take: buffers, parsers, class loading. */
    private static final long FREE_BYTES = 64L << 20;

    private static final long BYTES_PER_BYTE = 64;
    /** The CPU time after which a reader counts as endless. */
    private static final Duration HANGS = Duration.ofSeconds(30);
    /** The time after which a reader that waits without computing counts as stuck. */
    private static final Duration WAITS = Duration.ofMinutes(5);

    private final List<Target> targets;
    private final long seed;
    private final Path folder;
    private final com.sun.management.ThreadMXBean threads =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

    Fuzzer(List<Target> targets, long seed, Path folder) {
        this.targets = targets;
        this.seed = seed;
        this.folder = folder;
    }

    /** Runs inputs {@code first} to {@code first + count − 1} on all cores. */
    FuzzReport run(long first, long count) {
        long start = System.nanoTime();
        FuzzReport report = new FuzzReport(seed);
        AtomicLong next = new AtomicLong(first);
        List<Worker> workers = new ArrayList<>();
        for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
            Worker worker = new Worker(i, next, first + count, report);
            worker.setDaemon(true);
            worker.start();
            workers.add(worker);
        }
        workers.forEach(worker -> await(worker, report));
        report.end(Duration.ofNanos(System.nanoTime() - start));
        return report;
    }

    private void await(Worker worker, FuzzReport report) {
        try {
            while (worker.isAlive() && !worker.hangs()) {
                worker.join(500);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while fuzzing", e);
        }
        if (worker.isAlive()) {
            report.fault(targetOf(worker.input).name(), worker.input, "does not end", stack(worker.getStackTrace()));
        }
    }

    private Target targetOf(long input) {
        return targets.get((int) (input % targets.size()));
    }

    /** Returns the content of one input. */
    byte[] make(long input) {
        return targetOf(input).maker().apply(new Chance(seed * 0x9E3779B97F4A7C15L + input));
    }

    static String stack(StackTraceElement[] stack) {
        for (StackTraceElement frame : stack) {
            if (frame.getClassName().startsWith("dev.voxgrad.")
                    && !frame.getClassName().contains(".fuzz.")) {
                return "at " + frame.getClassName().replaceFirst(".*\\.", "") + "." + frame.getMethodName();
            }
        }
        return stack.length == 0 ? "" : "at " + stack[0];
    }

    private final class Worker extends Thread {
        private final int number;
        private final AtomicLong next;
        private final long end;
        private final FuzzReport report;
        private volatile long input;
        private volatile long startCpu;
        private volatile long startWall = System.nanoTime();

        Worker(int number, AtomicLong next, long end, FuzzReport report) {
            super("fuzz-" + number);
            this.number = number;
            this.next = next;
            this.end = end;
            this.report = report;
        }

        boolean hangs() {
            return threads.getThreadCpuTime(threadId()) - startCpu > HANGS.toNanos()
                    || System.nanoTime() - startWall > WAITS.toNanos();
        }

        @Override
        public void run() {
            try {
                Path own = Files.createDirectories(folder.resolve("worker-" + number));
                for (long i = next.getAndIncrement(); i < end; i = next.getAndIncrement()) {
                    input = i;
                    one(i, own);
                }
            } catch (IOException e) {
                report.fault("fuzzer", input, e.toString(), "");
            }
        }

        private void one(long i, Path own) throws IOException {
            Target target = targetOf(i);
            byte[] content = make(i);
            Path file = target.write(own, content);
            startWall = System.nanoTime();
            startCpu = threads.getCurrentThreadCpuTime();
            long startBytes = threads.getThreadAllocatedBytes(threadId());
            Throwable thrown = read(target, file);
            long cpu = threads.getCurrentThreadCpuTime() - startCpu;
            long bytes = threads.getThreadAllocatedBytes(threadId()) - startBytes;
            report.done(target.name(), i, thrown == null, cpu, bytes, content.length);
            if (thrown != null && !target.isDocumented(thrown)) {
                report.fault(target.name(), i, thrown.getClass().getSimpleName(), stack(thrown.getStackTrace()));
            }
            if (cpu > MOST_CPU.toNanos()) {
                report.fault(target.name(), i, "takes more than " + MOST_CPU.toSeconds() + " s", "");
            }
            if (bytes > FREE_BYTES + BYTES_PER_BYTE * content.length) {
                report.fault(target.name(), i, "takes too much memory", "");
            }
        }

        private static Throwable read(Target target, Path file) {
            try {
                target.reader().read(file);
                return null;
            } catch (Exception | Error e) {
                return e;
            }
        }
    }
}
