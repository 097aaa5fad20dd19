package dev.voxgrad.medmnist.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
import dev.voxgrad.medmnist.augment.Recipe;
import dev.voxgrad.medmnist.data.DataFileException;
import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.ensemble.Ensemble;
import dev.voxgrad.medmnist.ensemble.EnsembleReport;
import dev.voxgrad.medmnist.ensemble.EnsembleSettings;
import dev.voxgrad.medmnist.ensemble.EnsembleWeights;
import dev.voxgrad.medmnist.ensemble.WeightMethod;
import dev.voxgrad.medmnist.metrics.Metrics;
import dev.voxgrad.medmnist.train.Predictor;
import dev.voxgrad.medmnist.train.RunFiles;
import dev.voxgrad.medmnist.train.TrainSettings;

/** {@code medmnist ensemble}. */
@Command(name = "ensemble", header = "Combines and evaluates the members of a run.", sortOptions = false,
        description = {
    "Combines the members of a run: softmax of the weighted mean of the logits of their last and best models.",
    "Prints every model alone, the uniform and the weighted ensemble, and appends both to the run's summary.csv.",
    "",
    "--weights METHOD fits a weight for each model to the validation split, and never",
    "looks at test labels:",
    "  uniform         every model counts the same; nothing is fitted",
    "  validation-auc  a model's weight is its validation AUC",
    "  greedy          how often forward selection with replacement picks the model,",
    "                  by validation AUC (Caruana et al., ICML 2004)",
    "  stacked         zero or more, summing to one, with the least validation log-loss",
    "Some hundred validation volumes are soon overfitted, so the uniform ensemble is",
    "always there to compare with.",
    "",
    "Examples:",
    "  medmnist ensemble runs/adrenal",
    "  medmnist ensemble --run runs/adrenal --best-weight 1 --last-weight 0",
    "  medmnist ensemble runs/adrenal --weights stacked --temperature --tta 8",
    ""
})
final class EnsembleCommand implements Callable<Integer> {
    private static final int MOST_DRAWS = 1000;

    @Spec
    private CommandSpec command;

    @Parameters(paramLabel = "RUN", arity = "0..1", description = "Folder that train has made.")
    private Path runArgument;

    @Option(names = "--run", paramLabel = "RUN", description = "The same, as an option.")
    private Path runOption;

    @Option(names = "--split", paramLabel = "SPLIT", defaultValue = "test",
            description = "val or test. Default: ${DEFAULT-VALUE}")
    private SplitName split;

    @Option(names = "--weights", paramLabel = "METHOD|FILE",
            description = "A method as above, or all weights from a file with lines such as 'last = 0.5', "
                    + "'best = 1.5', 'member.0 = 1' (./greedy, if it has a method's name). Default: the weights of the "
                    + "next three options. Beside a method, those three multiply its weights where they are given.")
    private String weightsText;

    @Option(names = "--last-weight", paramLabel = "X",
            description = "Weight of all last models. Default: 0.5; beside a method, 1")
    private Double lastWeight;

    @Option(names = "--best-weight", paramLabel = "Y",
            description = "Weight of all best models. Default: 1.5; beside a method, 1")
    private Double bestWeight;

    @Option(names = "--member-weights", paramLabel = "W", split = ",",
            description = "One weight per member. Default: 1 each")
    private List<Double> memberWeights;

    @Option(names = "--tta", paramLabel = "N",
            description = "Test-time augmentation: take the mean of the logits over the plain volume and N random "
                    + "changes of it, on every split that is used. Takes N + 1 times as long.")
    private Integer draws;

    @Option(names = "--tta-augment", paramLabel = "R",
            description = "What --tta draws from: torchio, centred or none. Default: centred")
    private String drawAugment;

    @Option(names = "--seed", paramLabel = "S", description = "Decides the draws of --tta. Default: 1")
    private Long drawSeed;

    @Option(names = "--temperature",
            description = "Divide the logits by the one number with the least validation log-loss (Guo et al. 2017), "
                    + "so that scores are honest probabilities. No volume changes its class by it.")
    private boolean temperature;

    @Mixin
    private MovedData movedData;

    @Mixin
    private DeviceOptions deviceOptions;

