package dev.voxgrad.medmnist.bundle;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.Task;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.ensemble.Answer;
import dev.voxgrad.medmnist.ensemble.Combination;
import dev.voxgrad.medmnist.ensemble.Ensemble;
import dev.voxgrad.medmnist.ensemble.Evaluation;
import dev.voxgrad.medmnist.metrics.Bootstrap;
import dev.voxgrad.medmnist.metrics.Calibration;
import dev.voxgrad.medmnist.metrics.ClassCoverage;
import dev.voxgrad.medmnist.metrics.ConfusionMatrix;
import dev.voxgrad.medmnist.metrics.Metrics;
import dev.voxgrad.medmnist.metrics.UndefinedAuc;
import dev.voxgrad.medmnist.model.EnsembleWeights;
import dev.voxgrad.medmnist.model.TrainedModel;
import dev.voxgrad.medmnist.run.ModelKind;
import dev.voxgrad.medmnist.run.RunInfo;
import dev.voxgrad.medmnist.run.member.MemberResult;

/**
 * Writes the model card of a bundle: what the model is for, what it was trained on, how good it is, and what it is not
 * for. Source: Mitchell et al., Model Cards for Model Reporting, FAT* 2019.
 */
public final class ModelCard {
    private final TrainedModel model;
    private final EnsembleWeights weights;
    private final String ensemble;
    private final Optional<Evaluation> evaluation;
    private final CardText text = new CardText();

    private ModelCard(TrainedModel model, EnsembleWeights weights, String ensemble, Optional<Evaluation> evaluation) {
        this.model = model;
        this.weights = weights;
        this.ensemble = ensemble;
        this.evaluation = evaluation;
    }

    /**
     * Returns the model card in Markdown; the same arguments give the same text.
     *
     * @param weights of the ensemble
     * @param ensemble how the weights were chosen, in words
     * @param evaluation results of these weights on the test split; empty if there are none
     */
    public static String text(
            TrainedModel model, EnsembleWeights weights, String ensemble, Optional<Evaluation> evaluation) {
        return new ModelCard(model, weights, ensemble, evaluation).text();
    }

    private String text() {
        writeTask();
        writeData();
        writeModel();
        text.heading("Results");
        evaluation.ifPresentOrElse(
                this::writeResults,
                () -> text.paragraph("Not evaluated: this bundle was made with --without-results."));
        text.heading("Calibration");
        evaluation.ifPresentOrElse(this::writeCalibration, () -> text.paragraph("Not evaluated."));
        writeLimits();
        writeOrigin();
        return text.toString();
    }

    private void writeTask() {
        int members = model.members().size();
        text.writeTask(
                members + (members == 1 ? " net" : " nets") + " for "
                        + CardText.name(model.info().data()),
                model,
                model.info().synthetic(),
                "any shape that the nets accept; the run does not record its own");
    }

    private void writeData() {
        RunInfo info = model.info();
        text.writeData(
                info.data(),
                info.dataMd5(),
                info.crossValidation() == null
                        ? "train, val and test as in the file"
                        : info.crossValidation().words());
        evaluation.ifPresent(found -> text.table(counts(found.ensemble().data())));
    }

    /** Returns the number of volumes of each class or label in each split. */
    private List<List<String>> counts(VolumeData data) {
        List<List<String>> rows = new ArrayList<>();
        List<String> header = new ArrayList<>(List.of("split", "volumes"));
        header.addAll(CardText.labels(model));
        rows.add(header);
        for (Split split : data.splits()) {
            List<String> row = new ArrayList<>(List.of(split.name(), String.valueOf(split.size())));
            for (int count : ClassCoverage.of(data, split).counts()) {
                row.add(String.valueOf(count));
            }
            rows.add(row);
        }
        return rows;
    }

