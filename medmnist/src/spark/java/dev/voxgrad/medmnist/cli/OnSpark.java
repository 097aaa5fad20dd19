package dev.voxgrad.medmnist.cli;

import java.io.PrintWriter;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ExecutionException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

import dev.voxgrad.medmnist.cli.ui.StandardError;

/**
 * Runs {@code train --resume}, {@code search --resume} and {@code benchmark} on the machines of an Apache Spark cluster,
 * which share the folder of the run:
 *
 * <pre>
 * spark-submit --master spark://HOST:7077 --conf spark.task.cpus=4 \
 *     --class dev.voxgrad.medmnist.cli.OnSpark voxgrad-spark.jar train --resume RUN
 * </pre>
 *
 * <p>In pseudo-code:
 *
 * <pre>
 * driver, which trains nothing:
 *     lock RUN/cluster.lock                              // SharedFolder
 *     for each member that is not finished, longest first:
 *         submit a job with one task                     // so that a member that fails for good ends no other one
 *     print a line when a job ends; at the end, print the table of `medmnist status`
 * executor, for each task:                               // SparkTask
 *     check that RUN is the driver's folder, and that the locks of its file system hold
 *     wait until no other process trains the member      // the process of a lost executor may live on for a moment
 *     run `medmnist train --resume RUN --members M --threads spark.task.cpus [--device cuda:N]`
 * </pre>
 *
 * <p>What runs in an executor is the command of a single machine, so it ends with the same bytes. If an executor is
 * lost, Spark tries the task again in another one, which resumes from the member's checkpoint. If a task is killed, the
 * command stops after its step and writes a checkpoint first.
 */
public final class OnSpark {
    private OnSpark() {}

    /** Runs one command on the cluster that spark-submit has named, and exits with its code. */
    public static void main(String... arguments) {
        PrintWriter out = new PrintWriter(System.out, true, System.out.charset());
        PrintWriter err = new PrintWriter(System.err, true, System.err.charset());
        int code = execute(out, err, arguments);
        StandardError.finish();
        System.exit(code);
    }

    /** Runs one command; returns its exit code. */
    static int execute(PrintWriter out, PrintWriter err, String... arguments) {
        return Main.execute(parsed -> distribute(parsed, out, err), out, err, arguments);
    }

    private static int distribute(ParseResult parsed, PrintWriter out, PrintWriter err) {
        @Nullable Integer help = CommandLine.executeHelpRequest(parsed);
        if (help != null) {
            return help;
        }
        ParseResult command = parsed.subcommand();
        if (command == null) {
            throw new ParameterException(parsed.commandSpec().commandLine(), "No command given");
        }
        GivenOptions options = new GivenOptions(command);
        try {
            DistributedCommand work = switch (command.commandSpec().name()) {
                case "train" -> new TrainOnSpark(options);
                case "search" -> new SearchOnSpark(options);
                case "benchmark" -> new BenchmarkOnSpark(options);
                default ->
                    throw options.wrongUse("On Spark, there are the commands train, search and benchmark; run '"
                            + command.commandSpec().name() + "' by medmnist");
            };
            SparkCluster.run(work, options, out);
            return work.end(out, err);
        } catch (ParameterException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new ExecutionException(command.commandSpec().commandLine(), "on Spark", e);
        }
    }
}
