package dev.voxgrad.bench.cluster;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.LongStream;

import dev.voxgrad.bench.peers.Spread;

/** Writes how long the members of a run take on several numbers of workers, as a table in Markdown. */
final class ClusterTable {
    private static final List<Integer> COUNTS = List.of(1, 2, 4, 8, 15, 16, 32, 64);

    /**
     * Holds what is simulated, apart from ideal workers.
     *
     * @param overhead seconds until a worker that has taken a member trains it
     * @param slowShare share of workers with half the speed
     * @param lossHours mean time until a worker is lost
     * @param replaceMinutes time until it is replaced
     * @param checkpointMinutes time between two checkpoints of a member
     * @param draws number of simulations, of which the median is shown
     */
    record Settings(
            double overhead,
            double slowShare,
            double lossHours,
            double replaceMinutes,
            double checkpointMinutes,
            int draws) {}

    private ClusterTable() {}

    /** Returns the table for members that take these times, in seconds, in the order of their numbers. */
    static String toText(List<Double> members, Settings settings) {
        List<Double> longestFirst =
                members.stream().sorted(Comparator.reverseOrder()).toList();
        double alone =
                Simulation.of(Workers.ideal(1, settings.overhead()), members, 0).seconds();
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%n| workers | hours, by number | hours, longest first | times as fast | busy | %s slow: hours |"
                        + " losses: hours |"
                        + "%n|--:|--:|--:|--:|--:|--:|--:|%n",
                percent(settings.slowShare())));
        for (int count : COUNTS) {
            Workers ideal = Workers.ideal(count, settings.overhead());
            Simulation.Course byNumber = Simulation.of(ideal, members, 0);
            Simulation.Course longest = Simulation.of(ideal, longestFirst, 0);
            text.append(String.format(
                    Locale.ROOT,
                    "| %d | %.1f | %.1f | %.1f | %s | %.1f | %.1f |%n",
                    count,
                    byNumber.seconds() / 3600,
                    longest.seconds() / 3600,
                    alone / longest.seconds(),
                    percent(longest.busyShare()),
                    median(ideal.withSlow(settings.slowShare(), 0.5), longestFirst, settings.draws()) / 3600,
                    median(withLosses(ideal, settings), longestFirst, settings.draws()) / 3600));
        }
        return text.append(String.format(
                        Locale.ROOT,
                        "%nThe longest member alone takes %.1f hours; no number of workers ends before it.%n",
                        longestFirst.getFirst() / 3600))
                .toString();
    }

    private static Workers withLosses(Workers ideal, Settings settings) {
        return ideal.withLosses(
                settings.lossHours() * 3600, settings.replaceMinutes() * 60, settings.checkpointMinutes() * 60);
    }

    private static double median(Workers workers, List<Double> members, int draws) {
        return Spread.of(LongStream.rangeClosed(1, draws)
                        .mapToDouble(
                                seed -> Simulation.of(workers, members, seed).seconds())
                        .toArray())
                .median();
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.0f %%", 100 * share);
    }
}
