package dev.voxgrad.medmnist.cli.command;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import dev.voxgrad.engine.device.Device;
import dev.voxgrad.medmnist.cli.options.CheckpointOption;
import dev.voxgrad.medmnist.cli.options.DataOptions;
import dev.voxgrad.medmnist.cli.options.DeviceOptions;
import dev.voxgrad.medmnist.cli.options.FoldOptions;
import dev.voxgrad.medmnist.cli.options.HyperparameterOptions;
import dev.voxgrad.medmnist.cli.options.MemberList;
import dev.voxgrad.medmnist.cli.options.OptionValues;
import dev.voxgrad.medmnist.cli.options.ParallelOptions;
import dev.voxgrad.medmnist.cli.options.TrialOptions;
import dev.voxgrad.medmnist.cli.ui.Console;
import dev.voxgrad.medmnist.data.Requirement;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.data.source.DataSource;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.metrics.ClassCoverage;
import dev.voxgrad.medmnist.nets.NetSpec;
import dev.voxgrad.medmnist.run.IncompatibleRunException;
import dev.voxgrad.medmnist.run.RunFiles;
import dev.voxgrad.medmnist.run.RunInfo;
import dev.voxgrad.medmnist.text.ShellWords;
import dev.voxgrad.medmnist.train.Trainer;
import dev.voxgrad.medmnist.train.settings.CrossValidation;
import dev.voxgrad.medmnist.train.settings.TrainSettings;

/** Runs {@code medmnist train}: starts a run, resumes one, or tries one out. */
@Command(
        name = "train",
        header = "Trains the members of an ensemble.",
        sortOptions = false,
        description = {
            "Trains the members of an ensemble. Keeps two models of each member: the last one and the one with the best"
                    + " validation AUC.",
            "",
            "The defaults are those of the original study: 15 members of 500 epochs each, which takes weeks on a CPU; "
                    + "for the ResNets of MedMNIST's benchmark, those of MedMNIST's script (see --recipe). Start small:",
            "  medmnist train --flag adrenalmnist3d --download --models 3 --epochs 5 --out runs/adrenal",
            "",
            "A run can be interrupted at any moment, by Ctrl-C, a crash or a power cut. Resume it from its checkpoint "
                    + "with",
            "  medmnist train --resume runs/adrenal",
            "A resumed run ends with the same bytes as one that was never interrupted. Several processes, on machines "
                    + "that share the folder, can each train some --members of a run; 'medmnist status' shows all of "
                    + "them.",
            "",
            "Before a long run, check in a minute or two that everything works, and that the nets can learn:",
            "  medmnist train --flag adrenalmnist3d --download --models 3 --fast-dev-run",
            "  medmnist train --flag adrenalmnist3d --download --models 3 --overfit-one-batch",
            "",
            "The same seed gives the same weights, bit for bit, for any number of threads and workers.",
            ""
        })
public final class TrainCommand implements Callable<Integer> {
    @Spec
    private CommandSpec command;

    @Mixin
    private DataOptions dataOptions;

    @ArgGroup
    private @Nullable Folder folder;

    /** The folder of a new run, or of one to resume. */
    private static final class Folder {
        @Option(names = "--out", paramLabel = "RUN", description = "New folder for the run's weights and tables.")
        private @Nullable Path out;

        @Option(
                names = "--resume",
                paramLabel = "RUN",
                description =
                        "Resume this run with the settings that it was started with. --models may grow, and so may "
                                + "--epochs, unless the --schedule depends on it, as cosine and multistep do. "
                                + "--members, --threads, --workers, --checkpoint-minutes, --root and --npz may change.")
        private @Nullable Path resume;
    }

    @ArgGroup
    private @Nullable TrialOptions trial;

    @Mixin
    private HyperparameterOptions hyperparameterOptions;

    @Option(
            names = "--members",
            paramLabel = "LIST",
            description = "Members to train in this process, counted from 0, such as 0-4,7. Default: all")
    private @Nullable String members;

    @Mixin
    private FoldOptions foldOptions;

    @Mixin
    private CheckpointOption checkpointOption;

    @Mixin
    private ParallelOptions parallelOptions;

    @Option(
            names = "--prepare",
            description = "Check everything, create the run, or change its --models and --epochs, and train nothing; "
                    + "then --resume trains its members, on any machines.")
    private boolean prepare;

    @Option(names = "--quiet", description = "Print no progress, only warnings and the end.")
    private boolean quiet;

    @Mixin
    private DeviceOptions deviceOptions;

    @Override
    public Integer call() {
        Duration checkpoints = checkpointOption.longest();
        parallelOptions.check();
        if (trial != null) {
            if (prepare) {
                throw new ParameterException(
                        command.commandLine(), trial.option() + " creates no run, and --prepare only does; choose one");
            }
            tryOut(trial);
            return 0;
        }
        if (folder == null) {
            throw new ParameterException(
                    command.commandLine(),
                    "Missing required argument (specify one of these): (--out=RUN | --resume=RUN)");
        }
        Path path = folder.resume != null ? folder.resume : Objects.requireNonNull(folder.out);
        TrainingSession session = folder.resume != null ? resume(path) : start(path);
        if (prepare) {
            console()
                    .line("The run is prepared. Train its members with: medmnist train --resume "
                            + ShellWords.quote(path));
        } else {
            session.withCheckpoints(checkpoints).train();
        }
        return 0;
    }

