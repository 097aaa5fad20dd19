package dev.voxgrad.medmnist.cli.command;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import dev.voxgrad.medmnist.cli.ui.Console;
import dev.voxgrad.medmnist.data.DatasetInfo;
import dev.voxgrad.medmnist.data.Loading;
import dev.voxgrad.medmnist.data.Preparation;
import dev.voxgrad.medmnist.data.Requirement;
import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.VolumeCache;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.data.VolumeLoader;
import dev.voxgrad.medmnist.metrics.Bootstrap;
import dev.voxgrad.medmnist.metrics.Metrics;
import dev.voxgrad.medmnist.metrics.StandardResultFile;
import dev.voxgrad.medmnist.metrics.UndefinedAuc;
import dev.voxgrad.medmnist.train.settings.TrainSettings;

/** Runs {@code medmnist evaluate}. */
@Command(
        name = "evaluate",
        header = "Evaluates a standard result file of MedMNIST.",
        description = {
            "Computes AUC and ACC, with bootstrap intervals, of a standard result file of MedMNIST: lines"
                    + " index,score0,score1,… in a file whose name"
                    + " starts with flag, size (unless it is 28) and split, such as adrenalmnist3d_64_val@run1.csv.",
            "Example: medmnist evaluate --path adrenalmnist3d_test@run1.csv"
        })
public final class EvaluateCommand implements Callable<Integer> {
    @Spec
    private CommandSpec command;

    @Option(names = "--path", paramLabel = "FILE.csv", required = true, description = "The result file.")
    private Path path;

    @Option(names = "--root", paramLabel = "D", description = "Folder with the official files. Default: ~/.medmnist")
    private @Nullable Path root;

    @Override
    public Integer call() {
        StandardResultFile file = StandardResultFile.read(path);
        // Only the labels are used, so blank volumes do not matter.
        VolumeData data = VolumeLoader.load(
                DatasetInfo.byFlag(file.flag()),
                root == null ? VolumeLoader.defaultRoot() : root,
                file.size(),
                true,
                Preparation.STUDY,
                new Loading(
                        VolumeCache.AUTO,
                        Requirement.of("medmnist evaluate of " + path.getFileName(), file.split()),
                        Console.warnings(command)));
        Metrics metrics = file.evaluate(data);
        PrintWriter out = command.commandLine().getOut();
        String auc = metrics.hasAuc() ? String.format(Locale.ROOT, "%.5f", metrics.auc()) : "-";
        out.printf(
                Locale.ROOT,
                "%s %s  %d volumes  AUC %s  ACC %.5f%n",
                file.flag(),
                file.split(),
                file.scores().length,
                auc,
                metrics.accuracy());
        Split split = data.split(file.split());
        UndefinedAuc.of(data, split, file.scores()).ifPresent(undefined -> out.println(undefined.footnote("-")));
        Bootstrap intervals = Bootstrap.whereDefined(data, split, file.scores(), TrainSettings.SEED);
        out.println("95 % intervals over " + Bootstrap.RESAMPLES + " bootstrap resamples of the volumes, seed "
                + TrainSettings.SEED + ": AUC "
                + intervals.auc().map(Bootstrap.Interval::toText).orElse("none")
                + ", ACC " + intervals.accuracy().toText());
        return 0;
    }
}