    @Override
    public Integer call() {
        Path folder = runFolder();
        Optional<WeightMethod> method = Optional.ofNullable(weightsText).flatMap(WeightMethod::byFlag);
        if (weightsText != null && method.isEmpty()
                && (lastWeight != null || bestWeight != null || memberWeights != null)) {
            throw wrongUse("--weights excludes --last-weight, --best-weight and --member-weights, unless it names a "
                    + "method: " + WeightMethod.flags());
        }
        Predictor.Augmentation augmentation = augmentation();
        RunFiles run = RunFiles.open(folder);
        EnsembleSettings settings = new EnsembleSettings(
                weights(run.members().size(), method), method, temperature, augmentation);
        Device device = deviceOptions.open();
        VolumeData data = movedData.load(run);
        evaluate(run, data, data.split(split.name()), device, settings, new Console(command.commandLine().getOut()));
        return 0;
    }

    private ParameterException wrongUse(String message) {
        return new ParameterException(command.commandLine(), message);
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

    private Predictor.Augmentation augmentation() {
        if (draws == null) {
            if (drawAugment != null || drawSeed != null) {
                throw wrongUse((drawAugment != null ? "--tta-augment" : "--seed") + " goes with --tta N");
            }
            return Predictor.Augmentation.OFF;
        }
        if (draws < 1 || draws > MOST_DRAWS) {
            throw wrongUse("--tta is " + draws + "; expected 1 to " + MOST_DRAWS + ", or no --tta for plain volumes");
        }
        try {
            Recipe recipe = drawAugment == null ? Recipe.CENTRED : Recipe.byFlag(drawAugment);
            return new Predictor.Augmentation(draws, recipe, drawSeed == null ? TrainSettings.SEED : drawSeed);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), "--tta-" + e.getMessage(), e);
        }
    }

    /** As below, on plain volumes and with these weights. */
    static void evaluate(
            RunFiles run, VolumeData data, Split split, Device device, EnsembleWeights weights, Console console) {
        evaluate(run, data, split, device, EnsembleSettings.plain(weights), console);
    }

    /** Evaluates, shows and saves an ensemble, in this order: a full disk does not hide what was found. */
    static void evaluate(
            RunFiles run, VolumeData data, Split split, Device device, EnsembleSettings settings, Console console) {
        Metrics.requireDefined(data, split);
        if (settings.method().filter(WeightMethod::needsValidationAuc).isPresent()) {
            Metrics.requireDefined(data, data.val());
        }
        Ensemble ensemble = load(run, data, split, device, settings, console);
        Optional<Ensemble> validation = Optional.empty();
        if (settings.needsValidation()) {
            validation = Optional.of(
                    split == data.val() ? ensemble : load(run, data, data.val(), device, settings, console));
        }
        console.clear();
        EnsembleReport report = new EnsembleReport(run, ensemble, validation, settings);
        console.line(report.toText().stripTrailing());
        report.save();
    }

    private static Ensemble load(
            RunFiles run, VolumeData data, Split split, Device device, EnsembleSettings settings, Console console) {
        int models = run.members().size() * 2;
        return Ensemble.load(run, data, split, device, settings.augmentation(),
                done -> console.status("model " + done + "/" + models + " on the " + split.name() + " split"));
    }

    private EnsembleWeights weights(int members, Optional<WeightMethod> method) {
        if (weightsText != null && method.isEmpty()) {
            return weightsFile(members);
        }
        double last = lastWeight != null ? lastWeight : method.isPresent() ? 1 : EnsembleWeights.LAST;
        double best = bestWeight != null ? bestWeight : method.isPresent() ? 1 : EnsembleWeights.BEST;
        if (memberWeights != null && memberWeights.size() != members) {
            throw wrongUse("--member-weights has " + memberWeights.size() + " numbers, but the run has " + members
                    + " finished members");
        }
        try {
            return memberWeights == null
                    ? EnsembleWeights.groups(last, best, members) : new EnsembleWeights(last, best, memberWeights);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), e.getMessage(), e);
        }
    }

    private EnsembleWeights weightsFile(int members) {
        Path file = Path.of(weightsText);
        if (Files.notExists(file)) {
            throw new DataFileException(weightsText, "no such file, and no method either; --weights takes a file, "
                    + WeightMethod.flags());
        }
        return EnsembleWeights.read(file, members);
    }
}
