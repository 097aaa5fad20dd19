package dev.voxgrad.medmnist.cli.command;

import java.nio.file.Path;
import java.util.List;
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
import picocli.CommandLine.Spec;

import dev.voxgrad.engine.device.Device;
import dev.voxgrad.medmnist.cli.options.CheckpointOption;
import dev.voxgrad.medmnist.cli.options.DataOptions;
import dev.voxgrad.medmnist.cli.options.DeviceOptions;
import dev.voxgrad.medmnist.cli.options.OptionValues;
import dev.voxgrad.medmnist.cli.options.ParallelOptions;
import dev.voxgrad.medmnist.cli.options.SearchOptions;
import dev.voxgrad.medmnist.cli.ui.Console;
import dev.voxgrad.medmnist.cli.ui.Version;
import dev.voxgrad.medmnist.data.Requirement;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.data.source.DataSource;
import dev.voxgrad.medmnist.metrics.ClassCoverage;
import dev.voxgrad.medmnist.run.IncompatibleRunException;
import dev.voxgrad.medmnist.run.RunInfo;
import dev.voxgrad.medmnist.search.SearchFiles;
import dev.voxgrad.medmnist.search.SearchInfo;
import dev.voxgrad.medmnist.search.space.Configuration;
import dev.voxgrad.medmnist.search.space.Hyperparameter;
import dev.voxgrad.medmnist.search.space.Space;
import dev.voxgrad.medmnist.search.strategy.Plan;
import dev.voxgrad.medmnist.text.ShellWords;
import dev.voxgrad.medmnist.train.Trainer;
import dev.voxgrad.medmnist.train.settings.TrainSettings;

/** Runs {@code medmnist search}: starts a search, or works on one that exists. */
@Command(
        name = "search",
        header = "Searches for good settings: nets, learning rates, augmentation and more.",
        sortOptions = false,
        description = {
            "Trains many configurations briefly, and only the best of them for longer (asynchronous successive halving,"
                    + " ASHA). Trials are compared by the AUC on the validation split; test is never looked at.",
            "",
            "  medmnist search --flag adrenalmnist3d --budget 30m --out runs/search",
            "  medmnist leaderboard runs/search          # while it runs, too",
            "  medmnist ensemble runs/search --top 5 --out runs/top",
            "",
            "A search can be interrupted at any moment, by Ctrl-C, a crash or a power cut. Resume it with",
            "  medmnist search --resume runs/search",
            "The same command, at the same time, adds a second process, on this machine or on another one that shares "
                    + "the folder. A process that has died is noticed, and its trial is taken over.",
            "",
            "With a budget in epochs and the same seed, a search by one process ends with the same leaderboard to the "
                    + "byte, however often it was interrupted; with --processes P, so does one by up to P processes. A "
                    + "budget in time is not reproducible.",
            "",
            "A search like that of MedMNIST's AutoKeras row (20 configurations of up to 20 epochs, of which the one with "
                    + "the best validation AUC counts) is",
            "  medmnist search --flag F --strategy random --trials 20 --epochs 20 --out S",
            ""
        })
public final class SearchCommand implements Callable<Integer> {
    @Spec
    private CommandSpec command;

    @Mixin
    private DataOptions dataOptions;

    @ArgGroup(multiplicity = "1")
    private Folder folder;

    /** The folder of a new search, or of one to work on. */
    private static final class Folder {
        @Option(names = "--out", paramLabel = "SEARCH", description = "New folder for the search.")
        private @Nullable Path out;

        @Option(
                names = "--resume",
                paramLabel = "SEARCH",
                description = "Work on this search. --budget, --threads, --checkpoint-minutes, --root and --npz may "
                        + "change; all else stays as it was started.")
        private @Nullable Path resume;
    }

    @Mixin
    private SearchOptions searchOptions;

    @Mixin
    private CheckpointOption checkpointOption;

    @Option(
            names = "--jobs",
            paramLabel = "N",
            description = "Train at most N trials in this process, each to its next rung, and end then; for a cluster, "
                    + "whose tasks should be short. Default: as long as there is something to do")
    private @Nullable Integer jobs;

