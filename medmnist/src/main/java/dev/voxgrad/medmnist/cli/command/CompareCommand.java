package dev.voxgrad.medmnist.cli.command;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import dev.voxgrad.engine.device.Device;
import dev.voxgrad.medmnist.cli.options.DeviceOptions;
import dev.voxgrad.medmnist.cli.options.RunDataOptions;
import dev.voxgrad.medmnist.cli.options.SplitName;
import dev.voxgrad.medmnist.cli.ui.Console;
import dev.voxgrad.medmnist.data.Requirement;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.ensemble.EnsembleSettings;
import dev.voxgrad.medmnist.io.AtomicFile;
import dev.voxgrad.medmnist.model.EnsembleWeights;
import dev.voxgrad.medmnist.model.TrainedModel;
import dev.voxgrad.medmnist.report.Comparison;
import dev.voxgrad.medmnist.report.ComparisonPage;
import dev.voxgrad.medmnist.run.RunFiles;
import dev.voxgrad.medmnist.train.Predictor;
import dev.voxgrad.medmnist.train.settings.TrainSettings;

/** Runs {@code medmnist compare}. */
@Command(
        name = "compare",
        header = "Compares runs: settings, results, learning curves.",
        sortOptions = false,
        description = {
            "Evaluates the weighted ensemble of each run (last models count 0.5, best ones 1.5), and prints the "
                    + "results, their differences from those of the first run, and the settings that differ. With "
                    + "--out, also writes a page of HTML with learning and ROC curves over one another.",
            "",
            "Differences have paired bootstrap intervals: both runs are scored on the same resamples of the volumes. "
                    + "This requires the same volumes and labels, which are compared by content; runs with other ones "
                    + "are listed without a difference.",
            "",
            "Example:",
            "  medmnist compare runs/plain runs/augmented --out compared.html",
            ""
        })
public final class CompareCommand implements Callable<Integer> {
    @Spec
    private CommandSpec command;

    @Parameters(
            paramLabel = "RUN",
            arity = "2..*",
            description = "The runs' folders; the others are compared with the first.")
    private List<Path> folders;

    @Option(names = "--out", paramLabel = "FILE.html", description = "Page to write. Default: none")
    private @Nullable Path out;

    @Option(
            names = "--split",
            paramLabel = "SPLIT",
            defaultValue = "test",
            description = "val or test. Default: ${DEFAULT-VALUE}")
    private SplitName split;

    @Mixin
    private RunDataOptions runDataOptions;

    @Mixin
    private DeviceOptions deviceOptions;

    @Override
    public Integer call() {
        Set<Path> seen = new HashSet<>();
        for (Path folder : folders) {
            if (!seen.add(folder.toAbsolutePath().normalize())) {
                throw new ParameterException(
                        command.commandLine(), "run " + folder + " is given twice; name different runs");
            }
        }
        List<RunFiles> runs = folders.stream().map(RunFiles::open).toList();
        if (out != null) {
            AtomicFile.requireWritable(out);
        }
        Device device = deviceOptions.open();
        Console console = new Console(command.commandLine().getOut());
        Comparison comparison = new Comparison(split.name(), TrainSettings.SEED);
        for (RunFiles run : runs) {
            VolumeData data = runDataOptions.load(run, Requirement.of("medmnist compare", split.name()));
            EnsembleSettings settings = new EnsembleSettings(
                    EnsembleWeights.defaults(run.members().size()),
                    Optional.empty(),
                    false,
                    Predictor.Augmentation.OFF);
            comparison.add(
                    run,
                    EnsembleCommand.load(
                            TrainedModel.of(run), data, data.split(split.name()), device, settings, console));
        }
        console.line(comparison.toText().stripTrailing());
        if (out != null) {
            AtomicFile.write(out, ComparisonPage.html(comparison));
            console.line("Written to " + out);
        }
        return 0;
    }
}
