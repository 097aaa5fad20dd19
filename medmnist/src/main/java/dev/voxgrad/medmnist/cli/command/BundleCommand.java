package dev.voxgrad.medmnist.cli.command;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import dev.voxgrad.engine.device.Device;
import dev.voxgrad.medmnist.baseline.BaselineFiles;
import dev.voxgrad.medmnist.baseline.TrainedBaseline;
import dev.voxgrad.medmnist.bundle.BaselineCard;
import dev.voxgrad.medmnist.bundle.BundleReadme;
import dev.voxgrad.medmnist.bundle.BundleWriter;
import dev.voxgrad.medmnist.bundle.ModelCard;
import dev.voxgrad.medmnist.cli.options.DeviceOptions;
import dev.voxgrad.medmnist.cli.options.EnsembleChoice;
import dev.voxgrad.medmnist.cli.options.RunDataOptions;
import dev.voxgrad.medmnist.cli.ui.Console;
import dev.voxgrad.medmnist.data.Requirement;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.ensemble.EnsembleSettings;
import dev.voxgrad.medmnist.ensemble.Evaluation;
import dev.voxgrad.medmnist.io.AtomicFile;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.model.EnsembleWeights;
import dev.voxgrad.medmnist.model.TrainedModel;
import dev.voxgrad.medmnist.run.RunFiles;
import dev.voxgrad.medmnist.train.Predictor;

/** Runs {@code medmnist bundle}. */
@Command(
        name = "bundle",
        header = "Packs a trained run into one file for others.",
        sortOptions = false,
        description = {
            "Writes the weights of a run, its settings and label names, a model card and a README to one ZIP file, "
                    + "which 'medmnist predict' and other commands take like the run.",
            "The model card has the results on the test split with their intervals, so the run's volumes are needed. "
                    + "Neither volumes nor folder names of this machine are in the file. The same run gives the same "
                    + "bytes.",
            "",
            "Examples:",
            "  medmnist bundle runs/adrenal --out adrenal.zip",
            "  medmnist bundle runs/adrenal --members 0,2 --ensemble greedy --out adrenal.zip",
            "  medmnist bundle runs/adrenal-base --out base.zip",
            "  medmnist predict adrenal.zip --npz new.npz --out scores.csv",
            ""
        })
public final class BundleCommand implements Callable<Integer> {
    @Spec
    private CommandSpec command;

    @Parameters(paramLabel = "RUN", description = "The run's folder, as created by train or baseline.")
    private Path folder;

    @Option(names = "--out", paramLabel = "MODEL.zip", required = true, description = "File to write; it must be new.")
    private Path out;

    @Mixin
    private EnsembleChoice ensembleChoice;

    @Option(
            names = "--without-results",
            description =
                    "Do not evaluate the model; the model card then says so. Needs no volumes, unless --ensemble does.")
    private boolean withoutResults;

    @Mixin
    private RunDataOptions runDataOptions;

    @Mixin
    private DeviceOptions deviceOptions;

    @Override
    public Integer call() {
        if (Files.exists(out)) {
            throw new DataFileException(out.toString(), "exists already; remove it first, or choose another --out");
        }
        AtomicFile.requireWritable(out);
        if (BaselineFiles.isBaseline(folder)) {
            bundleBaseline();
            return 0;
        }
        RunFiles run = RunFiles.open(folder);
        TrainedModel model = ensembleChoice.members(TrainedModel.of(run));
        EnsembleSettings settings = ensembleChoice.settings(model, Predictor.Augmentation.OFF);
        if (withoutResults && settings.needsValidation()) {
            throw new ParameterException(
                    command.commandLine(),
                    "--ensemble " + ensembleChoice.words()
                            + " needs the validation split; leave out --without-results");
        }
        Optional<Evaluation> evaluation =
                withoutResults ? Optional.empty() : Optional.of(evaluate(run, model, settings));
        EnsembleWeights weights =
                evaluation.map(found -> found.weighted().weights()).orElse(settings.given());
        BundleWriter.write(
                model,
                weights,
                ensembleChoice.words(),
                ModelCard.text(model, weights, ensembleChoice.words(), evaluation),
                BundleReadme.text(model),
                out);
        new Console(command.commandLine().getOut())
                .line(out + "  " + model.files().size() + " models of "
                        + model.members().size() + " members");
        return 0;
    }

    private void bundleBaseline() {
        if (ensembleChoice.isGiven()) {
            throw new ParameterException(
                    command.commandLine(),
                    "--ensemble and --members are for nets, and " + folder + " is a baseline; leave them out");
        }
        try (TrainedBaseline model = TrainedBaseline.open(folder)) {
            boolean hasResults = !withoutResults && model.info().volumes().test() > 0;
            Optional<VolumeData> data = !hasResults
                    ? Optional.empty()
                    : Optional.of(runDataOptions.load(model.info(), Requirement.of("medmnist bundle", "test")));
            BundleWriter.write(model, BaselineCard.text(model, data), out);
            new Console(command.commandLine().getOut())
                    .line(out + "  " + model.info().chosen().size() + " models of a baseline");
        }
    }

    private Evaluation evaluate(RunFiles run, TrainedModel model, EnsembleSettings settings) {
        Device device = deviceOptions.open();
        VolumeData data = runDataOptions.load(run, Requirement.of("medmnist bundle", "test"));
        return EnsembleCommand.load(
                model,
                data,
                data.test(),
                device,
                settings,
                new Console(command.commandLine().getOut()));
    }
}
