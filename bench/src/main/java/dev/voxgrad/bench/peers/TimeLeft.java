package dev.voxgrad.bench.peers;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

import dev.voxgrad.bench.peers.Comparison.Job;

/** Foretells the time left: a job takes as long as it last did, and at first as long as the others on average. */
final class TimeLeft {
    private final Map<Job, Double> seconds = new HashMap<>();

    void took(Job job, double measured) {
        seconds.put(job, measured);
    }

    /** Seconds for these jobs. */
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
