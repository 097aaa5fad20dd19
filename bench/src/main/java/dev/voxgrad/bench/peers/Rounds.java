package dev.voxgrad.bench.peers;

import java.util.List;
import java.util.Locale;

import dev.voxgrad.bench.peers.Comparison.Job;
import dev.voxgrad.bench.step.EngineException;
import dev.voxgrad.medmnist.cli.ui.Console;

/** Measures the jobs of a comparison round by round: first the machine's peak, then the engines in turn. */
final class Rounds {
    private final Comparison comparison;
    private final EngineRunner runner;
    private final int threads;
    private final int rounds;
    private final Console console;
    private final TimeLeft timeLeft = new TimeLeft();
    private final List<Job> jobs;

    /**
     * Prepares to measure.
     *
     * @param threads the number of threads of each engine
     * @param rounds the number of times everything is measured
     * @param console shows the progress
     */
    Rounds(Comparison comparison, EngineRunner runner, int threads, int rounds, Console console) {
        this.comparison = comparison;
        this.runner = runner;
        this.threads = threads;
        this.rounds = rounds;
        this.console = console;
        this.jobs = comparison.jobs();
    }

    /** Measures everything. A job that fails is not tried again. */
    void measure(Runnable afterEachCase) {
        for (int round = 1; round <= rounds && !pending(jobs).isEmpty(); round++) {
            console.status(String.format(Locale.ROOT, "round %d/%d  peak  ...", round, rounds));
            double peak = runner.peakFlop(threads);
            comparison.addPeak(peak);
            console.line(String.format(Locale.ROOT, "round %d/%d  peak  %.0f GFLOP/s", round, rounds, peak / 1e9));
            for (int i = 0; i < jobs.size(); i++) {
                if (!comparison.failed(jobs.get(i))) {
                    measure(round, i);
                }
                boolean caseIsOver = i + 1 == jobs.size()
                        || !jobs.get(i + 1).work().equals(jobs.get(i).work());
                if (caseIsOver) {
                    afterEachCase.run();
                }
            }
        }
    }

    private void measure(int round, int index) {
        Job job = jobs.get(index);
        String position = String.format(
                Locale.ROOT,
                "round %d/%d  %-20s  %-16s",
                round,
                rounds,
                job.work(),
                job.engine().flag());
        console.status(position + "  ...");
        long start = System.nanoTime();
        try {
            Reading reading = runner.run(job.engine(), job.work(), threads);
            requireFinite(job, reading);
            comparison.add(job, reading);
            timeLeft.took(job, (System.nanoTime() - start) / 1e9);
            double left = timeLeft.of(pending(jobs)) * (rounds - round)
                    + timeLeft.of(pending(jobs.subList(index + 1, jobs.size())));
            console.line(position + describe(reading) + (left == 0 ? "done" : Console.duration(left) + " left"));
        } catch (EngineException e) {
            comparison.fail(job, e.getMessage());
            console.line(position + "  failed: " + oneLine(e.getMessage()));
        }
    }

    private List<Job> pending(List<Job> some) {
        return some.stream().filter(job -> !comparison.failed(job)).toList();
    }

    /** Returns the first line and the last unindented one, which has the reason in a log or a stack trace. */
    private static String oneLine(String message) {
        List<String> lines = message.lines()
                .filter(line -> !line.isBlank() && !line.matches("\\s.*"))
                .toList();
        return lines.size() < 2 ? String.join("", lines) : lines.getFirst() + " " + lines.getLast();
    }

    private static String describe(Reading reading) {
        if (reading.train() == null) {
            return String.format(
                    Locale.ROOT,
                    "  infer %5.0f ms  %5d MiB  ",
                    reading.median(Phase.INFER),
                    reading.infer().peakRssMb());
        }
        return String.format(
                Locale.ROOT,
                "  train %5.0f ms  infer %5.0f ms  %5d MiB  loss %.3f to %.3f  ",
                reading.median(Phase.TRAIN),
                reading.median(Phase.INFER),
                reading.train().peakRssMb(),
                reading.firstLoss(),
                reading.lastLoss());
    }

    private static void requireFinite(Job job, Reading reading) {
        if (reading.firstLoss() == null || reading.lastLoss() == null) {
            return;
        }
        if (!Double.isFinite(reading.firstLoss()) || !Double.isFinite(reading.lastLoss())) {
            throw new EngineException(
                    job.engine().flag() + " on " + job.work() + " does no real work: its loss went from "
                            + reading.firstLoss() + " to " + reading.lastLoss(),
                    null);
        }
    }
}
