package dev.voxgrad.medmnist.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;

/** Represents a command whose work is divided into jobs, each of which some executor does. */
interface DistributedCommand {
    /** Returns the folder that the driver and all executors share. */
    Path folder();

    /**
     * Returns the jobs to submit now. The driver calls this at the start, and again and again until nothing is in
     * progress and nothing is returned.
     *
     * @param inProgress number of jobs that were submitted and have not ended
     * @param slots how many tasks the executors can do at the same time, as far as is known
     */
    List<SparkJob> next(int inProgress, int slots);

    /** Reports that a job cannot be done, after all attempts. */
    void failed(SparkJob job, String why);

    /**
     * Prints the table with which the command ends on one machine; returns the exit code.
     *
     * @throws dev.voxgrad.medmnist.train.TrainingException if jobs failed
     */
    int end(PrintWriter out, PrintWriter err);
}