    private void writeModel() {
        text.heading("Model");
        text.paragraph(
                "The logits are the weighted mean over the nets below; a softmax over the classes, or a sigmoid for "
                        + "each label, makes them probabilities. Weights: " + ensemble
                        + ", as in the table.");
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("member", "net", "best epoch", "last epoch", "val AUC, best", "weight, best", "weight, last"));
        for (int position = 0; position < model.members().size(); position++) {
            MemberResult member = model.members().get(position);
            rows.add(List.of(
                    String.valueOf(member.index()),
                    member.net().name(),
                    String.valueOf(member.bestEpoch()),
                    member.lastEpoch() == 0 ? "-" : String.valueOf(member.lastEpoch()),
                    three(member.best().auc()),
                    three(weights.of(position, ModelKind.BEST)),
                    three(weights.of(position, ModelKind.LAST))));
        }
        text.table(rows);
        text.paragraph("Training: " + model.info().settings().words() + ".");
    }

    private void writeResults(Evaluation found) {
        Split split = found.ensemble().split();
        long seed = model.info().settings().seed();
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("test split, " + split.size() + " volumes", "AUC", "95 % interval", "ACC", "95 % interval"));
        for (Combination combination : List.of(found.weighted(), found.uniform())) {
            Metrics metrics = combination.metrics();
            Bootstrap intervals = combination.intervals(found.ensemble(), seed);
            rows.add(List.of(
                    combination == found.weighted() ? "this model" : "the same nets with equal weights",
                    metrics.hasAuc() ? three(metrics.auc()) : "-",
                    intervals.auc().map(Bootstrap.Interval::toText).orElse("-"),
                    three(metrics.accuracy()),
                    intervals.accuracy().toText()));
        }
        text.table(rows);
        UndefinedAuc.of(found.ensemble().data(), split, found.weighted().scores())
                .ifPresent(undefined -> text.paragraph(CardText.cell(undefined.footnote("-"))));
        text.paragraph(
                "Intervals: the middle 95 % over " + Bootstrap.RESAMPLES + " bootstrap resamples of the volumes, seed "
                        + seed + ". They do not show how results vary if the nets are trained again.");
        if (model.task() != Task.MULTI_LABEL) {
            ConfusionMatrix matrix = ConfusionMatrix.of(
                    model.task(),
                    model.labelNames(),
                    split.labels(),
                    found.weighted().scores());
            text.verbatim(matrix.toText());
        }
    }

    private void writeCalibration(Evaluation found) {
        Combination combination = found.weighted();
        Ensemble ensemble = found.ensemble();
        Calibration calibration =
                Answer.calibration(Answer.of(ensemble.data(), ensemble.split(), combination.scores()));
        text.item(
                "Expected calibration error",
                String.format(
                        Locale.ROOT, "%.3f (%d bins of equal width)", calibration.expectedError(), Calibration.BINS));
        text.item("Log-loss", String.format(Locale.ROOT, "%.4f nats", combination.logLoss()));
        text.paragraph(
                "A probability of 0.9 from this model is not a 90 % chance for a volume from elsewhere: calibration, "
                        + "like all results, is that of the test split.");
    }

    private void writeLimits() {
        text.heading("Limits");
        text.bullet("Results hold for volumes like those of the test split. Other scanners, protocols, populations, "
                + "resolutions or ways of cutting out the region can make them worse without any sign of it.");
        text.bullet("The model always answers. It has no class for volumes that belong to none of its classes.");
        text.bullet("The spread over the nets and the entropy that `predict` writes show doubt, but not every error.");
        text.bullet("The best epoch of each net was chosen by the validation split, so its figures flatter the model.");
        text.bullet("**Not for clinical use.** Nothing here has been validated for patients.");
    }

    private void writeOrigin() {
        RunInfo info = model.info();
        text.heading("Origin");
        text.item(
                "Trained",
                info.started() + ", on " + CardText.cell(info.device()) + ", seed "
                        + info.settings().seed());
        text.item("Software", "Voxgrad " + CardText.cell(info.voxgrad()) + ", Java " + CardText.cell(info.java()));
        text.item("Files", "`bundle.json` has the SHA-256 of each; `predict` compares them");
    }

    private static String three(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }
}