    /** Creates a new run; all options are checked before the data is loaded, and all data before the folder is made. */
    private TrainingSession start(Path out) {
        DataSource source = dataOptions.source();
        TrainSettings settings = hyperparameterOptions.settings(source);
        CrossValidation crossValidation = foldOptions.crossValidation();
        List<Integer> chosen = chosen(settings);
        RunFiles.requireEmpty(out);
        foldOptions.warnIfUneven(crossValidation, settings);
        Device device = deviceOptions.open();
        List<? extends Device> more = parallelOptions.moreDevices(device, deviceOptions, chosen.size());
        VolumeData data = dataOptions.loadForTraining(source, settings.preparation(), Requirement.TRAINING);
        RunFiles run = NewRun.create(source, data, crossValidation, settings, device, out);
        warnOfMissingClasses(data, crossValidation);
        return new TrainingSession(run, data, device, console())
                .withMembers(chosen)
                .withDevices(more)
                .withWorkers(parallelOptions.workers(device));
    }

    /**
     * Tries out the settings of a new run without creating it; refuses everything that starting the run would refuse.
     */
    private void tryOut(TrialOptions tested) {
        OptionValues.requireWithin(command, tested.option(), tested.count(), TrialOptions.MOST);
        if (folder != null && folder.resume != null) {
            throw new ParameterException(
                    command.commandLine(),
                    tested.option()
                            + " tries out a new run and cannot be combined with --resume; give the run's settings "
                            + "instead");
        }
        DataSource source = dataOptions.source();
        TrainSettings settings = hyperparameterOptions.settings(source);
        CrossValidation crossValidation = foldOptions.crossValidation();
        List<NetSpec> tried =
                chosen(settings).stream().map(settings::netOf).distinct().toList();
        if (folder != null && folder.out != null) {
            RunFiles.requireEmpty(folder.out);
        }
        Device device = deviceOptions.open();
        VolumeData data = dataOptions.loadForTraining(source, settings.preparation(), Requirement.TRAINING);
        TrainSettings resolved = settings.resolved(data, crossValidation);
        Trainer.check(resolved, crossValidation, data, device);
        warnOfMissingClasses(data, crossValidation);
        VolumeData ofFirst = crossValidation == null ? data : crossValidation.around(0, data, settings.seed());
        if (tested.isFastDevRun()) {
            new FastDevRun(source, resolved, ofFirst, device, console()).run(tried, tested.count());
        } else {
            new OverfitTrial(resolved, ofFirst, device, tested.count(), console()).run(tried);
        }
    }

    private void warnOfMissingClasses(VolumeData data, @Nullable CrossValidation crossValidation) {
        ClassCoverage.warnings(data, crossValidation == null).forEach(Console.warnings(command));
    }

    /** Opens a run to resume; everything that must not change is checked before the run is changed. */
    private TrainingSession resume(Path from) {
        RunFiles run = RunFiles.open(from);
        RunInfo info = run.info();
        TrainSettings settings = hyperparameterOptions.settings(info.settings());
        compatible(() -> info.requireCompatible(settings));
        if (!run.hasCheckpoints()) {
            throw new DataFileException(
                    from.toString(),
                    "was started by a version without checkpoints and cannot be resumed; start a new run");
        }
        List<Integer> chosen = chosen(settings);
        compatible(() -> info.requireCompatible(foldOptions.crossValidation()));
        CrossValidation crossValidation = info.crossValidation();
        foldOptions.warnIfUneven(crossValidation, settings);
        Device device = deviceOptions.openAsIn(info);
        compatible(() -> info.requireCompatible(device));
        VolumeData data =
                dataOptions.loadForTraining(dataOptions.moved(info), settings.preparation(), Requirement.TRAINING);
        info.requireCompatible(data);
        Console console = console();
        if (!info.computesAs(device)) {
            console.warning(
                    "the run was started on " + info.device() + "; here, results may differ in the last digits");
        }
        TrainSettings resolved = settings.resolved(data, crossValidation);
        Trainer.check(resolved, crossValidation, data, device);
        if (!resolved.equals(info.settings())) {
            run.changeSettings(resolved);
        }
        return new TrainingSession(run, data, device, console)
                .withMembers(chosen)
                .withDevices(parallelOptions.moreDevices(device, deviceOptions, chosen.size()))
                .withWorkers(parallelOptions.workers(device));
    }

    /** Reports a run that cannot be resumed in this way as wrong use. */
    private void compatible(Runnable check) {
        try {
            check.run();
        } catch (IncompatibleRunException e) {
            throw new ParameterException(command.commandLine(), e.getMessage(), e);
        }
    }

    private Console console() {
        return new Console(command.commandLine().getOut(), quiet);
    }

    /** Returns the members that this process trains. */
    private List<Integer> chosen(TrainSettings settings) {
        try {
            return members == null ? MemberList.all(settings.models()) : MemberList.parse(members, settings.models());
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), "--" + e.getMessage(), e);
        }
    }
}
