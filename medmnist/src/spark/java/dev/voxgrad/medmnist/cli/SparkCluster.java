package dev.voxgrad.medmnist.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;

import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;

import dev.voxgrad.medmnist.cli.ui.Console;
import dev.voxgrad.medmnist.io.DataException;
import dev.voxgrad.medmnist.text.VisibleText;

/**
 * Has the jobs of a command done by the executors of a cluster. Each is a Spark job with one task, so that Spark's pages
 * show it by its name, and a member that no executor can train ends no other one.
 */
final class SparkCluster {
    private static final long MILLIS_BETWEEN = 200;
    private static final long NANOS_FOR_A_CHECKPOINT = 60_000_000_000L;
    /** More than Spark's 4: a training of days loses more executors than a job of minutes. */
    private static final String MOST_ATTEMPTS = "10";

    private static final String GPUS = "spark.task.resource.gpu.amount";

    private final JavaSparkContext spark;
    private final DistributedCommand work;
    private final SharedFolder folder;
    private final PrintWriter out;
    private final List<Running> running = new ArrayList<>();

    /** Represents a job whose task waits for a place or is in progress. */
    private record Running(SparkJob job, JavaFutureAction<List<SparkOutcome>> future) {}

    private SparkCluster(JavaSparkContext spark, DistributedCommand work, SharedFolder folder, PrintWriter out) {
        this.spark = spark;
        this.work = work;
        this.folder = folder;
        this.out = out;
    }

    /**
     * Has a command's jobs done; prints a line when one ends.
     *
     * @throws DataException if an executor does not share the folder
     */
    static void run(DistributedCommand work, GivenOptions options, PrintWriter out) {
        SparkConf configuration = configuration(options);
        try (SharedFolder.Lock lock = SharedFolder.lock(work.folder())) {
            try (JavaSparkContext spark = new JavaSparkContext(configuration)) {
                new SparkCluster(spark, work, lock.folder(), out).run();
            }
        }
    }

    private static SparkConf configuration(GivenOptions options) {
        SparkConf configuration = new SparkConf();
        String master = configuration.get("spark.master", "");
        if (master.isEmpty()) {
            throw options.wrongUse("There is no cluster; give spark-submit its --master, such as spark://HOST:7077");
        }
        if (master.startsWith("local") && !master.startsWith("local-cluster")) {
            throw options.wrongUse("--master is " + master
                    + ", with which the driver itself would train; use medmnist without Spark, or a cluster");
        }
        if (configuration.getBoolean("spark.speculation", false)) {
            throw options.wrongUse("spark.speculation is true, but a second task that trains the same member would only"
                    + " wait for the first; leave it out");
        }
        if (configuration.getDouble(GPUS, 1) > 1) { // several tasks may share one
            throw options.wrongUse(
                    GPUS + " is " + configuration.get(GPUS) + ", but a member uses one GPU; set it to 1");
        }
        if (configuration.contains(GPUS) && options.value("--device").isPresent()) {
            throw options.wrongUse("--device cannot be given where " + GPUS + " is set: Spark chooses each task's GPU");
        }
        return configuration
                .set("spark.speculation", "false")
                .setIfMissing("spark.app.name", "voxgrad")
                .setIfMissing("spark.task.maxFailures", MOST_ATTEMPTS);
    }

    private void run() {
        spark.sc().uiWebUrl().foreach(url -> {
            print("Spark shows the jobs at " + url);
            return null;
        });
        try {
            submit();
            while (!running.isEmpty()) {
                Thread.sleep(MILLIS_BETWEEN);
                for (Running one :
                        running.stream().filter(r -> r.future().isDone()).toList()) {
                    running.remove(one);
                    report(one);
                }
                submit();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DataException("interrupted while waiting for the cluster", e);
        } finally {
            running.forEach(one -> one.future().cancel(true));
            running.forEach(one -> awaitRelease(one.job()));
        }
    }

    /**
     * Waits for a killed task to write its checkpoint and release its member, for a minute at most: executors end with
     * the driver, whatever they are doing.
     */
    private static void awaitRelease(SparkJob job) {
        long end = System.nanoTime() + NANOS_FOR_A_CHECKPOINT;
        try {
            while (job.holder().isPresent() && System.nanoTime() < end) {
                Thread.sleep(MILLIS_BETWEEN);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void submit() {
        int slots = Math.max(1, spark.defaultParallelism() / spark.getConf().getInt("spark.task.cpus", 1));
        for (SparkJob job : work.next(running.size(), slots)) {
            spark.setJobDescription(job.name());
            running.add(new Running(
                    job,
                    spark.parallelize(List.of(job.member()), 1)
                            .map(new SparkTask(job, folder))
                            .collectAsync()));
        }
    }

    private void report(Running one) throws InterruptedException {
        String name = one.job().name();
        try {
            SparkOutcome outcome = one.future().get().getFirst();
            switch (outcome.kind()) {
                case DONE -> print(name + ": " + outcome.words());
                case FAILED -> {
                    print(name + ": failed: " + outcome.message());
                    work.addFailure(name + ": " + outcome.message());
                }
                case UNSHARED -> throw new DataException(outcome.message());
            }
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            print(name + ": failed: " + cause.getMessage());
            work.addFailure(name + ": " + cause.getMessage());
            awaitRelease(one.job());
        }
    }

    private void print(String text) {
        out.println(VisibleText.line(text, Console.LONGEST_MESSAGE));
        out.flush();
    }
}
