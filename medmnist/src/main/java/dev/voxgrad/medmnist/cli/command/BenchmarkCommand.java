package dev.voxgrad.medmnist.cli.command;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import dev.voxgrad.engine.device.Device;
import dev.voxgrad.medmnist.benchmark.BenchmarkFolder;
import dev.voxgrad.medmnist.benchmark.BenchmarkResults;
import dev.voxgrad.medmnist.benchmark.PublishedRow;
import dev.voxgrad.medmnist.benchmark.RowFiles;
import dev.voxgrad.medmnist.benchmark.RowRecipe;
import dev.voxgrad.medmnist.cli.options.AutomaticRowOptions;
import dev.voxgrad.medmnist.cli.options.CheckpointOption;
import dev.voxgrad.medmnist.cli.options.DataOptions;
import dev.voxgrad.medmnist.cli.options.DeviceOptions;
import dev.voxgrad.medmnist.cli.options.MemberList;
import dev.voxgrad.medmnist.cli.options.OptionValues;
import dev.voxgrad.medmnist.cli.options.ParallelOptions;
import dev.voxgrad.medmnist.cli.ui.Console;
import dev.voxgrad.medmnist.data.Preparation;
import dev.voxgrad.medmnist.data.Requirement;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.data.source.DataSource;
import dev.voxgrad.medmnist.data.source.OfficialSet;
import dev.voxgrad.medmnist.data.source.OwnFile;
import dev.voxgrad.medmnist.data.source.Synthetic;
import dev.voxgrad.medmnist.nets.NetSpec;
import dev.voxgrad.medmnist.nets.Nets;
import dev.voxgrad.medmnist.run.IncompatibleRunException;
import dev.voxgrad.medmnist.run.RunFiles;
import dev.voxgrad.medmnist.run.RunInfo;
import dev.voxgrad.medmnist.train.Trainer;
import dev.voxgrad.medmnist.train.TrainingException;
import dev.voxgrad.medmnist.train.settings.TrainSettings;

/** Runs {@code medmnist benchmark}. */
@Command(
        name = "benchmark",
        header = "Trains rows of MedMNIST's benchmark, and shows them next to the published ones.",
        sortOptions = false,
        description = {
            "Trains nets of MedMNIST's benchmark by its official recipe, several runs each, evaluates every run on "
                    + "validation and test, and shows mean and deviation next to the published figures. Each net is a "
                    + "row, with a run's folder of its own in DIR.",
            "",
            "Whatever ends the command, Ctrl-C, a crash or a power cut: the same command continues, and ends with the "
                    + "same bytes. Rows can be trained one by one, in any order. Several processes, on machines that "
                    + "share DIR, can work at the same time: each takes a run that no other trains. The tables in DIR "
                    + "(benchmark.md, .csv and .html) show what is finished so far.",
            "",
            "Examples:",
            "  medmnist benchmark --flag adrenalmnist3d --download",
            "  medmnist benchmark --flag vesselmnist3d --rows resnet18-3d --out runs/vessel",
            "  medmnist benchmark --flag vesselmnist3d --show --out runs/vessel",
            "The published table with a baseline and a search in the rows of auto-sklearn and AutoKeras:",
            "  medmnist benchmark --flag adrenalmnist3d --show --baseline runs/base --search runs/search",
            "A trial of a few minutes, on volumes made by code:",
            "  medmnist benchmark --flag synthetic --rows net1,net2 --runs 2 --epochs 2",
            "One run of a row; with several GPUs, one process for each:",
            "  medmnist benchmark --flag vesselmnist3d --members 2 --device cuda:1",
            ""
        })
public final class BenchmarkCommand implements Callable<Integer> {
    private static final int RUNS = 3;
    private static final int MOST_RUNS = 100;

    @Spec
    private CommandSpec command;

    @Mixin
    private DataOptions dataOptions;

    @Option(
            names = "--rows",
            split = ",",
            paramLabel = "NETS",
            description =
                    "Nets to train, separated by commas: resnet18-2.5d, resnet18-3d, resnet18-acs, resnet50-2.5d, "
                            + "resnet50-3d, resnet50-acs; or net1, net2, net3, which are trained by the study's recipe. "
                            + "Default: the six ResNets, or, with --show, all rows in DIR")
    private @Nullable List<String> rows;

