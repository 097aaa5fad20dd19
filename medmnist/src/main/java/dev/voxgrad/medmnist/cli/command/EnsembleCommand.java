package dev.voxgrad.medmnist.cli.command;

import java.nio.file.Path;
import java.util.concurrent.Callable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import dev.voxgrad.engine.device.Device;
import dev.voxgrad.medmnist.cli.options.DeviceOptions;
import dev.voxgrad.medmnist.cli.options.EnsembleOptions;
import dev.voxgrad.medmnist.cli.options.RunDataOptions;
import dev.voxgrad.medmnist.cli.ui.Console;
import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.ensemble.EnsembleReport;
import dev.voxgrad.medmnist.ensemble.EnsembleSettings;
import dev.voxgrad.medmnist.ensemble.Evaluation;
import dev.voxgrad.medmnist.run.RunFiles;

/** {@code medmnist ensemble}. */
@Command(
        name = "ensemble",
        header = "Combines and evaluates the members of a run.",
        sortOptions = false,
        description = {
            "Combines the members of a run: softmax of the weighted mean of the logits of their last and best models.",
            "Prints every model alone, the uniform and the weighted ensemble, and appends both to the run's summary.csv.",
            "",
            "Weights may be fitted to the validation split. Some hundred volumes are soon overfitted, so the uniform ensemble"
                    + " is always there to compare with.",
            "",
            "Examples:",
            "  medmnist ensemble runs/adrenal",
            "  medmnist ensemble --run runs/adrenal --best-weight 1 --last-weight 0",
            "  medmnist ensemble runs/adrenal --weights stacked --temperature --tta 8",
            ""
        })
public final class EnsembleCommand implements Callable<Integer> {
    @Spec
    private CommandSpec command;

    @Parameters(paramLabel = "RUN", arity = "0..1", description = "Folder that train has made.")
    private Path runArgument;

    @Option(names = "--run", paramLabel = "RUN", description = "The same, as an option.")
    private Path runOption;

    @Mixin
    private EnsembleOptions ensembleOptions;

    @Mixin
    private RunDataOptions runDataOptions;

    @Mixin
    private DeviceOptions deviceOptions;

    @Override
    public Integer call() {
        Path folder = runFolder();
        ensembleOptions.check();
        RunFiles run = RunFiles.open(folder);
        EnsembleSettings settings = ensembleOptions.settings(run);
        Device device = deviceOptions.open();
        VolumeData data = runDataOptions.load(run);
        evaluate(
                run,
                data,
                data.split(ensembleOptions.split().name()),
                device,
                settings,
                new Console(command.commandLine().getOut()));
        return 0;
    }

    private Path runFolder() {
        if (runArgument == null && runOption == null) {
            throw wrongUse("Missing required option: '--run=RUN', or the run's folder by itself");
        }
        if (runArgument != null && runOption != null) {
            throw wrongUse("--run " + runOption + " and " + runArgument + " both name a run; give one of them");
        }
        return runArgument == null ? runOption : runArgument;
    }

    private ParameterException wrongUse(String message) {
        return new ParameterException(command.commandLine(), message);
    }

    /** Evaluates, shows and saves an ensemble, in this order: a full disk does not hide what was found. */
    static void evaluate(
            RunFiles run, VolumeData data, Split split, Device device, EnsembleSettings settings, Console console) {
        EnsembleReport report = new EnsembleReport(run, load(run, data, split, device, settings, console));
        console.line(report.toText().stripTrailing());
        report.save();
    }

    /** Evaluates an ensemble, and shows how far that is. */
    static Evaluation load(
            RunFiles run, VolumeData data, Split split, Device device, EnsembleSettings settings, Console console) {
        int models = run.members().size() * 2;
        Evaluation evaluation = Evaluation.load(
                run,
                data,
                split,
                device,
                settings,
                (of, done) -> console.status("model " + done + "/" + models + " on the " + of.name() + " split"));
        console.clear();
        return evaluation;
    }
}
