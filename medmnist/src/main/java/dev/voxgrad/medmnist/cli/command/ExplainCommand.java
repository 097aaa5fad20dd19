package dev.voxgrad.medmnist.cli.command;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
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
import dev.voxgrad.medmnist.cli.options.DeviceOptions;
import dev.voxgrad.medmnist.cli.options.ExplanationOptions;
import dev.voxgrad.medmnist.cli.options.MemberList;
import dev.voxgrad.medmnist.cli.options.RunDataOptions;
import dev.voxgrad.medmnist.cli.options.SplitName;
import dev.voxgrad.medmnist.cli.ui.Console;
import dev.voxgrad.medmnist.cli.ui.StepProgress;
import dev.voxgrad.medmnist.data.Requirement;
import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.ensemble.Answer;
import dev.voxgrad.medmnist.ensemble.Ensemble;
import dev.voxgrad.medmnist.explain.Attribution;
import dev.voxgrad.medmnist.explain.Explainer;
import dev.voxgrad.medmnist.explain.IntegratedGradients;
import dev.voxgrad.medmnist.explain.Method;
import dev.voxgrad.medmnist.model.EnsembleWeights;
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
            "Writes for each volume: a picture with three planes through the largest value, a .npz with the volume and "
                    + "the map, and the volume and the map as .nii.gz, for a viewer that shows one over the other. "
                    + "Those of an imported set have the place of the original scan, and open over it.",
            "",
            "A map shows what the net depends on, and not whether that is right. Compare several methods, and several "
                    + "members with --member.",
            "",
            "Examples:",
            "  medmnist explain runs/adrenal --index 12 --out why",
            "  medmnist explain runs/adrenal --worst 5 --method integrated-gradients --out why",
            "  medmnist explain runs/adrenal --index 12 --class hyperplasia --method occlusion --stride 2 --out why",
            ""
        })
public final class ExplainCommand implements Callable<Integer> {
    private static final int MOST_VOLUMES = 1000;
    /** A larger part of the difference that is attributed to no voxel deserves a warning. */
    private static final double INCOMPLETE = 0.05;

    @Spec
    private CommandSpec command;

    @Parameters(
            paramLabel = "RUN",
            description = "The run's folder, as created by train, or a bundle together with --npz or --root.")
    private Path runFolder;

    @ArgGroup(multiplicity = "1")
    private Volumes volumes;

    /** Chooses the volumes to explain. */
    private static final class Volumes {
        @Option(
                names = "--index",
                paramLabel = "I[,I]",
                split = ",",
                description = "Indices of the volumes in their split, from 0.")
        private @Nullable List<Integer> indices;

        @Option(
                names = "--worst",
                paramLabel = "N",
                description = "The N wrong answers in which the ensemble is most confident.")
        private @Nullable Integer worst;
    }

    @Option(
            names = "--split",
            paramLabel = "SPLIT",
            defaultValue = "test",
            description = "train, val or test. Default: ${DEFAULT-VALUE}")
    private SplitName split;

    @Option(
            names = "--class",
            paramLabel = "C",
            description = "Class, or label, whose logit is explained: its name, its number from 0, or 'true' for the "
                    + "true class of the volume. Default: the predicted one")
    private @Nullable String target;

    @Mixin
    private ExplanationOptions explanationOptions;

    @Option(
            names = {"--member", "--members"},
            paramLabel = "M[,M]",
            description = "Use only these members, such as 0 or 0-2,5. Default: all finished ones")
    private @Nullable String members;

    @Option(
            names = "--ensemble",
            paramLabel = "E",
            defaultValue = "weighted",
            description =
                    "weighted: a last model counts 0.5 and a best one 1.5, or as a bundle says; or uniform, last or "
                            + "best. Default: ${DEFAULT-VALUE}")
    private Weighting weighting;

    /** Weights the last and the best models of members. */
    private enum Weighting {
        weighted,
        uniform,
        last,
        best;

