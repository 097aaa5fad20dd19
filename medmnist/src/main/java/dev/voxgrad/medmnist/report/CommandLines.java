package dev.voxgrad.medmnist.report;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

import dev.voxgrad.engine.device.Devices;
import dev.voxgrad.medmnist.data.NameList;
import dev.voxgrad.medmnist.data.Preparation;
import dev.voxgrad.medmnist.data.source.DataSource;
import dev.voxgrad.medmnist.data.source.OfficialSet;
import dev.voxgrad.medmnist.data.source.OwnFile;
import dev.voxgrad.medmnist.data.source.Synthetic;
import dev.voxgrad.medmnist.ensemble.EnsembleSettings;
import dev.voxgrad.medmnist.ensemble.ModelLibrary;
import dev.voxgrad.medmnist.ensemble.SelectionSettings;
import dev.voxgrad.medmnist.model.EnsembleWeights;
import dev.voxgrad.medmnist.nets.NetSpec;
import dev.voxgrad.medmnist.run.RunInfo;
import dev.voxgrad.medmnist.text.ShellWords;
import dev.voxgrad.medmnist.train.Predictor;
import dev.voxgrad.medmnist.train.settings.ClassWeights;
import dev.voxgrad.medmnist.train.settings.TrainSettings;
import dev.voxgrad.medmnist.train.settings.TrainingOptions;

/** Writes the commands that reproduce a run, for a POSIX shell. */
final class CommandLines {
    private CommandLines() {}

    /**
     * Returns the command of the training, from {@code run.json}: settings are written out, including defaults, so that
     * it means the same in later versions; what is switched off is left out.
     *
     * @param out folder of the new run
     */
    static String train(RunInfo info, Path out) {
        List<String> words = new ArrayList<>(List.of("medmnist"));
        if (info.data() instanceof Synthetic) {
            words.add("quickstart");
        } else {
            words.add("train");
            words.addAll(data(info.data()));
            words.addAll(settings(info.settings()));
            if (info.crossValidation() != null) {
                words.addAll(
                        List.of("--folds", String.valueOf(info.crossValidation().folds())));
            }
        }
        words.addAll(device(info));
        words.addAll(List.of("--out", out.toString()));
        return ShellWords.line(words);
    }

    /** Returns the command for the ensemble of a run on a split. */
    static String ensemble(Path run, String split, EnsembleSettings settings) {
        return ShellWords.line(
                combined(List.of("medmnist", "ensemble", "--run", run.toString(), "--split", split), settings));
    }

    /** Returns the command for the ensemble of several runs, or of runs with baselines, on a split. */
    static String ensemble(ModelLibrary library, Path out, String split, EnsembleSettings settings) {
        List<String> words = new ArrayList<>(List.of("medmnist", "ensemble"));
        library.runs().forEach(run -> words.add(run.model().run().folder().toString()));
        library.baselines()
                .forEach(baseline ->
                        words.addAll(List.of("--with", baseline.files().folder().toString())));
        words.addAll(List.of("--out", out.toString(), "--split", split));
        return ShellWords.line(combined(words, settings));
    }

    /** Returns the command for the report of a run on a split. */
    static String report(Path run, String split, EnsembleSettings settings) {
        return ShellWords.line(combined(List.of("medmnist", "report", run.toString(), "--split", split), settings));
    }

    /** Adds options to a command. Weights are written out, wherever they came from, unless a method fits them again. */
    private static List<String> combined(List<String> begin, EnsembleSettings settings) {
        List<String> words = new ArrayList<>(begin);
        settings.method().ifPresent(method -> words.addAll(List.of("--weights", method.flag())));
        EnsembleWeights given = settings.given();
        if (settings.method().isEmpty() || !given.isUniform()) {
            words.addAll(List.of(
                    "--last-weight",
                    String.valueOf(given.last()),
                    "--best-weight",
                    String.valueOf(given.best()),
                    "--member-weights",
                    commas(given.members())));
            if (!given.baselines().isEmpty()) {
                words.addAll(List.of("--baseline-weights", commas(given.baselines())));
            }
        }
        Predictor.Augmentation augmentation = settings.augmentation();
        if (augmentation.draws() > 0) {
            words.addAll(List.of(
                    "--tta",
                    String.valueOf(augmentation.draws()),
                    "--tta-augment",
                    augmentation.recipe().flag(),
                    "--seed",
                    String.valueOf(augmentation.seed())));
        }
        if (settings.temperature()) {
            words.add("--temperature");
        }
        words.addAll(selection(settings));
        return words;
    }

    private static String commas(List<Double> weights) {
        return weights.stream().map(String::valueOf).collect(Collectors.joining(","));
    }

