package dev.voxgrad.medmnist.cli.command;

import java.nio.file.Path;
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
import dev.voxgrad.medmnist.cli.options.EnsembleOptions;
import dev.voxgrad.medmnist.cli.options.RunDataOptions;
import dev.voxgrad.medmnist.cli.ui.Console;
import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.ensemble.EnsembleReport;
import dev.voxgrad.medmnist.ensemble.EnsembleSettings;
import dev.voxgrad.medmnist.ensemble.Evaluation;
import dev.voxgrad.medmnist.model.TrainedModel;
import dev.voxgrad.medmnist.run.RunFiles;

/** Runs {@code medmnist ensemble}. */
@Command(
        name = "ensemble",
        header = "Combines and evaluates the members of a run.",
        sortOptions = false,
        description = {
            "Combines the members of a run: softmax of the weighted mean of the logits of their last and best models.",
            "Prints the metrics of every single model, of the uniform and of the weighted ensemble, and appends those "
                    + "of both ensembles to the run's summary.csv.",
            "",
            "Weights can be fitted to the validation split. A few hundred volumes are easy to overfit, so the uniform "
                    + "ensemble is always shown for comparison.",
            "",
            "Examples:",
            "  medmnist ensemble runs/adrenal",
            "  medmnist ensemble runs/adrenal --best-weight 1 --last-weight 0",
            "  medmnist ensemble runs/adrenal --weights stacked --temperature --tta 8",
            ""
        })
public final class EnsembleCommand implements Callable<Integer> {
    @Spec
    private CommandSpec command;

    @Parameters(paramLabel = "RUN", arity = "0..1", description = "The run's folder, as created by train.")
    private @Nullable Path runArgument;

    @Option(names = "--run", paramLabel = "RUN", description = "The same as RUN, as an option.")
    private @Nullable Path runOption;

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
        VolumeData data = runDataOptions.load(run, ensembleOptions.requirement("medmnist ensemble"));
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
        if (runArgument != null && runOption != null) {
            throw wrongUse("--run " + runOption + " and " + runArgument + " both name a run; give one of them");
        }
        Path folder = runArgument == null ? runOption : runArgument;
        if (folder == null) {
            throw wrongUse("Missing required parameter: 'RUN', the run's folder");
        }
        return folder;
    }

    private ParameterException wrongUse(String message) {
        return new ParameterException(command.commandLine(), message);
    }

    /** Evaluates, prints and saves an ensemble, in this order, so that a full disk does not hide the result. */
    static void evaluate(
            RunFiles run, VolumeData data, Split split, Device device, EnsembleSettings settings, Console console) {
        EnsembleReport report =
                new EnsembleReport(run, load(TrainedModel.of(run), data, split, device, settings, console));
        console.line(report.toText().stripTrailing());
        report.save();
    }

    /** Evaluates an ensemble and shows the progress. */
    static Evaluation load(
            TrainedModel model,
            VolumeData data,
            Split split,
            Device device,
            EnsembleSettings settings,
            Console console) {
        int models = model.files().size();
        Evaluation evaluation = Evaluation.load(
                model,
                data,
                split,
                device,
                settings,
                (of, done) -> console.status("model " + done + "/" + models + " on the " + of.name() + " split"));
        console.clear();
        return evaluation;
    }
}
