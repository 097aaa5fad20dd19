package dev.voxgrad.medmnist.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

import dev.voxgrad.medmnist.run.member.MemberResult;

/** Writes the learning curves: validation figures of each member, with its best epoch marked, and training losses. */
final class LearningSection {
    private LearningSection() {}

    static void write(Html html, Subject subject) {
        html.open("section").element("h2", "Learning curves");
        if (subject.history().members().isEmpty()) {
            html.element("p", "The run's history contains no epoch.").close();
            return;
        }
        html.open("div", "class", "charts");
        Axis figures = figures(subject.history());
        for (Map.Entry<Integer, List<History.Epoch>> entry :
                subject.history().members().entrySet()) {
            writeMember(html, subject, entry.getKey(), entry.getValue(), figures);
        }
        writeLosses(html, subject.history());
        html.close();
        html.element(
                        "p",
                        "The ring marks the epoch whose model was kept as the best: the one with the highest "
                                + "validation "
                                + "AUC, or the latest of several. Members are numbered from 0, as in the run's files.",
                        "class",
                        "small")
                .close();
    }

    private static void writeMember(Html html, Subject subject, int index, List<History.Epoch> epochs, Axis figures) {
        Optional<MemberResult> finished = subject.members().stream()
                .filter(member -> member.index() == index)
                .findFirst();
        double[] auc = column(epochs, History.Epoch::auc);
        LineChart chart = new LineChart(
                name(index, epochs) + (finished.isPresent() ? "" : ", not finished"),
                epochAxis(subject.history()),
                figures);
        chart.line("validation AUC", column(epochs, History.Epoch::number), auc);
        finished.ifPresent(member -> {
            int best = member.bestEpoch();
            epochs.stream()
                    .filter(epoch -> epoch.number() == best)
                    .findFirst()
                    .ifPresent(epoch -> chart.mark("best: epoch " + best, best, epoch.auc()));
        });
        chart.line("validation ACC", column(epochs, History.Epoch::number), column(epochs, History.Epoch::accuracy));
        chart.write(html);
    }

    private static void writeLosses(Html html, History history) {
        List<double[]> losses = new ArrayList<>();
        history.members().values().forEach(epochs -> losses.add(column(epochs, History.Epoch::trainLoss)));
        LineChart chart = new LineChart(
                "Training loss",
                epochAxis(history),
                Axis.over(
                        "mean cross-entropy",
                        losses.stream().flatMapToDouble(Arrays::stream).toArray()));
        history.members()
                .forEach((index, epochs) -> chart.line(
                        name(index, epochs),
                        column(epochs, History.Epoch::number),
                        column(epochs, History.Epoch::trainLoss)));
        chart.write(html);
    }

    private static String name(int index, List<History.Epoch> epochs) {
        return Subject.nameOf(index, epochs.getFirst().net());
    }

    private static Axis epochAxis(History history) {
        return Axis.counting(
                "epoch",
                history.members().values().stream()
                        .map(List::getLast)
                        .map(History.Epoch::number)
                        .max(Comparator.naturalOrder())
                        .orElse(1));
    }

    /** Returns one axis for all members, so that their charts can be compared. */
    private static Axis figures(History history) {
        List<History.Epoch> all =
                history.members().values().stream().flatMap(List::stream).toList();
        double[] values = new double[2 * all.size()];
        for (int i = 0; i < all.size(); i++) {
            values[2 * i] = all.get(i).auc();
            values[2 * i + 1] = all.get(i).accuracy();
        }
        return Axis.ofShares("validation AUC and ACC", values);
    }

    private static double[] column(List<History.Epoch> epochs, ToDoubleFunction<History.Epoch> value) {
        return epochs.stream().mapToDouble(value).toArray();
    }
}
