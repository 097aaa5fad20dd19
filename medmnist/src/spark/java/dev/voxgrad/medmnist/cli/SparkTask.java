package dev.voxgrad.medmnist.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskKilledException;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.resource.ResourceInformation;
import picocli.CommandLine.ExitCode;

import dev.voxgrad.medmnist.cli.ui.Failures;
import dev.voxgrad.medmnist.cli.ui.SignalStop;
import dev.voxgrad.nativecheck.report.ExitCodes;

/**
 * Does a job in an executor: runs its command, with the threads and the GPU that Spark has given to the task. What the
 * command prints is in the executor's output, which Spark's pages show.
 *
 * @param folder the driver's folder, which the executor must share
 */
record SparkTask(SparkJob job, SharedFolder folder) implements Function<Integer, SparkOutcome> {
    private static final long MILLIS_BETWEEN = 1000;
    /** More threads than this would augment faster than any GPU of today trains. */
    private static final int MOST_WORKERS = 8;

    @Override
    public SparkOutcome call(Integer only) throws InterruptedException {
        TaskContext context = TaskContext.get();
        long start = System.nanoTime();
        Optional<String> problem = folder.problem();
        if (problem.isPresent()) {
            return outcome(SparkOutcome.Kind.UNSHARED, problem.get(), context, start);
        }
        String[] words = words(context);
        while (true) {
            waitUntilFree(context);
            LastLines err = new LastLines(System.err);
            int code = execute(context::isInterrupted, new PrintWriter(err, true), words);
            if (context.isInterrupted()) {
                throw new TaskKilledException("killed: " + job.name() + "; its checkpoint is saved");
            }
            if (code == ExitCode.OK) {
                return outcome(SparkOutcome.Kind.DONE, "", context, start);
            }
            if (code == ExitCode.USAGE
                    || code == ExitCodes.INTERNAL_ERROR
                    || job.failure().isPresent()) {
                return outcome(SparkOutcome.Kind.FAILED, err.text(), context, start);
            }
            if (code == Failures.INTERRUPTED || job.holder().isEmpty()) {
                throw new IllegalStateException(job.name() + ": exit code " + code + ": " + err.text());
            }
            // Another process has taken the member just now.
        }
    }

    /** Runs the command; returns its exit code. */
    private static int execute(BooleanSupplier isKilled, PrintWriter err, String[] words) {
        PrintWriter out = new PrintWriter(System.out, true, System.out.charset());
        return ScopedValue.where(SignalStop.ALSO, isKilled).call(() -> Main.execute(out, err, words));
    }

    /** Waits for a process that trains the member: that of an executor which Spark holds lost may still live. */
    private void waitUntilFree(TaskContext context) throws InterruptedException {
        Optional<String> holder = job.holder();
        if (holder.isPresent()) {
            System.err.println(job.name() + ": waits for " + holder.get());
        }
        while (holder.isPresent()) {
            if (context.isInterrupted()) {
                throw new TaskKilledException("killed: " + job.name() + ", which another process trains");
            }
            Thread.sleep(MILLIS_BETWEEN);
            holder = job.holder();
        }
    }

    private String[] words(TaskContext context) {
        List<String> words = new ArrayList<>(job.words());
        words.add("--threads=" + context.cpus());
        gpu(context.resourcesJMap()).ifPresent(address -> {
            words.add("--device=cuda:" + address);
            if (!words.getFirst().equals("search") && words.stream().noneMatch(word -> word.startsWith("--workers"))) {
                words.add("--workers=" + Math.clamp(context.cpus(), 1, MOST_WORKERS));
            }
        });
        return words.toArray(String[]::new);
    }

    /** Returns the number of the GPU among a task's resources; empty if the task has none. */
    static Optional<Integer> gpu(Map<String, ResourceInformation> resources) {
        ResourceInformation gpus = resources.get("gpu");
        if (gpus == null) {
            return Optional.empty();
        }
        String[] addresses = gpus.addresses();
        if (addresses.length != 1 || !addresses[0].matches("\\d{1,3}")) {
            throw new IllegalStateException("Spark gave this task the GPUs " + String.join(", ", addresses)
                    + "; expected one, by its number, such as 0; check spark.task.resource.gpu.amount and the "
                    + "discovery script");
        }
        return Optional.of(Integer.valueOf(addresses[0]));
    }

    private static SparkOutcome outcome(SparkOutcome.Kind kind, String message, TaskContext context, long start) {
        return new SparkOutcome(
                kind,
                message,
                "process " + ProcessHandle.current().pid() + " on " + SharedFolder.host() + ", executor "
                        + SparkEnv.get().executorId() + ", attempt " + (context.attemptNumber() + 1),
                (System.nanoTime() - start) / 1e9);
    }
}
