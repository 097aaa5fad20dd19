package dev.voxgrad.bench.peers;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

import dev.voxgrad.bench.peers.Comparison.Job;

/** Estimates the remaining time: a job takes as long as last time, or at first as long as the others on average. */
final class TimeLeft {
    private final Map<Job, Double> seconds = new HashMap<>();

    void took(Job job, double measured) {
        seconds.put(job, measured);
    }

    /** Returns the estimated seconds for these jobs. */
    double of(List<Job> jobs) {
        double average = seconds.values().stream()
                .mapToDouble(Double::doubleValue)
                .average()
                .orElseThrow();
        return jobs.stream()
                .mapToDouble(job -> seconds.getOrDefault(job, average))
                .sum();
    }
}
