package dev.voxgrad.medmnist.cli.command;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import dev.voxgrad.engine.device.Device;
import dev.voxgrad.medmnist.cli.options.DataOptions;
import dev.voxgrad.medmnist.cli.options.DeviceOptions;
import dev.voxgrad.medmnist.cli.options.EnsembleChoice;
import dev.voxgrad.medmnist.cli.options.ExplanationOptions;
import dev.voxgrad.medmnist.cli.options.ScanOptions;
import dev.voxgrad.medmnist.cli.options.SplitName;
import dev.voxgrad.medmnist.cli.ui.Console;
import dev.voxgrad.medmnist.cli.ui.StepProgress;
import dev.voxgrad.medmnist.data.NewVolumes;
import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.ensemble.Answer;
import dev.voxgrad.medmnist.ensemble.Ensemble;
import dev.voxgrad.medmnist.explain.Attribution;
import dev.voxgrad.medmnist.explain.Explainer;
import dev.voxgrad.medmnist.explain.IntegratedGradients;
import dev.voxgrad.medmnist.explain.Method;
import dev.voxgrad.medmnist.importing.PlacedVolumes;
import dev.voxgrad.medmnist.model.TrainedModel;
import dev.voxgrad.medmnist.train.Predictor;

/** Runs {@code medmnist explain}. */
@Command(
        name = "explain",
        header = "Shows which voxels an answer depends on.",
        sortOptions = false,
        description = {
            "Computes, for each voxel of a volume, how much it contributes to the logit of a class: by default of the "
                    + "class that the ensemble predicts. The map of an ensemble is the weighted mean of its nets' "
                    + "maps.",
            "",
            "Volumes are those of --npz, --nifti or --flag, with or without labels, or else those of the run itself, "
                    + "as for 'medmnist predict'.",
            "",
            "Writes for each volume: a picture with three planes through the largest value, a .npz with the volume and "
                    + "the map, and the volume and the map as .nii.gz, for a viewer that shows one over the other. "
                    + "Those of scans, and of an imported set, have the place of the original scan, and open "
                    + "over it.",
            "",
            "A map shows what the net depends on, and not whether that is right. Compare several methods, and several "
                    + "members with --member.",
            "",
            "Examples:",
            "  medmnist explain runs/adrenal --index 12 --out why",
            "  medmnist explain runs/adrenal --worst 5 --method integrated-gradients --out why",
            "  medmnist explain runs/adrenal --index 12 --class hyperplasia --method occlusion --stride 2 --out why",
            "  medmnist explain lungs.zip --nifti scans --index p7.nii.gz --out why",
            ""
        })
public final class ExplainCommand implements Callable<Integer> {
    private static final int MOST_VOLUMES = 1000;
    /** A larger part of the difference that is attributed to no voxel deserves a warning. */
    private static final double INCOMPLETE = 0.05;

    @Spec
    private CommandSpec command;

    @Parameters(paramLabel = "RUN|MODEL.zip", description = "The run's folder, as created by train, or a bundle.")
    private Path modelPath;

    @ArgGroup(multiplicity = "1")
    private Volumes volumes;

    /** Chooses the volumes to explain. */
    private static final class Volumes {
        @Option(
                names = "--index",
                paramLabel = "I[,I]",
                split = ",",
                description = "Volumes by their numbers from 0, or by the file names of their scans.")
        private @Nullable List<String> indices;

        @Option(
                names = "--worst",
                paramLabel = "N",
                description = "The N wrong answers in which the ensemble is most confident; requires labels.")
        private @Nullable Integer worst;
    }

    @Option(
            names = "--split",
            paramLabel = "SPLIT",
            description = "train, val or test. Default: test; or the array images of --npz if there is one, or the "
                    + "only split that it contains")
    private @Nullable SplitName split;

    @Option(
            names = "--class",
            paramLabel = "C",
            description = "Class, or label, whose logit is explained: its name, its number from 0, or 'true' for the "
                    + "true class of the volume. Default: the predicted one")
    private @Nullable String target;

    @Mixin
    private ExplanationOptions explanationOptions;

    @Mixin
    private EnsembleChoice ensembleChoice;

    @Option(names = "--out", paramLabel = "DIR", required = true, description = "Folder for the files.")
    private Path out;

    @Mixin
    private DataOptions dataOptions;

    @Mixin
    private ScanOptions scanOptions;

    @Mixin
    private DeviceOptions deviceOptions;

    @Override
    public Integer call() {
        explanationOptions.check();
        if (volumes.worst != null && (volumes.worst < 1 || volumes.worst > MOST_VOLUMES)) {
            throw wrongUse("--worst is " + volumes.worst + "; expected 1 to " + MOST_VOLUMES);
        }
        dataOptions.checkForModel();
        scanOptions.check(dataOptions);
        try (TrainedModel model = TrainedModel.open(modelPath)) {
            explain(
                    new AppliedModel(command, ensembleChoice.members(model), dataOptions, scanOptions, ensembleChoice),
                    new Console(command.commandLine().getOut()));
        }
        return 0;
    }

    private void explain(AppliedModel applied, Console console) {
        Device device = deviceOptions.open();
        PlacedVolumes placed = applied.volumes(Optional.ofNullable(split), false);
        NewVolumes all = placed.volumes();
        requireLabels(all);
        List<Integer> numbers = volumes.indices == null
                ? List.of()
                : volumes.indices.stream().map(index -> number(index, all)).toList();
        Explainer explainer = new Explainer(
                applied.model(), applied.weights(Predictor.Augmentation.OFF, device), all.data(), all.split(), device);
        Method method = explanationOptions.method(all.split().shape());
        List<Answer> answers = volumes.indices == null ? worst(explainer, console) : answers(explainer, numbers);
        explain(explainer, method, answers, placed, console);
    }

