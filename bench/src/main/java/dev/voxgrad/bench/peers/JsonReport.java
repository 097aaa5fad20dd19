package dev.voxgrad.bench.peers;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

import dev.voxgrad.bench.peers.Comparison.Job;

/** The results for programs: an array of {@link Row}, names in snake case, of what was measured. */
final class JsonReport {
    private JsonReport() {}

    /**
     * One engine, one case, one phase.
     *
     * @param medianMs median of the rounds' medians; the next two are the least and the greatest of them;
     *     of a job that failed in a later round, those before
     * @param peakRssMb peak resident memory of the process at the end of the phase, MiB, greatest of all rounds; a
     *     process infers before it trains, so that training's is never the lower
     */
    record Row(String engine, String net, String phase, int size, int batch, int threads, double medianMs, double minMs,
            double maxMs, long peakRssMb) {}

    static String of(Comparison comparison, int threads) {
        List<Row> rows = new ArrayList<>();
        for (Job job : comparison.measured()) {
            for (Phase phase : Phase.values()) {
                Spread time = comparison.milliseconds(job, phase);
                rows.add(new Row(job.engine().flag(), job.work().net().flag(), phase.flag(), job.work().size(),
                        job.work().batch(), threads, hundredths(time.median()), hundredths(time.min()),
                        hundredths(time.max()), Math.round(comparison.peakRssMb(job, phase).max())));
            }
        }
        return JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .enable(SerializationFeature.INDENT_OUTPUT).build().writeValueAsString(rows) + "\n";
    }

    private static double hundredths(double number) {
        return Math.round(number * 100) / 100.0;
    }
}
