package dev.voxgrad.bench.peers;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

import dev.voxgrad.bench.step.EngineName;

/**
 * Describes the conditions of a comparison, for its tables and its chart.
 *
 * @param threads the number of threads of each engine
 * @param rounds the number of times everything is measured
 */
record PeersReport(int threads, int rounds, Surroundings surroundings) {
    /** Returns the tables in Markdown, after a paragraph on the conditions. */
    String tables(Comparison comparison) {
        String versions = comparison.engines().stream().map(comparison::title).collect(Collectors.joining(", "));
        return MarkdownReport.of(
                comparison,
                versions + "; Java " + Runtime.version().feature() + "; " + machine() + ". " + counted()
                        + ", each with a fresh JVM for every engine and case: " + Patience.USUAL + "."
                        + tuning(comparison)
                        + peak(comparison)
                        + " The tables show the median of the rounds (lowest–highest)."
                        + (comparison.peers().isEmpty()
                                ? ""
                                : " A ratio above 1 means that Voxgrad is faster or uses less memory."));
    }

    /** Returns the chart in SVG. */
    String chart(Comparison comparison) {
        return SvgChart.of(comparison, machine() + "; median of " + counted());
    }

    private String machine() {
        List<Integer> cores = surroundings.cores();
        return Linux.processor() + ", " + threads + (threads == 1 ? " thread" : " threads")
                + (cores.isEmpty() ? " not pinned to cores" : " on cores " + list(cores)) + ", "
                + Math.round(BatchRule.machineBytes() / Math.scalb(1.0, 30)) + " GiB of memory"
                + (surroundings.instructions() == InstructionSet.NATIVE
                        ? ""
                        : ", limited to " + surroundings.instructions());
    }

    private String peak(Comparison comparison) {
        return String.format(
                Locale.ROOT,
                " The peak is %.0f GFLOP/s: what %s of fused multiply-adds in registers, measured in each round; the "
                        + "highest counts. Shares of it count the operations of direct convolution, whatever an engine "
                        + "executes: Winograd's algorithm executes fewer, so its share may exceed 100 %%.",
                comparison.peakFlop() / 1e9,
                threads == 1 ? "a thread does" : threads + " threads do");
    }

    private String counted() {
        return rounds + (rounds == 1 ? " round" : " rounds");
    }

    private String tuning(Comparison comparison) {
        String tuned = !comparison.engines().contains(EngineName.LIBTORCH)
                ? ""
                : " libtorch is tuned: allocator " + surroundings.allocator()
                        + ", and the faster of its two memory layouts for each "
                        + "case and phase; its ResNets apply ReLU and add shortcuts in place.";
        return !comparison.engines().contains(EngineName.LIBTORCH_UNTUNED)
                ? tuned
                : tuned + " libtorch-untuned is as installed.";
    }

    /** Returns the numbers separated by commas. */
    static String list(List<Integer> numbers) {
        return numbers.stream().map(String::valueOf).collect(Collectors.joining(","));
    }
}
