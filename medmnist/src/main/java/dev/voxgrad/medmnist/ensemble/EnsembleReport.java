package dev.voxgrad.medmnist.ensemble;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

import dev.voxgrad.medmnist.data.AtomicFile;
import dev.voxgrad.medmnist.data.DataFileException;
import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.Task;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.metrics.ConfusionMatrix;
import dev.voxgrad.medmnist.metrics.Metrics;
import dev.voxgrad.medmnist.metrics.StandardResultFile;
import dev.voxgrad.medmnist.train.DataSource;
import dev.voxgrad.medmnist.train.RunFiles;

/** The results of an ensemble as a table for the terminal, and as rows of the run's {@code summary.csv}. */
public final class EnsembleReport {
    private static final String SUMMARY_HEADER =
            "time,data,synthetic,split,members,ensemble,last_weight,best_weight,member_weights,auc,acc\n";

    private final RunFiles run;
    private final VolumeData data;
    private final Split split;
    private final Ensemble ensemble;
    private final EnsembleWeights weights;
    private final double[][] weightedScores;
    private final Metrics weighted;
    private final Metrics uniform;

    public EnsembleReport(RunFiles run, VolumeData data, Split split, Ensemble ensemble, EnsembleWeights weights) {
        this.run = run;
        this.data = data;
        this.split = split;
        this.ensemble = ensemble;
        this.weights = weights;
        this.weightedScores = ensemble.scores(weights);
        this.weighted = ensemble.metrics(weightedScores);
        this.uniform = ensemble.metrics(ensemble.scores(EnsembleWeights.uniform(ensemble.members())));
    }

    /** Figures of the ensemble with the weights asked for. */
    public Metrics weighted() {
        return weighted;
    }

    /** Figures of the ensemble in which every model counts the same. */
    public Metrics uniform() {
        return uniform;
    }

    /** Every model alone, both ensembles, and the weighted one's confusion matrix. */
    public String toText() {
        StringBuilder text = new StringBuilder();
        text.append(data.name()).append(", ").append(split.name()).append(" split, ").append(split.size())
                .append(" volumes").append(data.synthetic() ? " (SYNTHETIC: made by code, not medical)"
                        : "").append('\n');
        row(text, "model", "kind", "epoch", "weight", "AUC", "ACC");
        for (Ensemble.Model model : ensemble.models()) {
            String epoch = switch (model.kind()) {
                case BEST -> String.valueOf(model.member().bestEpoch());
                case LAST -> String.valueOf(run.info().settings().epochs());
            };
            row(text, model.member().index() + " " + model.member().net().flag(), model.kind().label(), epoch,
                    three(weights.of(model.position(), model.kind())), ensemble.metrics(model));
        }
        row(text, "ensemble", "uniform", "", "", uniform);
        row(text, "ensemble", "weighted", "", "", weighted);
        if (data.task() != Task.MULTI_LABEL) {
            ConfusionMatrix matrix = ConfusionMatrix.of(data.task(), data.labelNames(), split.labels(), weightedScores);
            text.append("\nConfusion matrix of the weighted ensemble\n").append(matrix.toText());
        }
        return text.toString();
    }

    private static void row(StringBuilder text, String model, String kind, String epoch, String weight, Metrics m) {
        row(text, model, kind, epoch, weight, three(m.auc()), three(m.accuracy()));
    }

    private static void row(StringBuilder text, String model, String kind, String epoch, String weight, String auc,
            String accuracy) {
        text.append(String.format(Locale.ROOT, "%-9s  %-8s  %5s  %6s  %6s  %6s%n", model, kind, epoch, weight, auc,
                accuracy));
    }

    private static String three(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }

    /**
     * Adds both ensembles to the run's {@code summary.csv} and, for an official data set, writes the weighted one's
     * scores as a standard result file.
     */
    public void save() {
        String time = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        EnsembleWeights same = EnsembleWeights.uniform(ensemble.members());
        run.append("summary.csv", SUMMARY_HEADER, summaryRow(time, "weighted", weights, weighted)
                + summaryRow(time, "uniform", same, uniform));
        DataSource source = run.info().data();
        if (source.kind() == DataSource.Kind.OFFICIAL) {
            Path results = run.folder().resolve("results");
            try {
                Files.createDirectories(results);
            } catch (IOException e) {
                throw new DataFileException(results.toString(), "cannot be made: " + AtomicFile.describe(e), e);
            }
            StandardResultFile.write(results, source.flag(), source.size(), split.name(), weighted, "voxgrad",
                    weightedScores);
        }
    }

    private String summaryRow(String time, String name, EnsembleWeights used, Metrics metrics) {
        String members = used.members().toString().replace(",", "").replace("[", "").replace("]", "");
        return String.join(",", time, data.name(), String.valueOf(data.synthetic()), split.name(),
                String.valueOf(ensemble.members()), name, String.valueOf(used.last()), String.valueOf(used.best()),
                members, String.valueOf(metrics.auc()), String.valueOf(metrics.accuracy())) + "\n";
    }
}
