package dev.voxgrad.medmnist.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import dev.voxgrad.medmnist.train.TrainingException;

/** Represents a command whose work is divided into jobs, each of which some executor does. */
abstract class DistributedCommand {
    private final List<String> failures = new ArrayList<>();

    /** Returns the folder that the driver and all executors share. */
    abstract Path folder();

    /**
     * Returns the jobs to submit now. The driver calls this at the start, and again and again until nothing is in
     * progress and nothing is returned.
     *
     * @param inProgress number of jobs that were submitted and have not ended
     * @param slots how many tasks the executors can do at the same time, as far as is known
     */
    abstract List<SparkJob> next(int inProgress, int slots);

    /** Prints the table with which the command ends on one machine; returns the exit code. */
    abstract int show(PrintWriter out, PrintWriter err);

    /** Adds what ends the command with an error: here, that a job cannot be done, after all attempts. */
    final void addFailure(String why) {
        failures.add(why);
    }

    /** Returns what was added so far. */
    final List<String> failures() {
        return Collections.unmodifiableList(failures);
    }

    /**
     * Ends the command with its table; returns the exit code.
     *
     * @throws TrainingException if jobs failed
     */
    final int end(PrintWriter out, PrintWriter err) {
        int code = show(out, err);
        if (!failures.isEmpty()) {
            throw new TrainingException(String.join("; ", failures));
        }
        return code;
    }
}
