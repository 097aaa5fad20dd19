package dev.voxgrad.medmnist.cli.command;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

import dev.voxgrad.engine.device.Device;
import dev.voxgrad.medmnist.cli.options.DeviceOptions;
import dev.voxgrad.medmnist.cli.options.EnsembleOptions;
import dev.voxgrad.medmnist.cli.options.LibraryOptions;
import dev.voxgrad.medmnist.cli.ui.Console;
import dev.voxgrad.medmnist.cli.ui.StepProgress;
import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.ensemble.EnsembleFolder;
import dev.voxgrad.medmnist.ensemble.EnsembleReport;
import dev.voxgrad.medmnist.ensemble.EnsembleSettings;
import dev.voxgrad.medmnist.ensemble.Evaluation;
import dev.voxgrad.medmnist.ensemble.ModelLibrary;
import dev.voxgrad.medmnist.io.RunFolder;
import dev.voxgrad.medmnist.model.TrainedModel;
import dev.voxgrad.medmnist.report.LibraryReport;
import dev.voxgrad.medmnist.run.RunFiles;

/** Runs {@code medmnist ensemble}. */
@Command(
        name = "ensemble",
        header = "Combines and evaluates the members of runs, and baselines.",
        sortOptions = false,
        description = {
            "Combines the members of a run: softmax of the weighted mean of the logits of their last and best models.",
            "Prints the metrics of every single model, of the uniform and of the weighted ensemble, and appends those "
                    + "of both ensembles to the run's summary.csv.",
            "",
            "Several runs on the same volumes are combined in the same way, and so are baselines, whose logits are the "
                    + "logarithms of their probabilities, those below 0.001 raised to that value. What a baseline adds "
                    + "is shown with a paired interval.",
            "",
            "Weights can be fitted to the validation split. A few hundred volumes are easy to overfit, so the uniform "
                    + "ensemble is always shown for comparison, and the optimism of the fit: how much better it looks "
                    + "on the validation split than on volumes that it was not fitted to.",
            "",
            "Examples:",
            "  medmnist ensemble runs/adrenal",
            "  medmnist ensemble runs/adrenal --best-weight 1 --last-weight 0",
            "  medmnist ensemble runs/adrenal --weights stacked --temperature --tta 8",
            "  medmnist ensemble runs/plain runs/augmented --with runs/base --out runs/combined",
            "  medmnist ensemble runs/search --top 5 --out runs/top",
            ""
        })
public final class EnsembleCommand implements Callable<Integer> {
    @Spec
    private CommandSpec command;

    @Mixin
    private LibraryOptions libraryOptions;

    @Mixin
    private EnsembleOptions ensembleOptions;

    @Mixin
    private DeviceOptions deviceOptions;

    @Override
    public Integer call() {
        ensembleOptions.check();
        List<LibraryOptions.NamedRun> runs = libraryOptions.runs();
        ModelLibrary library = libraryOptions.load(runs, ensembleOptions.requirement("medmnist ensemble"));
        EnsembleSettings settings = ensembleOptions.settings(library, libraryOptions.isTop());
        Path out = libraryOptions.out();
        if (out != null) {
            EnsembleFolder.require(out, library);
        }
        Device device = deviceOptions.open();
        String split = ensembleOptions.split().name();
        Console console = new Console(command.commandLine().getOut());
        Evaluation evaluation = load(library, data -> data.split(split), device, settings, console);
        EnsembleReport report = new EnsembleReport(library, evaluation);
        console.line(report.toText().stripTrailing());
        if (libraryOptions.isTop()) {
            console.line(
                    "\nThe trials were chosen by their AUC on the same validation volumes, which flatters them there.\n"
                            + "Choosing among many models on few volumes costs accuracy: compare with a smaller --top.");
        }
        if (out == null) {
            report.save(runs.getFirst().files().files());
        } else {
            RunFolder folder = EnsembleFolder.open(out, library);
            report.save(folder);
            folder.write(folder.file(EnsembleFolder.PAGE), LibraryReport.html(library, evaluation, out));
            console.line("Written to " + out + ": " + EnsembleFolder.PAGE + ", summary.csv");
        }
        return 0;
    }

    /** Evaluates, prints and saves the ensemble of a run, in this order, so that a full disk does not hide the result. */
    static void evaluate(
            RunFiles run, VolumeData data, Split split, Device device, EnsembleSettings settings, Console console) {
        ModelLibrary library = ModelLibrary.of(TrainedModel.of(run), data);
        EnsembleReport report = new EnsembleReport(library, load(library, volumes -> split, device, settings, console));
        console.line(report.toText().stripTrailing());
        report.save(run.files());
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

    /** Evaluates an ensemble, estimates how far validation flatters what is fitted to it, and shows the progress. */
    static Evaluation load(
            ModelLibrary library,
            Function<VolumeData, Split> split,
            Device device,
            EnsembleSettings settings,
            Console console) {
        int models = library.nets();
        Evaluation evaluation = Evaluation.load(
                library,
                split,
                device,
                settings,
                (of, done) -> console.status("model " + done + "/" + models + " on the " + of.name() + " split"));
        StepProgress progress = new StepProgress(console, "check of the fit:", evaluation.optimismFits());
        Evaluation estimated = evaluation.withOptimism(done -> progress.done(1));
        console.clear();
        return estimated;
    }
}
