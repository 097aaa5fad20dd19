package dev.voxgrad.medmnist.cli.options;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import dev.voxgrad.medmnist.cli.ui.Console;
import dev.voxgrad.medmnist.cli.ui.DownloadProgress;
import dev.voxgrad.medmnist.data.DatasetInfo;
import dev.voxgrad.medmnist.data.NameList;
import dev.voxgrad.medmnist.data.Preparation;
import dev.voxgrad.medmnist.data.Requirement;
import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.SyntheticShapes;
import dev.voxgrad.medmnist.data.Task;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.data.VolumeLoader;
import dev.voxgrad.medmnist.data.Window;
import dev.voxgrad.medmnist.data.download.Downloader;
import dev.voxgrad.medmnist.data.source.DataSource;
import dev.voxgrad.medmnist.data.source.OwnFile;
import dev.voxgrad.medmnist.data.source.Synthetic;
import dev.voxgrad.medmnist.io.BadValueException;
import dev.voxgrad.medmnist.io.DataException;
import dev.voxgrad.medmnist.run.IncompatibleRunException;
import dev.voxgrad.medmnist.run.RunFiles;
import dev.voxgrad.medmnist.run.RunInfo;
import dev.voxgrad.medmnist.train.settings.TrainSettings;

/** The options that name the volumes: an official data set, or a file of the user's own. */
public final class DataOptions {
    /** The flag of volumes made by code, where a command takes it. */
    public static final String SYNTHETIC = "synthetic";

    /** The number of volumes that a warning lists. */
    private static final int MOST_NUMBERS = 10;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(
            names = "--flag",
            paramLabel = "F",
            completionCandidates = SetNames.class,
            description = "Official data set, such as adrenalmnist3d; 'medmnist available' lists all of them.")
    private @Nullable String flag;

    @Option(names = "--root", paramLabel = "D", description = "Folder with the official files. Default: ~/.medmnist")
    private @Nullable Path root;

    @Option(
            names = "--size",
            paramLabel = "S",
            description = "Edge length of the official volumes, 28 or 64. Default: 28")
    private @Nullable Integer size;

    @Option(names = "--download", description = "Download the official file if it is missing.")
    private boolean download;

    @Option(
            names = "--npz",
            paramLabel = "FILE",
            description = "Your own volumes in MedMNIST's layout, instead of --flag: (N,D,H,W), or with 1 to 16 "
                    + "channels (N,D,H,W,C) or (N,C,D,H,W), of bool or any integers or floats (see --window).")
    private @Nullable Path npz;

    @Option(
            names = "--labels",
            paramLabel = "NAMES",
            description = "Class names for --npz, in the order of the class numbers, separated by commas. Put a name "
                    + "that contains a comma in double quotes: --labels '\"atypical, benign\",malignant'")
    private @Nullable List<String> labels;

    @Option(
            names = "--task",
            paramLabel = "T",
            description = "What the labels of --npz mean: binary or multi-class (one class per volume, as a number or "
                    + "one-hot) or multi-label (independent yes/no labels). Default: multi-label if there are several "
                    + "labels and a volume of any split does not have exactly one of them; else one class per volume")
    private @Nullable String task;

    @Option(
            names = "--window",
            paramLabel = "LO,HI",
            description =
                    "Values of --npz that become 0 and 1. Values between them are spread evenly, without rounding to "
                            + "grey levels; values outside are clamped. A run keeps its window. "
                            + "Default: 0,255 for uint8 and for other integers from 0 to 255; 0,1 for masks, which "
                            + "contain only 0 and 1; all others use the range of train and val")
    private @Nullable String window;

    @Option(
            names = "--skip-blank",
            description = "Accept blank volumes, which have no contrast and cannot be z-normalised (volumes that are "
                    + "not z-normalised may be blank anyway). Training leaves out "
                    + "those of train and val. Scores and metrics of a split include them, as zeros, so that "
                    + "all rows keep their numbers.")
    private boolean skipBlank;

    @Mixin
    private CacheOption cacheOption;