    @Option(
            names = "--prepare",
            description = "Check everything, create the search, or change its budget, and train nothing; then "
                    + "--resume works on it, on any machines.")
    private boolean prepare;

    @Option(names = "--quiet", description = "Print no progress, only warnings and the end.")
    private boolean quiet;

    @Mixin
    private DeviceOptions deviceOptions;

    @Override
    public Integer call() {
        checkpointOption.longest();
        if (jobs != null) {
            OptionValues.requireWithin(command, "--jobs", jobs, Plan.MOST_TRIALS);
        }
        if (folder.resume != null) {
            resume(folder.resume);
        } else {
            start(Objects.requireNonNull(folder.out));
        }
        return 0;
    }

    /** Creates a new search; all options are checked before the data is loaded, and all data before the folder is made. */
    private void start(Path out) {
        DataSource source = dataOptions.benchmarkSource();
        TrainSettings base = searchOptions.base();
        Plan plan = searchOptions.plan();
        Optional<Space> ofFile = searchOptions.spaceOfFile();
        SearchFiles.requireEmpty(out);
        Device device = deviceOptions.open();
        VolumeData data = dataOptions.loadForTraining(source, base.preparation(), Requirement.TRAINING);
        Space space = ofFile.orElseGet(() -> searchOptions.defaultSpace(data));
        requireFitting(space, base, data, device);
        RunInfo run = NewRun.info(source, data, null, base, device);
        SearchInfo info =
                new SearchInfo(run, data.val().size(), space.toText().lines().toList(), plan);
        ClassCoverage.warnings(data, true).forEach(Console.warnings(command));
        work(SearchFiles.create(out, info), source, data, device);
    }

    /** Throws unless every net of a space can be trained with these volumes. */
    private static void requireFitting(Space space, TrainSettings base, VolumeData data, Device device) {
        String net = Hyperparameter.NET.flag();
        List<String> values = space.dimensions().stream()
                .filter(dimension -> dimension.name().equals(net))
                .flatMap(dimension -> dimension.domain().extremes().stream())
                .toList();
        Trainer.check(base, null, data, device);
        for (String value : values) {
            Trainer.check(Hyperparameter.apply(Configuration.EMPTY.with(net, value), base), null, data, device);
        }
    }

    /** Opens a search to work on; everything that must not change is checked before anything is changed. */
    private void resume(Path from) {
        searchOptions.requireOnlyBudget();
        SearchFiles search = SearchFiles.open(from);
        RunInfo run = search.info().run();
        search.info().requireVersion(Version.number(), from.toString());
        Device device = deviceOptions.openAsIn(run);
        DataSource source = dataOptions.moved(run);
        try {
            run.requireCompatible(device);
        } catch (IncompatibleRunException e) {
            throw new ParameterException(command.commandLine(), e.getMessage(), e);
        }
        VolumeData data = dataOptions.loadForTraining(source, run.settings().preparation(), Requirement.TRAINING);
        run.requireCompatible(data);
        if (!run.computesAs(device)) {
            Console.warnings(command)
                    .accept("the search was started on " + run.device() + "; here, results may differ in the last "
                            + "digits");
        }
        searchOptions.newPlan(search.info().plan()).ifPresent(search::changePlan);
        work(search, source, data, device);
    }

    private void work(SearchFiles search, DataSource source, VolumeData data, Device device) {
        Console console = new Console(command.commandLine().getOut(), quiet);
        if (prepare) {
            console.line("The search is prepared. Work on it with: medmnist search --resume "
                    + ShellWords.quote(search.folder()));
            return;
        }
        new SearchSession(search, source, data, device, console)
                .work(
                        checkpointOption.longest(),
                        ParallelOptions.workersFor(device, 1),
                        jobs == null ? Integer.MAX_VALUE : jobs);
    }

    private ParameterException wrongUse(String message) {
        return new ParameterException(command.commandLine(), message);
    }
}