    private void requireLabels(NewVolumes all) {
        boolean wantsTruth = volumes.worst != null || "true".equals(target);
        if (wantsTruth && !all.isLabelled()) {
            throw wrongUse((volumes.worst != null ? "--worst" : "--class true") + " requires labels, and "
                    + all.data().name() + " has none; choose volumes with --index, and a class by its name");
        }
    }

    /** Returns the number of a volume, which is given by that or by the name of its scan. */
    private int number(String index, NewVolumes all) {
        int size = all.split().size();
        int number = position(index, all.names());
        if (number < 0) {
            throw wrongUse("--index is " + index + "; " + all.split().name() + " has " + size
                    + " volumes, so expected 0 to " + (size - 1) + ", or the name of a scan");
        }
        return number;
    }

    private void explain(
            Explainer explainer, Method method, List<Answer> answers, PlacedVolumes placed, Console console) {
        ExplanationFiles files = new ExplanationFiles(out, placed, method);
        List<Explainer.Question> questions = answers.stream()
                .map(answer -> new Explainer.Question(answer.volume(), target(answer, explainer.data())))
                .toList();
        StepProgress progress = new StepProgress(console, method.title(), explainer.steps(questions, method));
        List<Explainer.Explanation> explanations = explainer.explain(questions, method, progress::done);
        console.clear();
        for (int i = 0; i < answers.size(); i++) {
            Explainer.Explanation explanation = explanations.get(i);
            print(console, answers.get(i), explanation, explainer, placed);
            if (method instanceof IntegratedGradients) {
                printCompleteness(console, explanation.attribution());
            }
            console.line("  Written to " + files.write(explanation));
        }
    }

    /** Returns the ensemble's answers for some volumes. */
    private static List<Answer> answers(Explainer explainer, List<Integer> numbers) {
        double[][] scores = Predictor.probabilities(explainer.data().task(), explainer.logits(numbers));
        List<Answer> answers = new ArrayList<>();
        for (int i = 0; i < scores.length; i++) {
            answers.add(Answer.of(explainer.data(), explainer.split(), numbers.get(i), scores[i]));
        }
        return answers;
    }

    private List<Answer> worst(Explainer explainer, Console console) {
        Split chosen = explainer.split();
        int models = 2 * explainer.model().members().size();
        Ensemble ensemble = Ensemble.load(
                explainer.model(),
                explainer.data(),
                chosen,
                explainer.device(),
                Predictor.Augmentation.OFF,
                done -> console.status("model " + done + "/" + models + " on the " + chosen.name() + " split"));
        console.clear();
        List<Answer> wrong = Answer.mistakes(Answer.of(explainer.data(), chosen, ensemble.scores(explainer.weights())));
        if (wrong.isEmpty()) {
            console.line("No answer on the " + chosen.name() + " split is wrong.");
        }
        return wrong.subList(0, Math.min(wrong.size(), Objects.requireNonNull(volumes.worst)));
    }

    private int target(Answer answer, VolumeData data) {
        if (target == null) {
            return answer.logit();
        }
        if (target.equals("true")) {
            return answer.asked() < 0 ? answer.truth() : answer.asked();
        }
        List<String> names = data.labelNames();
        int named = position(target, names);
        if (named < 0) {
            throw wrongUse("--class is '" + target + "'; expected one of " + names + ", its number from 0, or 'true'");
        }
        return named;
    }

    /** Returns the position of a name in a list, or the position from 0 that the text is itself; −1 if it is neither. */
    private static int position(String text, List<String> names) {
        int position = names.indexOf(text);
        for (int i = 0; position < 0 && i < names.size(); i++) {
            position = text.equals(String.valueOf(i)) ? i : position;
        }
        return position;
    }

    private void print(
            Console console,
            Answer answer,
            Explainer.Explanation explanation,
            Explainer explainer,
            PlacedVolumes placed) {
        List<String> names = explainer.data().labelNames();
        Attribution attribution = explanation.attribution();
        console.line(String.format(
                Locale.ROOT,
                "%s %d%s %s with probability %.3f",
                SplitName.isKnown(explainer.split().name()) ? explainer.split().name() + " volume" : "volume",
                answer.volume(),
                placed.scan(answer.volume()).map(scan -> " (" + scan + ")").orElse(""),
                placed.volumes().isLabelled() ? answer.words(names) : answer.predictedWords(names),
                answer.confidence()));
        console.line(String.format(
                Locale.ROOT,
                "  logit of %s: %.4f; map %s",
                names.get(explanation.question().target()),
                attribution.logit(),
                attribution.map().peakWords()));
        console.line("  " + explanation.method()
                + (explanation.nets() == 1 ? "" : "; weighted mean of " + explanation.nets() + " nets"));
    }

    /** Reports whether the map adds up to what integrated gradients promise. */
    private void printCompleteness(Console console, Attribution attribution) {
        console.line(String.format(
                Locale.ROOT,
                "  sum of the map %.4f; logit minus that of the blank volume %.4f",
                attribution.map().sum(),
                attribution.logit() - attribution.blankLogit()));
        if (attribution.incompleteness() > INCOMPLETE) {
            Console.warnings(command)
                    .accept("the map misses " + Math.round(100 * attribution.incompleteness())
                            + " % of the difference that it should add up to; use more --steps");
        }
    }

    private ParameterException wrongUse(String message) {
        return new ParameterException(command.commandLine(), message);
    }
}