    /**
     * Returns the data that the options name.
     *
     * @throws ParameterException if the options contradict each other
     */
    public DataSource source() {
        if (flag != null && npz != null) {
            throw wrongUse("--flag and --npz exclude each other; give one of them");
        }
        if (flag != null) {
            return officialSet(flag);
        }
        if (npz != null) {
            return ownFile(npz);
        }
        throw wrongUse("Name the data: --flag F for an official set, or --npz FILE for your own");
    }

    /** Returns the data as {@link #source} does; the flag {@value #SYNTHETIC} means volumes made by code. */
    public DataSource benchmarkSource() {
        if (!SYNTHETIC.equals(flag) || npz != null) {
            return source();
        }
        SyntheticShapes.Settings shapes = SyntheticShapes.Settings.of(TrainSettings.SEED);
        try {
            return DataSource.synthetic(size == null ? shapes : shapes.withEdge(size));
        } catch (BadValueException e) {
            throw new ParameterException(command.commandLine(), "--size: " + e.getMessage(), e);
        }
    }

    /**
     * Returns the data as {@link #source} does; the flag {@value #SYNTHETIC}, and no option at all, mean a few volumes
     * made by code.
     */
    public DataSource sourceOfExample() {
        if (npz != null || flag != null && !SYNTHETIC.equals(flag)) {
            return source();
        }
        try {
            return DataSource.synthetic(SyntheticShapes.Settings.example(TrainSettings.SEED, size == null ? 28 : size));
        } catch (BadValueException e) {
            throw new ParameterException(command.commandLine(), "--size: " + e.getMessage(), e);
        }
    }

    /** Returns the user's file, if one was named. */
    public Optional<Path> npz() {
        return Optional.ofNullable(npz);
    }

    /** Returns whether an official data set was named. */
    public boolean hasFlag() {
        return flag != null;
    }

    /** Returns whether blank volumes are accepted. */
    public boolean skipsBlank() {
        return skipBlank;
    }

    /** Returns the same data with the official files in the folder of {@code --root}, if it was given. */
    public DataSource atRoot(DataSource source) {
        return root == null ? source : source.withRoot(root);
    }

    /**
     * Checks the options for a trained model, which has its own task and class names.
     *
     * @throws ParameterException if they are given, or contradict each other
     */
    public void checkForModel() {
        if (labels != null || task != null) {
            throw wrongUse((labels != null ? "--labels" : "--task")
                    + " has no effect on a trained model, which has its own classes; leave it out");
        }
        if (flag != null || npz != null) {
            source();
        } else if (download || size != null || window != null) {
            throw wrongUse((download ? "--download" : size != null ? "--size" : "--window")
                    + " requires --flag or --npz; without them, the volumes of the run are read as in its training");
        }
    }

    private DataSource ownFile(Path file) {
        if (download) {
            throw wrongUse("--download is for official sets, not for --npz");
        }
        if (root != null || size != null) {
            Console.warnings(command).accept("--root and --size are for official sets; they have no effect with --npz");
        }
        return DataSource.file(file, names())
                .withTask(task())
                .withSkipBlank(skipBlank)
                .withWindow(window().orElse(null));
    }

    private DataSource officialSet(String name) {
        if (labels != null || task != null || window != null) {
            throw wrongUse((labels != null ? "--labels" : task != null ? "--task" : "--window")
                    + " requires --npz; official sets have fixed class names, task and grey values");
        }
        int edge;
        try {
            edge = official(name).size();
        } catch (DataException e) {
            throw new ParameterException(command.commandLine(), e.getMessage(), e);
        }
        return DataSource.official(name, root(), edge).withSkipBlank(skipBlank);
    }

    private ParameterException wrongUse(String message) {
        return new ParameterException(command.commandLine(), message);
    }

