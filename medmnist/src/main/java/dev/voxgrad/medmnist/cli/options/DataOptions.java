package dev.voxgrad.medmnist.cli.options;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import dev.voxgrad.medmnist.cli.ui.Console;
import dev.voxgrad.medmnist.cli.ui.DownloadProgress;
import dev.voxgrad.medmnist.data.DatasetInfo;
import dev.voxgrad.medmnist.data.NameList;
import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.Task;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.data.VolumeLoader;
import dev.voxgrad.medmnist.data.Window;
import dev.voxgrad.medmnist.data.download.Downloader;
import dev.voxgrad.medmnist.data.source.DataSource;
import dev.voxgrad.medmnist.io.DataException;
import dev.voxgrad.medmnist.run.RunFiles;

/** Where the volumes come from: an official set, or a file of the user's own. */
public final class DataOptions {
    /** Volumes that a warning names. */
    private static final int MOST_NUMBERS = 10;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(
            names = "--flag",
            paramLabel = "F",
            description = "Official data set, such as adrenalmnist3d; 'available' lists them.")
    private String flag;

    @Option(names = "--root", paramLabel = "D", description = "Folder of the official files. Default: ~/.medmnist")
    private Path root;

    @Option(names = "--size", paramLabel = "S", description = "Edge of the official volumes, 28 or 64. Default: 28")
    private Integer size;

    @Option(names = "--download", description = "Fetch the official file if it is not there.")
    private boolean download;

    @Option(
            names = "--npz",
            paramLabel = "FILE",
            description = "Your own volumes in MedMNIST's layout, instead of --flag: cubes (N,S,S,S), or with channels "
                    + "(N,S,S,S,3), of uint8, bool or any other integers or floats, see --window.")
    private Path npz;

    @Option(
            names = "--labels",
            paramLabel = "NAMES",
            description =
                    "Class names of --npz, in order of their numbers, with commas between them. A name that holds "
                            + "a comma goes in double quotes: --labels '\"atypical, benign\",malignant'")
    private List<String> labels;

    @Option(
            names = "--task",
            paramLabel = "T",
            description = "What the labels of --npz mean: binary or multi-class (one class per volume, as numbers or "
                    + "one-hot) or multi-label (independent yes/no labels). Default: multi-label if a volume of any "
                    + "split has not exactly one of several labels, else one class per volume")
    private String task;

    @Option(
            names = "--window",
            paramLabel = "LO,HI",
            description = "Values of --npz that become 0 and 255; those between are spread evenly over the 256 grey "
                    + "values that volumes are kept in, those outside are clamped. A run keeps its window. Default: "
                    + "uint8, and other integers from 0 to 255, stay as they are; volumes of 0 and 1 only are masks, "
                    + "0,1; all else takes the range of train and val")
    private String window;

    @Option(
            names = "--skip-blank",
            description = "Accept volumes without any contrast, which cannot be z-normalised: those of train and val "
                    + "are left out of training; in scores and figures of a split they stay, as zeros, so that all "
                    + "rows keep their numbers.")
    private boolean skipBlank;

    /** What the options name; wrong combinations are wrong use. */
    public DataSource source() {
        if ((flag == null) == (npz == null)) {
            throw new ParameterException(
                    command.commandLine(),
                    flag == null
                            ? "Name the data: --flag F for an official set, or --npz FILE for your own"
                            : "--flag and --npz exclude each other");
        }
        if (npz != null) {
            if (download) {
                throw new ParameterException(command.commandLine(), "--download is for official sets, not for --npz");
            }
            if (root != null || size != null) {
                Console.warnings(command).accept("--root and --size are for official sets; with --npz they do nothing");
            }
            return DataSource.file(npz, names())
                    .withTask(task())
                    .withSkipBlank(skipBlank)
                    .withWindow(window());
        }
        if (labels != null || task != null || window != null) {
            throw new ParameterException(
                    command.commandLine(),
                    (labels != null ? "--labels" : task != null ? "--task" : "--window")
                            + " goes with --npz; official sets have their names, task and grey values");
        }
        try {
            official();
        } catch (DataException e) {
            throw new ParameterException(command.commandLine(), e.getMessage(), e);
        }
        return DataSource.official(flag, root(), official().size()).withSkipBlank(skipBlank);
    }