    @Option(
            names = "--runs",
            paramLabel = "N",
            description = "Runs of each row, with different random numbers. May grow later. Default: " + RUNS)
    private @Nullable Integer runs;

    @Option(
            names = "--epochs",
            paramLabel = "E",
            description = "Epochs of each run, for a trial: the learning rate's schedule is scaled with them, and the "
                    + "tables say so. Default: those of the recipe, 100, or 500 for the study's")
    private @Nullable Integer epochs;

    @Option(
            names = "--batch-size",
            paramLabel = "B",
            description = "Volumes per step, if the recipe's 32 need too much memory; the tables say so.")
    private @Nullable Integer batchSize;

    @Option(
            names = "--seed",
            paramLabel = "S",
            description = "Seed of all random numbers. Default: " + TrainSettings.SEED)
    private @Nullable Long seed;

    @Option(
            names = "--members",
            paramLabel = "LIST",
            description = "Runs of each row to train in this process, counted from 0, such as 0,2. Default: all")
    private @Nullable String members;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "The benchmark's folder, which is made if it does not exist. Default: runs/benchmark-FLAG")
    private @Nullable Path out;

    @Mixin
    private AutomaticRowOptions automaticRowOptions;

    @Option(names = "--show", description = "Train nothing: show and write the tables of what is finished in DIR.")
    private boolean show;

    @Mixin
    private CheckpointOption checkpointOption;

    @Mixin
    private ParallelOptions parallelOptions;

    @Option(names = "--quiet", description = "Print no progress, only warnings and the tables.")
    private boolean quiet;

    @Mixin
    private DeviceOptions deviceOptions;

    @Override
    public Integer call() {
        check();
        Console console = new Console(command.commandLine().getOut(), quiet);
        if (show) {
            BenchmarkFolder folder =
                    new BenchmarkFolder(out == null ? defaultFolder(dataOptions.benchmarkSource()) : out);
            Predicate<NetSpec> shown = rows == null ? net -> true : nets()::contains;
            automaticRowOptions.addTo(folder, dataOptions, deviceOptions::open);
            BenchmarkOutput.show(BenchmarkResults.read(folder, shown), console);
            return 0;
        }
        train(console);
        return 0;
    }

    private void check() {
        checkpointOption.longest();
        if (runs != null) {
            OptionValues.requireWithin(command, "--runs", runs, MOST_RUNS);
        }
        parallelOptions.check();
        automaticRowOptions.check();
    }

    private void train(Console console) {
        DataSource source = dataOptions.benchmarkSource();
        List<NetSpec> nets = nets();
        BenchmarkFolder folder = new BenchmarkFolder(out == null ? defaultFolder(source) : out);
        requireNoRun(folder.path());
        automaticRowOptions.requireSameVolumes(folder);
        List<RowFiles> existing = folder.rows();
        List<Integer> chosen = chosen(existing);
        Device device = existing.isEmpty()
                ? deviceOptions.open()
                : deviceOptions.openAsIn(existing.getFirst().run().info());
        Map<Preparation, VolumeData> loaded = new HashMap<>();
        List<BenchmarkTraining.Row> toTrain = new ArrayList<>();
        for (NetSpec net : nets) {
            VolumeData data = loaded.computeIfAbsent(
                    RowRecipe.settings(net, source).build().preparation(),
                    preparation -> dataOptions.loadForTraining(
                            source, preparation, Requirement.of("medmnist benchmark", "train", "val", "test")));
            requireSameData(folder, existing, source, data);
            toTrain.add(open(folder, net, source, data, device));
        }
        automaticRowOptions.requireSameVolumes(folder);
        BenchmarkTraining training = new BenchmarkTraining(
                folder,
                device,
                console,
                new BenchmarkTraining.Settings(
                        chosen,
                        checkpointOption.longest(),
                        parallelOptions.moreDevices(device, deviceOptions, chosen.size()),
                        parallelOptions.workers(device)));
        List<String> failures = training.train(toTrain);
        automaticRowOptions.addTo(folder, dataOptions, () -> device);
        BenchmarkOutput.show(BenchmarkResults.read(folder, net -> true), console);
        if (!failures.isEmpty()) {
            throw new TrainingException(String.join("; ", failures));
        }
    }

    /** Opens or creates the row of a net, and applies what may change: the numbers of runs and, for some, of epochs. */
    private BenchmarkTraining.Row open(
            BenchmarkFolder folder, NetSpec net, DataSource source, VolumeData data, Device device) {
        TrainSettings fresh = settings(
                RowRecipe.settings(net, source).models(runs == null ? RUNS : 1).build());
        RowFiles row = folder.openOrCreate(net, path -> NewRun.create(source, data, null, fresh, device, path));
        RunInfo info = row.run().info();
        TrainSettings now = settings(info.settings());
        try {
            info.requireCompatible(now);
            info.requireCompatible(device);
        } catch (IncompatibleRunException e) {
            throw wrongUse("row " + net.name() + " in " + folder.path() + ": " + e.getMessage());
        }
        TrainSettings resolved = now.resolved(data, null);
        Trainer.check(resolved, null, data, device);
        if (!resolved.equals(info.settings())) {
            row.run().changeSettings(resolved);
        }
        return new BenchmarkTraining.Row(row, data);
    }

    /** Returns settings with the options that were given; a row keeps runs that it has already. */
    private TrainSettings settings(TrainSettings base) {
        try {
            TrainSettings.Builder builder = base.toBuilder();
            if (runs != null) {
                builder.models(Math.max(runs, base.models()));
            }
            if (epochs != null) {
                builder.epochs(epochs);
            }
            if (batchSize != null) {
                builder.batchSize(batchSize);
            }
            if (seed != null) {
                builder.seed(seed);
            }
            return builder.build();
        } catch (IllegalArgumentException e) {
            throw wrongUse("--" + e.getMessage());
        }
    }

    /** Returns the nets of the rows: the ones in the option, or those of the benchmark. */
    private List<NetSpec> nets() {
        if (rows == null) {
            return PublishedRow.ofBenchmark().stream()
                    .filter(row -> row.net() != null)
                    .map(row -> net(String.valueOf(row.net())))
                    .toList();
        }
        return rows.stream().map(String::strip).map(this::net).distinct().toList();
    }

    private NetSpec net(String name) {
        return Nets.all().stream()
                .filter(net -> net.name().equals(name))
                .findFirst()
                .orElseThrow(() -> wrongUse("--rows has no row '" + name + "'; known rows are "
                        + Nets.all().stream().map(NetSpec::name).collect(Collectors.joining(", "))));
    }

    /** Returns the members that this process trains: by default, all that a row has or gets. */
    private List<Integer> chosen(List<RowFiles> existing) {
        int all = runs != null
                ? runs
                : existing.stream()
                        .mapToInt(row -> row.run().info().settings().models())
                        .reduce(RUNS, Math::max);
        try {
            return members == null ? MemberList.all(all) : MemberList.parse(members, all);
        } catch (IllegalArgumentException e) {
            throw wrongUse("--" + e.getMessage());
        }
    }

    private void requireNoRun(Path path) {
        if (path.resolve(RunFiles.RUN_FILE).toFile().exists()) {
            throw wrongUse("--out is " + path + ", which is a run; the rows of a benchmark need a folder of their own");
        }
    }

    /** Requires that all rows of a folder are of the same volumes, without which their figures cannot be compared. */
    private void requireSameData(BenchmarkFolder folder, List<RowFiles> existing, DataSource source, VolumeData data) {
        DataSource now = anywhere(source.withWindow(data.window().orElse(null)));
        for (RowFiles row : existing) {
            RunInfo info = row.run().info();
            if (!anywhere(info.data()).equals(now)
                    || !Objects.equals(info.dataMd5(), data.md5().orElse(null))) {
                throw wrongUse(folder.path() + " has rows of other volumes, or of the same with other options, such as "
                        + row.net().name() + "; name the same data, or choose another --out");
            }
        }
    }

    /** Returns a source without the location of its files, which may change. */
    private static DataSource anywhere(DataSource source) {
        Path root = Path.of("/");
        return source.withRoot(root).withFile(root);
    }

    private static Path defaultFolder(DataSource source) {
        String name = switch (source) {
            case OfficialSet set -> set.flag() + (set.size() == 28 ? "" : "-" + set.size());
            case OwnFile own ->
                String.valueOf(Path.of(own.file()).getFileName()).replaceFirst("\\.npz$", "");
            case Synthetic _ -> DataOptions.SYNTHETIC;
        };
        return Path.of("runs", "benchmark-" + name);
    }

    private ParameterException wrongUse(String message) {
        return new ParameterException(command.commandLine(), message);
    }
}