    /** Returns the options of greedy selection and of the folds, where they are not the usual ones. */
    private static List<String> selection(EnsembleSettings settings) {
        SelectionSettings selection = settings.selection();
        SelectionSettings usual = SelectionSettings.DEFAULT;
        List<String> words = new ArrayList<>();
        if (selection.bags() != usual.bags()) {
            words.addAll(List.of("--greedy-bags", String.valueOf(selection.bags())));
        }
        if (selection.best() != usual.best()) {
            words.addAll(List.of("--greedy-best", String.valueOf(selection.best())));
        }
        if (selection.seed() != usual.seed()) {
            words.addAll(List.of("--fit-seed", String.valueOf(selection.seed())));
        }
        return words;
    }

    private static List<String> data(DataSource source) {
        List<String> words = new ArrayList<>();
        switch (source) {
            case OfficialSet set ->
                words.addAll(List.of("--flag", set.flag(), "--size", String.valueOf(set.size()), "--root", set.root()));
            case OwnFile own -> {
                words.addAll(List.of("--npz", own.file()));
                if (!own.labels().isEmpty()) {
                    words.addAll(List.of("--labels", NameList.format(own.labels())));
                }
                if (own.task() != null) {
                    words.addAll(List.of("--task", own.task()));
                }
                if (own.window() != null) {
                    words.addAll(List.of("--window", own.window().toString()));
                }
            }
            case Synthetic _ -> {}
        }
        if (source.skipsBlank()) {
            words.add("--skip-blank");
        }
        return words;
    }

    private static List<String> settings(TrainSettings settings) {
        List<String> words = new ArrayList<>(List.of(
                "--models",
                String.valueOf(settings.models()),
                "--nets",
                settings.nets().stream().map(NetSpec::name).collect(Collectors.joining(",")),
                "--epochs",
                String.valueOf(settings.epochs()),
                "--batch-size",
                String.valueOf(settings.batchSize()),
                "--lr",
                String.valueOf(settings.learningRate()),
                "--weight-decay",
                String.valueOf(settings.weightDecay()),
                "--seed",
                String.valueOf(settings.seed()),
                "--augment",
                settings.augment()));
        words.addAll(List.of("--optimizer", settings.optimizer().flag()));
        words.addAll(List.of("--recipe", settings.recipe().flag()));
        words.addAll(preparation(settings.preparation()));
        words.addAll(List.of(
                "--start", settings.start().flag(), "--ties", settings.ties().flag()));
        words.addAll(regime(settings.options()));
        if (!settings.shuffle()) {
            words.add("--no-shuffle");
        }
        if (settings.initWeights() != null) {
            words.addAll(List.of("--init-weights", settings.initWeights()));
        }
        return words;
    }

    private static List<String> preparation(Preparation preparation) {
        return List.of(
                "--normalise",
                preparation.normalise().flag(),
                preparation.rgb() ? "--rgb" : "--no-rgb",
                preparation.shapeTransform() ? "--shape-transform" : "--no-shape-transform",
                "--scale",
                String.valueOf(preparation.scale()));
    }

    private static List<String> regime(TrainingOptions regime) {
        List<String> words = new ArrayList<>();
        words.addAll(List.of("--schedule", regime.schedule().flag()));
        if (regime.warmupEpochs() > 0) {
            words.addAll(List.of("--warmup-epochs", String.valueOf(regime.warmupEpochs())));
        }
        if (regime.clipNorm() > 0) {
            words.addAll(List.of("--clip-norm", String.valueOf(regime.clipNorm())));
        }
        if (regime.patience() > 0) {
            words.addAll(List.of("--patience", String.valueOf(regime.patience())));
        }
        if (!regime.classWeights().equals(ClassWeights.NONE)) {
            words.addAll(List.of("--class-weights", regime.classWeights().asked()));
        }
        if (regime.ema() > 0) {
            words.addAll(List.of("--ema", String.valueOf(regime.ema())));
        }
        return words;
    }

    private static List<String> device(RunInfo info) {
        List<String> words = new ArrayList<>();
        if (info.device() != null && Devices.isName(info.deviceName())) {
            words.addAll(List.of("--device", info.deviceName()));
        }
        if (info.convolution() != null) {
            words.addAll(List.of("--convolution", info.convolution()));
        }
        if (info.gpu() != null) {
            words.addAll(List.of("--precision", info.gpu().precision()));
            if (info.gpu().fastAlgorithms()) {
                words.add("--fast-algorithms");
            }
            words.addAll(List.of("--gpu-kernels", info.gpu().kernels()));
        }
        if (!info.fusion()) {
            words.add("--no-fusion");
        }
        return words;
    }
}