    private List<String> names() {
        try {
            return labels == null ? List.of() : NameList.parse(String.join(",", labels));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), "--labels " + e.getMessage(), e);
        }
    }

    /**
     * Returns the window, if one was given.
     *
     * @throws ParameterException if it is malformed
     */
    public Optional<Window> window() {
        try {
            return Optional.ofNullable(window).map(Window::parse);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), "--" + e.getMessage(), e);
        }
    }

    /** Returns the task as {@link Task#flag} spells it, or null if none was given. */
    private @Nullable String task() {
        return task == null
                ? null
                : Task.byName(task)
                        .map(Task::flag)
                        .orElseThrow(() -> new ParameterException(
                                command.commandLine(), "--task is '" + task + "'; expected " + Task.flags()));
    }

    /** Returns the data of a run that is being resumed, read from the location in the options if one is given. */
    public DataSource moved(RunInfo run) {
        if (flag != null || size != null || download || labels != null || task != null || skipBlank) {
            throw new ParameterException(
                    command.commandLine(),
                    "a resumed run uses the data that it was started with; only "
                            + "--root or --npz may be given, if the files have moved");
        }
        try {
            run.requireCompatible(window().orElse(null));
        } catch (IncompatibleRunException e) {
            throw new ParameterException(command.commandLine(), e.getMessage(), e);
        }
        DataSource stored = run.dataAsTaken();
        DataSource source = root == null ? stored : stored.withRoot(root);
        return npz == null ? source : source.withFile(npz);
    }

    /**
     * Returns {@code source} with the window, the task and the class names that the net was trained with. It is
     * returned unchanged if the options name them, if it is an official set, or if the weights are not in a run's
     * folder.
     */
    public DataSource asTrained(DataSource source, Path weights) {
        Path folder = weights.toAbsolutePath().normalize().getParent();
        Path run = folder == null ? null : folder.getParent();
        if (!(source instanceof OwnFile file) || run == null || !Files.isRegularFile(run.resolve("run.json"))) {
            return source;
        }
        RunInfo info = RunFiles.open(run).info();
        DataSource taken = info.dataAsTaken();
        Window trained = taken.window();
        if (source.window() != null && trained != null && !source.window().hasBoundsOf(trained)) {
            Console.warnings(command)
                    .accept("--window is " + source.window() + ", but the net was trained with " + trained);
        }
        OwnFile asked = file.task() == null && taken instanceof OwnFile own ? file.withTask(own.task()) : file;
        asked = asked.labels().isEmpty() ? asked.withLabels(info.labelNames()) : asked;
        return asked.window() == null || trained != null && asked.window().hasBoundsOf(trained)
                ? asked.withWindow(trained)
                : asked;
    }

    /** Returns the official file with this flag and the size in the options. */
    private DatasetInfo.Source official(String name) {
        return DatasetInfo.byFlag(name).source(size == null ? 28 : size);
    }

    private Path root() {
        return root == null ? VolumeLoader.defaultRoot() : root;
    }

    /**
     * Loads the volumes for a training. With {@code --skip-blank}, leaves the blank ones out of train and val and warns
     * which ones these are.
     */
    public VolumeData loadForTraining(DataSource source, Preparation preparation, Requirement requirement) {
        VolumeData data = load(source, preparation, requirement);
        for (Split split : data.splits()) {
            int[] skipped = split.skipped();
            if (skipped.length > 0) {
                Console.warnings(command)
                        .accept(data.name() + ": " + split.name() + " has " + skipped.length
                                + " blank of " + split.size() + " volumes (" + numbers(skipped) + "), "
                                + (split.name().equals("test") ? "which count as zeros" : "which are left out"));
            }
        }
        return data.withoutSkippedBlanks();
    }

    private static String numbers(int[] all) {
        return Arrays.stream(all).limit(MOST_NUMBERS).mapToObj(String::valueOf).collect(Collectors.joining(", "))
                + (all.length > MOST_NUMBERS ? ", …" : "");
    }

    /** Loads the volumes, after downloading them if {@code --download} was given and the file is missing. */
    public VolumeData load(DataSource source, Preparation preparation, Requirement requirement) {
        if (download && flag != null && !(source instanceof Synthetic)) {
            DatasetInfo.Source file = official(flag);
            if (!Files.exists(root().resolve(file.fileName()))) {
                Console console = new Console(command.commandLine().getOut());
                try (Downloader downloader = new Downloader()) {
                    DownloadProgress.fetch(downloader, file, root(), console);
                }
            }
        }
        return source.load(preparation, cacheOption.loading(requirement));
    }
}
