package dev.voxgrad.bench.peers;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

import dev.voxgrad.bench.peers.Comparison.Job;

/** Writes the results for programs: an array of {@link Row} with names in snake case. */
final class JsonReport {
    private JsonReport() {}

    /**
     * Describes one engine, one case and one phase. CPU times and page faults are per step: medians of the rounds'
     * means, counted by the kernel for all threads of the process.
     *
     * @param medianMs median of the rounds' medians; the next two are their minimum and maximum; if the job failed in a
     * later round, of the rounds before
     * @param gflop 10⁹ floating-point operations by definition, as direct convolution, whatever the engine executes
     * @param peakGflops the machine's measured peak in 10⁹ floating-point operations per second
     * @param peakShare gflop per second of the median, divided by the peak
     * @param peakRssMb peak resident memory of the process at the end of the phase in MiB, the maximum of all rounds; a
     * process infers before it trains, so training's is never lower
     * @param userMs CPU time outside the kernel in milliseconds
     * @param systemMs CPU time in the kernel in milliseconds
     * @param minorFaults number of pages provided without reading from disk
     * @param majorFaults number of pages read from disk
     * @param version the engine's version
     * @param settings the engine's settings in words; one for each round if they differ
     * @param environment the variables given to the process to tune its libraries
     * @param environmentCleared the caller's variables that the process did not inherit
     */
    record Row(
            String engine,
            String net,
            String phase,
            int channels,
            int size,
            int batch,
            int threads,
            double medianMs,
            double minMs,
            double maxMs,
            double gflop,
            double peakGflops,
            double peakShare,
            long peakRssMb,
            double userMs,
            double systemMs,
            double minorFaults,
            double majorFaults,
            String version,
            List<String> settings,
            Map<String, String> environment,
            List<String> environmentCleared) {}

    static String of(Comparison comparison, int threads) {
        List<Row> rows = new ArrayList<>();
        for (Job job : comparison.measured()) {
            for (Phase phase : Phase.values()) {
                if (Comparison.does(job.engine(), phase)) {
                    rows.add(row(comparison, job, phase, threads));
                }
            }
        }
        return JsonMapper.builder()
                        .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                        .enable(SerializationFeature.INDENT_OUTPUT)
                        .build()
                        .writeValueAsString(rows)
                + "\n";
    }

    private static Row row(Comparison comparison, Job job, Phase phase, int threads) {
        Spread time = comparison.milliseconds(job, phase);
        Usage usage = comparison.usage(job, phase);
        List<Reading> readings = comparison.readings(job);
        Reading first = readings.getFirst();
        List<String> settings = readings.stream()
                .map(reading -> reading.of(phase).settings())
                .filter(words -> !words.isEmpty())
                .distinct()
                .toList();
        return new Row(
                job.engine().flag(),
                job.work().net().name(),
                phase.flag(),
                job.work().channels(),
                job.work().size(),
                job.work().batch(),
                threads,
                hundredths(time.median()),
                hundredths(time.min()),
                hundredths(time.max()),
                hundredths(comparison.flop(job.work(), phase) / 1e9),
                hundredths(comparison.peakFlop() / 1e9),
                Math.round(comparison.peakShare(job, phase).median() * 1e4) / 1e4,
                Math.round(comparison.peakRssMb(job, phase).max()),
                hundredths(usage.userMs()),
                hundredths(usage.systemMs()),
                hundredths(usage.minorFaults()),
                hundredths(usage.majorFaults()),
                first.version(),
                settings,
                first.environment(),
                first.cleared());
    }

    private static double hundredths(double number) {
        return Math.round(number * 100) / 100.0;
    }
}