    private List<String> names() {
        try {
            return labels == null ? List.of() : NameList.parse(String.join(",", labels));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), "--labels " + e.getMessage(), e);
        }
    }

    /** The window, or null. */
    private Window window() {
        try {
            return window == null ? null : Window.parse(window);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), "--" + e.getMessage(), e);
        }
    }

    /** The task as {@link Task#flag} spells it, or null. */
    private String task() {
        return task == null
                ? null
                : Task.byName(task)
                        .map(Task::flag)
                        .orElseThrow(() -> new ParameterException(
                                command.commandLine(), "--task is '" + task + "'; expected " + Task.flags()));
    }

    /** The source of a run that goes on, with its files where the options say they are now. */
    public DataSource moved(DataSource stored) {
        if (flag != null || size != null || download || labels != null || task != null || skipBlank) {
            throw new ParameterException(
                    command.commandLine(),
                    "a run goes on with the data it was begun with; only "
                            + "--root or --npz may be given, if the files have moved");
        }
        if (window != null && !window().equals(stored.window())) {
            throw new ParameterException(
                    command.commandLine(),
                    "--window is " + window() + ", but the volumes of this "
                            + "run are read with "
                            + (stored.window() == null ? "their own grey values" : stored.window())
                            + ". Leave the option out, or start another run");
        }
        DataSource source = root == null ? stored : stored.withRoot(root);
        return npz == null ? source : source.withFile(npz);
    }

    /**
     * Returns a user's file with the window and the task that a net was trained with, if its weights are in a run's
     * folder and the options do not name them.
     */
    public DataSource asTrained(DataSource source, Path weights) {
        Path folder = weights.toAbsolutePath().normalize().getParent();
        Path run = folder == null ? null : folder.getParent();
        if (source.kind() != DataSource.Kind.FILE || run == null || !Files.isRegularFile(run.resolve("run.json"))) {
            return source;
        }
        DataSource taken = RunFiles.open(run).info().dataAsTaken();
        Window trained = taken.window();
        if (source.window() != null && trained != null && !source.window().equals(trained)) {
            Console.warnings(command)
                    .accept("--window is " + source.window() + ", but the net was trained with " + trained);
        }
        DataSource asked = source.task() == null ? source.withTask(taken.task()) : source;
        return asked.window() == null ? asked.withWindow(trained) : asked;
    }

    /** The official file that the options name. */
    private DatasetInfo.Source official() {
        return DatasetInfo.byFlag(flag).source(size == null ? 28 : size);
    }

    private Path root() {
        return root == null ? VolumeLoader.defaultRoot() : root;
    }

    /**
     * Loads the volumes to train with: without blank ones in train and val, if they are to be skipped; says which they
     * are.
     */
    public VolumeData loadForTraining(DataSource source) {
        VolumeData data = load(source);
        for (Split split : List.of(data.train(), data.val(), data.test())) {
            int[] skipped = split.skipped();
            if (skipped.length > 0) {
                Console.warnings(command)
                        .accept(data.name() + ": " + split.name() + " has " + skipped.length
                                + " blank of " + split.size() + " volumes (" + numbers(skipped) + "), "
                                + (split == data.test() ? "which enter as zeros" : "which are left out"));
            }
        }
        return data.withoutSkippedBlanks();
    }

    private static String numbers(int[] all) {
        return Arrays.stream(all).limit(MOST_NUMBERS).mapToObj(String::valueOf).collect(Collectors.joining(", "))
                + (all.length > MOST_NUMBERS ? ", …" : "");
    }

    /** Loads the volumes, after fetching them if that was asked for. */
    public VolumeData load(DataSource source) {
        if (download && !Files.exists(root().resolve(official().fileName()))) {
            Console console = new Console(command.commandLine().getOut());
            try (Downloader downloader = new Downloader()) {
                DownloadProgress.fetch(downloader, official(), root(), console);
            }
        }
        return source.load(Console.warnings(command));
    }
}
