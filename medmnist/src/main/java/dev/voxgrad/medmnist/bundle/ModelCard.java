package dev.voxgrad.medmnist.bundle;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

import dev.voxgrad.medmnist.data.DatasetInfo;
import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.Task;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.data.source.OfficialSet;
import dev.voxgrad.medmnist.data.source.OwnFile;
import dev.voxgrad.medmnist.data.source.Synthetic;
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
import dev.voxgrad.medmnist.text.MarkdownTable;
import dev.voxgrad.medmnist.text.VisibleText;

/**
 * Writes the model card of a bundle: what the model is for, what it was trained on, how good it is, and what it is not
 * for. Source: Mitchell et al., Model Cards for Model Reporting, FAT* 2019.
 */
public final class ModelCard {
    private static final int LONGEST_NAME = 200;

    private final TrainedModel model;
    private final EnsembleWeights weights;
    private final String ensemble;
    private final Optional<Evaluation> evaluation;
    private final StringBuilder text = new StringBuilder();

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
        heading("Results");
        evaluation.ifPresentOrElse(
                this::writeResults, () -> paragraph("Not evaluated: this bundle was made with --without-results."));
        heading("Calibration");
        evaluation.ifPresentOrElse(this::writeCalibration, () -> paragraph("Not evaluated."));
        writeLimits();
        writeOrigin();
        return text.toString();
    }

    private void writeTask() {
        RunInfo info = model.info();
        text.append("# Model card: ").append(model.members().size()).append(" ");
        text.append(model.members().size() == 1 ? "net" : "nets")
                .append(" for ")
                .append(name())
                .append('\n');
        paragraph("**Not for clinical use.** This is a research model. It is not a medical device, and nothing about a "
                + "patient may be decided by it.");
        if (info.synthetic()) {
            paragraph("**SYNTHETIC:** the volumes were made by code. The results say nothing about medicine.");
        }
        heading("Task");
        item(
                "Question",
                switch (model.task()) {
                    case BINARY, MULTI_CLASS -> "which of " + model.classes() + " classes a volume belongs to";
                    case MULTI_LABEL -> "which of " + model.classes() + " independent labels a volume has";
                });
        item(model.task() == Task.MULTI_LABEL ? "Labels" : "Classes, in order", String.join(", ", labels()));
        item(
                "Volumes",
                model.storedShape()
                        .map(shape -> "shape " + shape + " (channels, X, Y, Z)")
                        .orElse("any shape that the nets accept; the run does not record its own"));
        item(
                "Grey values",
                model.window()
                        .map(window -> "from " + window + " in the file to 0,1")
                        .orElse("integers from 0 to 255, divided by 255"));
        item("Preparation", model.preparation().words(model.isZNormalised()));
    }

    private List<String> labels() {
        return model.labelNames().stream().map(ModelCard::cell).toList();
    }

    /** Returns a name from outside as text for a table's cell. */
    private static String cell(String name) {
        return VisibleText.line(name, LONGEST_NAME).replace("|", "\\|");
    }

    private String name() {
        return switch (model.info().portable().data()) {
            case OfficialSet set -> set.flag() + ", " + set.size() + "³";
            case OwnFile own -> cell(own.file());
            case Synthetic _ -> "synthetic shapes";
        };
    }

    private void writeData() {
        RunInfo info = model.info();
        heading("Data");
        if (info.data() instanceof OfficialSet set) {
            DatasetInfo official = DatasetInfo.byFlag(set.flag());
            paragraph(official.description() + " Official set of MedMNIST v2, licence " + official.licence() + ".");
        }
        item("Name", name());
        item("MD5 of the file", info.dataMd5() == null ? "none: made by code" : info.dataMd5());
        item(
                "Split",
                info.crossValidation() == null
                        ? "train, val and test as in the file"
                        : info.crossValidation().words());
        evaluation.ifPresent(found -> table(counts(found.ensemble().data())));
    }

    /** Returns the number of volumes of each class or label in each split. */
    private List<List<String>> counts(VolumeData data) {
        List<List<String>> rows = new ArrayList<>();
        List<String> header = new ArrayList<>(List.of("split", "volumes"));
        header.addAll(labels());
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
        heading("Model");
        paragraph("The logits are the weighted mean over the nets below; a softmax over the classes, or a sigmoid for "
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
        table(rows);
        paragraph("Training: " + model.info().settings().words() + ".");
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
        table(rows);
        UndefinedAuc.of(found.ensemble().data(), split, found.weighted().scores())
                .ifPresent(undefined -> paragraph(cell(undefined.footnote("-"))));
        paragraph(
                "Intervals: the middle 95 % over " + Bootstrap.RESAMPLES + " bootstrap resamples of the volumes, seed "
                        + seed + ". They do not show how results vary if the nets are trained again.");
        if (model.task() != Task.MULTI_LABEL) {
            ConfusionMatrix matrix = ConfusionMatrix.of(
                    model.task(),
                    model.labelNames(),
                    split.labels(),
                    found.weighted().scores());
            startBlock();
            text.append("```\n").append(VisibleText.of(matrix.toText())).append("```\n");
        }
    }

    private void writeCalibration(Evaluation found) {
        Combination combination = found.weighted();
        Ensemble ensemble = found.ensemble();
        Calibration calibration =
                Answer.calibration(Answer.of(ensemble.data(), ensemble.split(), combination.scores()));
        item(
                "Expected calibration error",
                String.format(
                        Locale.ROOT, "%.3f (%d bins of equal width)", calibration.expectedError(), Calibration.BINS));
        item("Log-loss", String.format(Locale.ROOT, "%.4f nats", combination.logLoss()));
        paragraph("A probability of 0.9 from this model is not a 90 % chance for a volume from elsewhere: calibration, "
                + "like all results, is that of the test split.");
    }

    private void writeLimits() {
        heading("Limits");
        bullet("Results hold for volumes like those of the test split. Other scanners, protocols, populations, "
                + "resolutions or ways of cutting out the region can make them worse without any sign of it.");
        bullet("The model always answers. It has no class for volumes that belong to none of its classes.");
        bullet("The spread over the nets and the entropy that `predict` writes show doubt, but not every error.");
        bullet("The best epoch of each net was chosen by the validation split, so its figures flatter the model.");
        bullet("**Not for clinical use.** Nothing here has been validated for patients.");
    }

    private void writeOrigin() {
        RunInfo info = model.info();
        heading("Origin");
        item(
                "Trained",
                info.started() + ", on " + cell(info.device()) + ", seed "
                        + info.settings().seed());
        item("Software", "Voxgrad " + cell(info.voxgrad()) + ", Java " + cell(info.java()));
        item("Files", "`bundle.json` has the SHA-256 of each; `predict` compares them");
    }

    private void heading(String title) {
        startBlock();
        text.append("## ").append(title).append("\n\n");
    }

    private void paragraph(String sentences) {
        startBlock();
        text.append(sentences).append("\n\n");
    }

    private void table(List<List<String>> rows) {
        startBlock();
        text.append(MarkdownTable.of(rows)).append('\n');
    }

    /** Ends what comes before with exactly one empty line. */
    private void startBlock() {
        if (text.charAt(text.length() - 2) != '\n') {
            text.append('\n');
        }
    }

    private void bullet(String sentence) {
        text.append("- ").append(sentence).append('\n');
    }

    private void item(String name, String value) {
        bullet(name + ": " + value);
    }

    private static String three(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }
}
