package dev.voxgrad.medmnist.bundle;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

import dev.voxgrad.medmnist.baseline.BaselineInfo;
import dev.voxgrad.medmnist.baseline.TrainedBaseline;
import dev.voxgrad.medmnist.baseline.selection.CandidateResult;
import dev.voxgrad.medmnist.baseline.selection.ChosenModel;
import dev.voxgrad.medmnist.baseline.selection.Figures;
import dev.voxgrad.medmnist.baseline.selection.Protocol;
import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.io.DataException;
import dev.voxgrad.medmnist.metrics.Bootstrap;
import dev.voxgrad.medmnist.metrics.Metrics;
import dev.voxgrad.medmnist.metrics.UndefinedAuc;

/** Writes the model card of a baseline's bundle; otherwise as {@link ModelCard}. */
public final class BaselineCard {
    private final TrainedBaseline model;
    private final BaselineInfo info;
    private final Optional<VolumeData> data;
    private final CardText text = new CardText();

    private BaselineCard(TrainedBaseline model, Optional<VolumeData> data) {
        this.model = model;
        this.info = model.info();
        this.data = data;
    }

    /**
     * Returns the model card in Markdown; the same arguments give the same text.
     *
     * @param data the volumes of the baseline, for the results on the test split; empty to leave them out
     * @throws DataException if the data belongs to another baseline
     */
    public static String text(TrainedBaseline model, Optional<VolumeData> data) {
        return new BaselineCard(model, data).text();
    }

    private String text() {
        int models = info.chosen().size();
        text.writeTask(
                models + (models == 1 ? " classical model" : " classical models") + " for "
                        + CardText.name(info.data()),
                model,
                info.synthetic(),
                "any");
        text.writeData(info.data(), info.dataMd5(), "train, val and test as in the file");
        text.item(
                "Volumes of train, val and test",
                info.volumes().train() + ", " + info.volumes().val() + ", "
                        + info.volumes().test());
        writeModel();
        text.heading("Results");
        data.ifPresentOrElse(
                this::writeResults,
                () -> text.paragraph(
                        info.volumes().test() == 0
                                ? "Not evaluated: the data has no test split."
                                : "Not evaluated: this bundle was made with --without-results."));
        writeLimits();
        text.heading("Origin");
        text.item("Made", info.started() + ", seed " + info.settings().seed());
        text.item("Software", "Voxgrad " + CardText.cell(info.voxgrad()) + ", Java " + CardText.cell(info.java()));
        text.item("Files", "`bundle.json` has the SHA-256 of each; `predict` compares them");
        return text.toString();
    }

    private void writeModel() {
        text.heading("Model");
        boolean isHoldout = info.settings().protocol() == Protocol.AUTOSKLEARN;
        text.paragraph("Probabilities are the weighted mean over the models below. They were chosen out of "
                + info.candidates().size() + " candidates by "
                + (isHoldout ? "the accuracy on a third of train" : "the log-loss of out-of-fold predictions of train")
                + ", and fitted to "
                + switch (info.settings().refit()) {
                    case NONE -> "the rest of train";
                    case TRAIN -> "all of train";
                    case ALL -> "train and val";
                }
                + ". Figures are of volumes of train that a model was not fitted to.");
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("features", "model", "weight", "log-loss", "AUC", "ACC"));
        for (ChosenModel chosen : info.chosen()) {
            CandidateResult candidate = info.candidates().get(chosen.candidate());
            rows.add(row(candidate.features(), candidate.model(), three(chosen.weight()), candidate.figures()));
        }
        rows.add(row("all", "ensemble", "1.000", info.ensemble()));
        text.table(rows);
    }

    private static List<String> row(String features, String model, String weight, Figures figures) {
        return List.of(
                features,
                model,
                weight,
                String.format(Locale.ROOT, "%.4f", figures.logLoss()),
                figures.auc() == null ? "-" : three(figures.auc()),
                three(figures.accuracy()));
    }

    private void writeResults(VolumeData volumes) {
        Optional<double[][]> scores = model.files().test();
        if (scores.isEmpty()) {
            text.paragraph("The baseline has no predictions of test.");
            return;
        }
        Split test = volumes.test();
        if (test.size() != scores.get().length) {
            throw new DataException(volumes.name() + ": test has " + test.size() + " volumes, but the baseline has "
                    + "predictions for " + scores.get().length + "; give the file that it was made with");
        }
        Metrics metrics = Metrics.whereDefined(volumes, test, scores.get());
        Bootstrap intervals = Bootstrap.whereDefined(
                volumes, test, scores.get(), info.settings().seed());
        text.table(List.of(
                List.of("test split, " + test.size() + " volumes", "AUC", "95 % interval", "ACC", "95 % interval"),
                List.of(
                        "this model",
                        metrics.hasAuc() ? three(metrics.auc()) : "-",
                        intervals.auc().map(Bootstrap.Interval::toText).orElse("-"),
                        three(metrics.accuracy()),
                        intervals.accuracy().toText())));
        UndefinedAuc.of(volumes, test, scores.get())
                .ifPresent(undefined -> text.paragraph(CardText.cell(undefined.footnote("-"))));
        text.paragraph("Intervals: the middle 95 % over " + Bootstrap.RESAMPLES
                + " bootstrap resamples of the volumes, seed " + info.settings().seed() + ".");
    }

    private void writeLimits() {
        text.heading("Limits");
        text.bullet("Results hold for volumes like those of the test split. Other scanners, protocols, populations, "
                + "resolutions or ways of cutting out the region can make them worse without any sign of it.");
        text.bullet("The model sees the features of a volume only, and takes volumes of one shape only.");
        text.bullet("The model always answers. It has no class for volumes that belong to none of its classes.");
        text.bullet("**Not for clinical use.** Nothing here has been validated for patients.");
    }

    private static String three(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }
}
