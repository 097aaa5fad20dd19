package dev.voxgrad.medmnist.benchmark;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

import dev.voxgrad.medmnist.metrics.Metrics;
import dev.voxgrad.medmnist.metrics.Spread;
import dev.voxgrad.medmnist.nets.NetSpec;
import dev.voxgrad.medmnist.run.ModelKind;
import dev.voxgrad.medmnist.run.RunInfo;
import dev.voxgrad.medmnist.run.member.EpochResult;
import dev.voxgrad.medmnist.run.member.MemberState;
import dev.voxgrad.medmnist.run.member.MemberStatus;

/**
 * Holds what is known of one row.
 *
 * @param info how it is trained
 * @param runs figures of the finished runs, in order
 * @param unfinished the other members, and the finished ones that have no figures yet
 * @param secondsPerEpoch median over all epochs of all members; NaN if there is none
 */
public record BenchmarkRow(
        RunInfo info, List<RunEvaluation> runs, List<MemberStatus> unfinished, double secondsPerEpoch) {
    public BenchmarkRow {
        runs = List.copyOf(runs);
        unfinished = List.copyOf(unfinished);
    }

    /** Reads a row from its folder. */
    public static BenchmarkRow read(RowFiles row) {
        List<RunEvaluation> runs = new ArrayList<>();
        List<MemberStatus> unfinished = new ArrayList<>();
        List<Double> seconds = new ArrayList<>();
        for (MemberStatus member : row.run().status()) {
            Optional<RunEvaluation> evaluation = row.evaluation(member.index());
            evaluation.ifPresentOrElse(runs::add, () -> unfinished.add(member));
            row.run()
                    .member(member.index())
                    .state()
                    .map(MemberState::history)
                    .ifPresent(
                            epochs -> epochs.stream().map(EpochResult::seconds).forEach(seconds::add));
        }
        return new BenchmarkRow(row.run().info(), runs, unfinished, median(seconds));
    }

    private static double median(List<Double> values) {
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        return sorted.length == 0
                ? Double.NaN
                : sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }

    /** Returns the row's net. */
    public NetSpec net() {
        return info.settings().netOf(0);
    }

    /** Returns the published row of the same net; empty if there is none. */
    public Optional<PublishedRow> published() {
        return PublishedRow.ofNet(net().name());
    }

    /** Returns the row's name: that of the published method, or the net's. */
    public String method() {
        return published().map(PublishedRow::method).orElse(net().name());
    }

    /** Returns mean and deviation of the AUC over the finished runs. */
    public Spread auc(ModelKind model, String split) {
        return spread(model, split, Metrics::auc);
    }

    /** Returns mean and deviation of the accuracy over the finished runs. */
    public Spread accuracy(ModelKind model, String split) {
        return spread(model, split, Metrics::accuracy);
    }

    private Spread spread(ModelKind model, String split, ToDoubleFunction<Metrics> figure) {
        return Spread.of(runs.stream()
                .mapToDouble(run -> figure.applyAsDouble(run.score(model, split).metrics()))
                .toArray());
    }
}
