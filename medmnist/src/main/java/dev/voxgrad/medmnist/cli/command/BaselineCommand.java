package dev.voxgrad.medmnist.cli.command;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import dev.voxgrad.medmnist.baseline.BaselineFiles;
import dev.voxgrad.medmnist.baseline.BaselineSettings;
import dev.voxgrad.medmnist.baseline.BaselineText;
import dev.voxgrad.medmnist.baseline.BaselineTraining;
import dev.voxgrad.medmnist.baseline.feature.FeatureSets;
import dev.voxgrad.medmnist.baseline.feature.VolumeKind;
import dev.voxgrad.medmnist.benchmark.PublishedRow;
import dev.voxgrad.medmnist.cli.options.BaselineOptions;
import dev.voxgrad.medmnist.cli.options.DataOptions;
import dev.voxgrad.medmnist.cli.ui.BaselineDisplay;
import dev.voxgrad.medmnist.cli.ui.Console;
import dev.voxgrad.medmnist.cli.ui.Version;
import dev.voxgrad.medmnist.data.DatasetInfo;
import dev.voxgrad.medmnist.data.Preparation;
import dev.voxgrad.medmnist.data.Requirement;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.data.source.DataSource;
import dev.voxgrad.medmnist.data.source.OfficialSet;
import dev.voxgrad.medmnist.data.source.OwnFile;
import dev.voxgrad.medmnist.io.DataException;
import dev.voxgrad.medmnist.metrics.Metrics;
import dev.voxgrad.medmnist.run.RunFiles;

/** Runs {@code medmnist baseline}. */
@Command(
        name = "baseline",
        header = "Fits classical models to features of the volumes, to see whether a deep net is needed.",
        sortOptions = false,
        description = {
            "Computes features of every volume, tries logistic regression, forests, boosted trees and nearest "
                    + "neighbours on them, and combines the best. Takes a minute on a CPU.",
            "The choice is made by out-of-fold predictions: each volume of train is predicted by models that were not "
                    + "fitted to it. Val and test have no influence on it. The chosen models are then fitted to all of "
                    + "train, and their figures on val and test are printed with 95 %% intervals, next to the published "
                    + "results on the set.",
            "Writes baseline.json, the models, their predictions and MedMNIST's standard result files to --out. An "
                    + "interrupted baseline leaves no folder: run the command again.",
            "",
            "Examples:",
            "  medmnist baseline --flag adrenalmnist3d --download --out runs/adrenal-base",
            "  medmnist baseline --npz own.npz --features shape,grid7 --models logistic,forest --out runs/own-base",
            "  medmnist baseline --flag adrenalmnist3d --protocol autosklearn --budget 10m --out runs/as-published",
            "  medmnist predict runs/adrenal-base --npz new.npz --out scores.csv",
            ""
        })
public final class BaselineCommand implements Callable<Integer> {
    @Spec
    private CommandSpec command;

    @Mixin
    private DataOptions dataOptions;

    @Option(
            names = "--out",
            paramLabel = "RUN",
            required = true,
            description = "Folder of the baseline; it must be new or empty.")
    private Path out;

    @Mixin
    private BaselineOptions baselineOptions;

    @Override
    public Integer call() {
        BaselineSettings settings = baselineOptions.settings();
        checkFeatures(settings);
        DataSource source = dataOptions.benchmarkSource();
        BaselineFiles.requireEmpty(out);
        Console console = new Console(command.commandLine().getOut());
        VolumeData data = dataOptions.loadForTraining(
                source,
                Preparation.STUDY.withoutNormalisation(),
                Requirement.of("medmnist baseline", required(settings)));
        BaselineFiles files = new BaselineTraining(source, data, settings, new BaselineDisplay(console))
                .run(out, Version.number(), scans(source));
        console.clear();
        warnOfBudget(settings.candidates().size(), files.info().candidates().size());
        BaselineText text = new BaselineText(files);
        console.line("");
        console.line(text.candidates());
        console.line((text.results(data) + published(source)).stripTrailing());
        console.line(String.format(
                Locale.ROOT,
                "%n%s  %d models, %s in all",
                out,
                files.info().chosen().size(),
                Console.duration(files.info().seconds())));
        return 0;
    }

    private void warnOfBudget(int planned, int tried) {
        if (tried < planned) {
            Console.warnings(command)
                    .accept("--budget left no time for " + (planned - tried) + " of " + planned
                            + " candidates, which are not in the table; the choice depends on this machine's speed");
        }
    }

    private void checkFeatures(BaselineSettings settings) {
        for (String set : settings.features()) {
            try {
                FeatureSets.of(set, VolumeKind.GREY);
            } catch (DataException e) {
                throw new ParameterException(command.commandLine(), "--features: " + e.getMessage(), e);
            }
        }
    }

    private static String[] required(BaselineSettings settings) {
        return switch (settings.refit()) {
            case ALL -> new String[] {"train", "val"};
            case NONE, TRAIN -> new String[] {"train"};
        };
    }

    private static Map<String, String> scans(DataSource source) {
        return source instanceof OwnFile file
                ? NewRun.scans(Path.of(file.file()))
                        .map(text -> Map.of(RunFiles.SCANS_FILE, text))
                        .orElse(Map.of())
                : Map.of();
    }

    /** Returns the published results on an official set of 28³. */
    private static String published(DataSource source) {
        if (!(source instanceof OfficialSet set) || set.size() != 28) {
            return "";
        }
        StringBuilder text = new StringBuilder(String.format(Locale.ROOT, "%npublished, test split      AUC    ACC%n"));
        DatasetInfo info = DatasetInfo.byFlag(set.flag());
        for (PublishedRow row : PublishedRow.ofBenchmark()) {
            append(text, row.method(), row.on(info));
        }
        append(
                text,
                PublishedRow.ofStudy().method() + ", 15 nets",
                PublishedRow.ofStudy().on(info));
        return text.append("Sources: ")
                .append(String.join("; ", List.of(PublishedRow.CITATION, PublishedRow.STUDY_CITATION)))
                .append(".\n")
                .toString();
    }

    private static void append(StringBuilder text, String method, Metrics metrics) {
        text.append(String.format(Locale.ROOT, "%-24s  %.3f  %.3f%n", method, metrics.auc(), metrics.accuracy()));
    }
}
