package dev.voxgrad.medmnist.report;

import java.util.Optional;

import dev.voxgrad.medmnist.baseline.BaselineFiles;
import dev.voxgrad.medmnist.baseline.BaselineInfo;
import dev.voxgrad.medmnist.benchmark.PublishedRow;
import dev.voxgrad.medmnist.data.DatasetInfo;
import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.data.source.OfficialSet;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.metrics.Bootstrap;
import dev.voxgrad.medmnist.metrics.Metrics;

/**
 * Writes a baseline as one page of HTML, which requires no network and no JavaScript: its results next to published
 * ones, what was chosen and by which figures, and all candidates.
 */
public final class BaselineReport {
    /** The number of features that the page lists. */
    private static final int MOST_FEATURES = 20;

    private final Html html = new Html();
    private final BaselineFiles files;
    private final BaselineInfo info;
    private final VolumeData data;

    private final FeatureImportance importance;

    private BaselineReport(BaselineFiles files, VolumeData data, FeatureImportance importance) {
        this.importance = importance;
        this.files = files;
        this.info = files.info();
        this.data = data;
    }

    /**
     * Returns the page. The same baseline gives the same page to the byte.
     *
     * @param data the volumes of the baseline, of which the labels are needed
     * @param importance which features matter
     * @throws dev.voxgrad.medmnist.io.DataFileException if predictions are damaged, or do not fit the volumes
     */
    public static String html(BaselineFiles files, VolumeData data, FeatureImportance importance) {
        BaselineReport report = new BaselineReport(files, data, importance);
        report.write();
        return report.html.toString();
    }

    private void write() {
        String title = "Baseline: " + data.title();
        RunReport.openPage(html, title);
        html.open("header").element("h1", title);
        html.element(
                "p",
                "Classical models on features of the volumes: " + info.chosen().size() + " of "
                        + info.candidates().size() + " candidates, chosen on train. " + data.description());
        html.element("p", "For research; not for clinical use.", "class", "small")
                .close();
        writeResults();
        BaselineChoiceSection.write(html, info, unseenLabels());
        writeImportance();
        writeSettings();
        RunReport.closePage(html);
    }

    private void writeResults() {
        html.open("section").element("h2", "Results").open("div", "class", "pair");
        Table table = Table.open(
                html,
                "AUC and accuracy of the chosen ensemble, with 95 % intervals",
                "Volumes",
                "AUC",
                "ACC",
                "AUC interval",
                "ACC interval");
        IntervalChart chart = new IntervalChart("AUC, with the 95 % interval where it is known", "AUC");
        files.test().ifPresent(scores -> writeSplit(table, chart, data.test(), scores, "test split"));
        files.val()
                .ifPresent(scores ->
                        writeSplit(table, chart, data.withoutSkippedBlanks().val(), scores, "validation split"));
        files.trainOutOfFold()
                .ifPresent(scores ->
                        writeSplit(table, chart, data.withoutSkippedBlanks().train(), scores, "train, out of fold"));
        Optional<OfficialSet> published = writePublished(table, chart);
        table.close();
        chart.write(html);
        html.close();
        html.element(
                "p",
                "AUC and ACC are computed as MedMNIST does. An interval contains the middle 95 % of the values over "
                        + Bootstrap.RESAMPLES + " bootstrap resamples of the volumes (seed " + seed()
                        + "). Out of fold: each volume of train is scored by models that were not fitted to it; the "
                        + "choice was made by these scores, so they are slightly too high.",
                "class",
                "small");
        published.ifPresent(source -> html.open("p", "class", "small")
                .text("Rows in italics are published, for the test split and volumes of 28³"
                        + (source.size() == 28 ? "" : ", whereas these are of " + source.size() + "³") + ": ")
                .element("a", PublishedRow.CITATION, "href", PublishedRow.ADDRESS)
                .text("; the original study: " + PublishedRow.STUDY_CITATION + ".")
                .close());
        html.close();
    }

    /** Returns the labels of the volumes that candidates were compared on; empty if these are not known here. */
    private Optional<int[]> unseenLabels() {
        Split train = data.withoutSkippedBlanks().train();
        return info.settings().folds() == 0 || train.isMultiLabel() ? Optional.empty() : Optional.of(train.labels());
    }

    private long seed() {
        return info.settings().seed();
    }

    private void writeSplit(Table table, IntervalChart chart, Split split, double[][] scores, String name) {
        if (scores.length != split.size()) {
            throw new DataFileException(
                    files.folder().toString(),
                    "has predictions for " + scores.length + " volumes of the " + name + ", but the data has "
                            + split.size() + "; give the data that the baseline was made of");
        }
        Metrics metrics = Metrics.whereDefined(data, split, scores);
        Bootstrap intervals = Bootstrap.whereDefined(data, split, scores, seed());
        table.styled(
                split.name().equals("test") ? "strong" : "",
                "This baseline, " + name,
                Numbers.three(metrics.auc()),
                Numbers.three(metrics.accuracy()),
                Numbers.interval(intervals.auc()),
                Numbers.interval(Optional.of(intervals.accuracy())));
        chart.add("This baseline, " + name, metrics.auc(), intervals.auc(), true);
    }

    /** Writes the published rows of an official set, and returns the set. */
    private Optional<OfficialSet> writePublished(Table table, IntervalChart chart) {
        if (!(info.data() instanceof OfficialSet source)) {
            return Optional.empty();
        }
        DatasetInfo set = DatasetInfo.byFlag(source.flag());
        ResultsSection.writePublished(table, chart, set);
        return Optional.of(source);
    }

    private void writeImportance() {
        html.open("section").element("h2", "What the models depend on");
        if (!importance.obstacle().isEmpty()) {
            html.element("p", "Not measured: " + importance.obstacle() + ".").close();
            return;
        }
        Table table = Table.open(
                html,
                "The " + Math.min(MOST_FEATURES, importance.features().size()) + " most important of "
                        + importance.features().size() + " features",
                "Feature",
                "Set",
                "Increase of the log-loss");
        importance.features().stream()
                .limit(MOST_FEATURES)
                .forEach(feature -> table.row(feature.name(), feature.set(), Numbers.signed(feature.increase())));
        table.close();
        html.element(
                        "p",
                        "Increase of the log-loss on the validation split when the values of one feature are exchanged "
                                + "between the volumes at random (Breiman 2001), the mean of "
                                + FeatureImportance.EXCHANGES + " exchanges. Of features that say nearly the same, "
                                + "each can look unimportant, since the others stay.",
                        "class",
                        "small")
                .close();
    }

    private void writeSettings() {
        html.open("section").element("h2", "Settings").open("dl");
        item("baseline", files.folder().toString());
        item("started", info.started());
        item("time", Numbers.duration(info.seconds()));
        item("Voxgrad, Java", info.voxgrad() + ", " + info.java());
        item(
                "data",
                data.name() + (info.synthetic() ? " (SYNTHETIC)" : "") + ", "
                        + info.volumes().train() + " volumes of train, "
                        + info.volumes().val() + " of val, " + info.volumes().test() + " of test");
        item("MD5 of the data", info.dataMd5() == null ? "none: made by code" : info.dataMd5());
        item("task", info.task().flag());
        item("protocol", info.settings().protocol().flag());
        item(
                "folds",
                info.settings().folds() == 0
                        ? "none: one holdout"
                        : String.valueOf(info.settings().folds()));
        item("refit", info.settings().refit().flag());
        item("seed", String.valueOf(seed()));
        html.close().close();
    }

    private void item(String name, String value) {
        html.element("dt", name).element("dd", value);
    }
}