        EnsembleWeights of(TrainedModel model) {
            int members = model.members().size();
            return switch (this) {
                case weighted -> model.weights();
                case uniform -> EnsembleWeights.uniform(members);
                case last -> EnsembleWeights.groups(1, 0, members);
                case best -> EnsembleWeights.groups(0, 1, members);
            };
        }
    }

    @Option(names = "--out", paramLabel = "DIR", required = true, description = "Folder for the files.")
    private Path out;

    @Mixin
    private RunDataOptions runDataOptions;

    @Mixin
    private DeviceOptions deviceOptions;

    @Override
    public Integer call() {
        explanationOptions.check();
        if (volumes.worst != null && (volumes.worst < 1 || volumes.worst > MOST_VOLUMES)) {
            throw wrongUse("--worst is " + volumes.worst + "; expected 1 to " + MOST_VOLUMES);
        }
        try (TrainedModel all = TrainedModel.open(runFolder)) {
            explain(
                    MemberList.choose(command, members, all),
                    new Console(command.commandLine().getOut()));
        }
        return 0;
    }

    private void explain(TrainedModel model, Console console) {
        Device device = deviceOptions.open();
        VolumeData data = runDataOptions.load(model.run(), Requirement.of("medmnist explain", split.name()));
        Split chosen = data.split(split.name());
        requireIndices(chosen);
        explain(
                new Explainer(model, weighting.of(model), data, chosen, device),
                explanationOptions.method(chosen.shape()),
                console);
    }

    private void requireIndices(Split chosen) {
        for (int index : volumes.indices == null ? List.<Integer>of() : volumes.indices) {
            if (index < 0 || index >= chosen.size()) {
                throw wrongUse("--index is " + index + "; " + chosen.name() + " has " + chosen.size()
                        + " volumes, so expected 0 to " + (chosen.size() - 1));
            }
        }
    }

    private void explain(Explainer explainer, Method method, Console console) {
        ExplanationFiles files = new ExplanationFiles(
                out,
                explainer.split(),
                method,
                runDataOptions.file(explainer.model().run()));
        List<Answer> answers = answers(explainer, console);
        List<Explainer.Question> questions = answers.stream()
                .map(answer -> new Explainer.Question(answer.volume(), target(answer, explainer.data())))
                .toList();
        StepProgress progress = new StepProgress(console, method.title(), explainer.steps(questions, method));
        List<Explainer.Explanation> explanations = explainer.explain(questions, method, progress::done);
        console.clear();
        for (int i = 0; i < answers.size(); i++) {
            Explainer.Explanation explanation = explanations.get(i);
            print(console, answers.get(i), explanation, explainer);
            if (method instanceof IntegratedGradients) {
                printCompleteness(console, explanation.attribution());
            }
            console.line("  Written to " + files.write(explanation));
        }
    }

    /** Returns the ensemble's answers for the requested volumes. */
    private List<Answer> answers(Explainer explainer, Console console) {
        if (volumes.indices == null) {
            return worst(explainer, console);
        }
        double[][] scores = Predictor.probabilities(explainer.data().task(), explainer.logits(volumes.indices));
        List<Answer> answers = new ArrayList<>();
        for (int i = 0; i < scores.length; i++) {
            answers.add(Answer.of(explainer.data(), explainer.split(), volumes.indices.get(i), scores[i]));
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
        int named = names.indexOf(target);
        for (int number = 0; named < 0 && number < names.size(); number++) {
            named = target.equals(String.valueOf(number)) ? number : named;
        }
        if (named < 0) {
            throw wrongUse("--class is '" + target + "'; expected one of " + names + ", its number from 0, or 'true'");
        }
        return named;
    }

    private void print(Console console, Answer answer, Explainer.Explanation explanation, Explainer explainer) {
        List<String> names = explainer.data().labelNames();
        Attribution attribution = explanation.attribution();
        console.line(String.format(
                Locale.ROOT,
                "%s volume %d %s with probability %.3f",
                explainer.split().name(),
                answer.volume(),
                answer.words(names),
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
