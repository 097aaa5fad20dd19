package dev.voxgrad.medmnist.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import dev.voxgrad.engine.device.Device;
import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.ensemble.Ensemble;
import dev.voxgrad.medmnist.ensemble.EnsembleReport;
import dev.voxgrad.medmnist.ensemble.EnsembleWeights;
import dev.voxgrad.medmnist.train.DataSource;
import dev.voxgrad.medmnist.train.RunFiles;

/** {@code medmnist ensemble}. */
@Command(name = "ensemble", header = "Combines and evaluates the members of a run.", sortOptions = false,
        description = {
    "Combines the members of a run: softmax of the weighted mean of the logits of their last and best models.",
    "Prints every model alone, the uniform and the weighted ensemble, and appends both to the run's summary.csv.",
    "Example: medmnist ensemble --run runs/adrenal --best-weight 1 --last-weight 0",
    ""
})
final class EnsembleCommand implements Callable<Integer> {
    @Spec
    private CommandSpec command;

    @Option(names = "--run", paramLabel = "RUN", required = true, description = "Folder that train has made.")
    private Path runFolder;

    @Option(names = "--split", paramLabel = "SPLIT", defaultValue = "test",
            description = "val or test. Default: ${DEFAULT-VALUE}")
    private SplitName split;

    @Option(names = "--last-weight", paramLabel = "X", description = "Weight of all last models. Default: 0.5")
    private Double lastWeight;

    @Option(names = "--best-weight", paramLabel = "Y", description = "Weight of all best models. Default: 1.5")
    private Double bestWeight;

    @Option(names = "--member-weights", paramLabel = "W", split = ",",
            description = "One weight per member. Default: 1 each")
    private List<Double> memberWeights;

    @Option(names = "--weights", paramLabel = "FILE",
            description = "All weights from a file with lines such as 'last = 0.5', 'best = 1.5', 'member.0 = 1'.")
    private Path weightsFile;

    @Option(names = "--root", paramLabel = "D",
            description = "Folder of the official files, if they have moved since the training.")
    private Path root;

    @Option(names = "--npz", paramLabel = "FILE",
            description = "Your own volumes, if they have moved since the training.")
    private Path npz;

    @Mixin
    private DeviceOptions deviceOptions;

    @Override
    public Integer call() {
        if (weightsFile != null && (lastWeight != null || bestWeight != null || memberWeights != null)) {
            throw new ParameterException(command.commandLine(),
                    "--weights excludes --last-weight, --best-weight and --member-weights");
        }
        RunFiles run = RunFiles.open(runFolder);
        EnsembleWeights weights = weights(run.members().size());
        Device device = deviceOptions.open();
        VolumeData data = load(run);
        evaluate(run, data, data.split(split.name()), device, weights, new Console(command.commandLine().getOut()));
        return 0;
    }

    private VolumeData load(RunFiles run) {
        DataSource source = run.info().data();
        source = root == null ? source : source.withRoot(root);
        source = npz == null ? source : source.withFile(npz);
        Consumer<String> warnings = Console.warnings(command);
        VolumeData data = source.load(warnings);
        String trained = run.info().dataMd5();
        if (trained != null && !data.md5().equals(Optional.of(trained))) {
            warnings.accept(data.name() + " has changed since the training (its MD5 was " + trained + ")");
        }
        return data;
    }

    /** Evaluates, shows and saves an ensemble, in this order: a full disk does not hide what was found. */
    static void evaluate(
            RunFiles run, VolumeData data, Split split, Device device, EnsembleWeights weights, Console console) {
        int models = run.members().size() * 2;
        Ensemble ensemble = Ensemble.load(run, data, split, device,
                done -> console.status("model " + done + "/" + models + " on the " + split.name() + " split"));
        console.clear();
        EnsembleReport report = new EnsembleReport(run, data, split, ensemble, weights);
        console.line(report.toText().stripTrailing());
        report.save();
    }

    private EnsembleWeights weights(int members) {
        if (weightsFile != null) {
            return EnsembleWeights.read(weightsFile, members);
        }
        double last = lastWeight == null ? EnsembleWeights.LAST : lastWeight;
        double best = bestWeight == null ? EnsembleWeights.BEST : bestWeight;
        if (memberWeights != null && memberWeights.size() != members) {
            throw new ParameterException(command.commandLine(), "--member-weights has " + memberWeights.size()
                    + " numbers, but the run has " + members + " finished members");
        }
        try {
            return memberWeights == null
                    ? EnsembleWeights.groups(last, best, members) : new EnsembleWeights(last, best, memberWeights);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), e.getMessage(), e);
        }
    }
}
