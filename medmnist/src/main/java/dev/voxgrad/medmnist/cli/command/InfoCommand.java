package dev.voxgrad.medmnist.cli.command;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import dev.voxgrad.medmnist.cli.options.SetNames;
import dev.voxgrad.medmnist.cli.ui.Console;
import dev.voxgrad.medmnist.data.DatasetInfo;
import dev.voxgrad.medmnist.data.FileOptions;
import dev.voxgrad.medmnist.data.NameList;
import dev.voxgrad.medmnist.data.VolumeLoader;
import dev.voxgrad.medmnist.data.check.SetCheck;
import dev.voxgrad.medmnist.data.check.SetInfo;
import dev.voxgrad.medmnist.io.DataException;
import dev.voxgrad.medmnist.run.json.RunJson;

/** Runs {@code medmnist info}. */
@Command(
        name = "info",
        header = "Shows details of a data set, and checks your own.",
        sortOptions = false,
        description = {
            "Shows the task, classes, number of volumes and files of an official data set, or what is in a file of "
                    + "your own.",
            "",
            "With --check, looks at every value before you train on it: for NaN and infinite values, blank volumes, "
                    + "volumes that occur twice, in one split or in two (leakage), splits on different scales, odd "
                    + "ranges, and classes that are missing or rare. Says what to do about each. Copies are found if "
                    + "all their values are equal, not if they were shifted, scaled or resampled. Exit code 1 if "
                    + "something is wrong that would hurt training.",
            "",
            "Examples:",
            "  medmnist info --flag organmnist3d",
            "  medmnist info --npz own.npz --check",
            "  medmnist info --npz own.npz --check --json > check.json",
            ""
        })
public final class InfoCommand implements Callable<Integer> {
    @Spec
    private CommandSpec command;

    @ArgGroup(multiplicity = "1")
    private Subject subject;

    /** The data set to describe. */
    private static final class Subject {
        @Option(
                names = "--flag",
                paramLabel = "F",
                completionCandidates = SetNames.class,
                description = "Official data set, such as adrenalmnist3d.")
        private @Nullable String flag;

        @Option(names = "--npz", paramLabel = "FILE", description = "Your own volumes in MedMNIST's layout.")
        private @Nullable Path npz;
    }

    @Option(names = "--check", description = "Look at every value, and report what would hurt training.")
    private boolean check;

    @Option(names = "--json", description = "Print JSON instead of text.")
    private boolean json;

    @Option(
            names = "--labels",
            paramLabel = "NAMES",
            description = "Class names for --npz, in the order of the class numbers, separated by commas.")
    private @Nullable String labels;

    @Option(
            names = "--root",
            paramLabel = "D",
            description = "Folder with the official files, for --flag with --check. Default: ~/.medmnist")
    private @Nullable Path root;

    @Option(
            names = "--size",
            paramLabel = "S",
            description = "Edge length of the official volumes, 28 or 64, for --flag with --check. Default: 28")
    private @Nullable Integer size;

    @Override
    public Integer call() {
        if (subject.npz != null) {
            return describe(subject.npz, options());
        }
        DatasetInfo info = find(command, String.valueOf(subject.flag));
        if (check) {
            FileOptions official =
                    new FileOptions(info.labelNames(), Optional.of(info.task()), false, Optional.empty());
            return describe(officialFile(info), official);
        }
        if (root != null || size != null || labels != null) {
            throw wrongUse("--root and --size are for --flag with --check, and --labels is for --npz", null);
        }
        command.commandLine().getOut().print(json ? RunJson.write(OfficialInfo.of(info)) : text(info));
        return 0;
    }

    private int describe(Path file, FileOptions options) {
        PrintWriter out = command.commandLine().getOut();
        Console console = new Console(command.commandLine().getOut());
        SetInfo info = check ? SetCheck.check(file, options, console::status) : SetCheck.describe(file, options);
        console.clear();
        out.print(json ? RunJson.write(info) : info.toText());
        return info.errors() > 0 ? 1 : 0;
    }

    private FileOptions options() {
        try {
            return FileOptions.named(labels == null ? List.of() : NameList.parse(labels));
        } catch (IllegalArgumentException e) {
            throw wrongUse("--labels " + e.getMessage(), e);
        }
    }

    private Path officialFile(DatasetInfo info) {
        try {
            return (root == null ? VolumeLoader.defaultRoot() : root)
                    .resolve(info.source(size == null ? 28 : size).fileName());
        } catch (DataException e) {
            throw wrongUse(e.getMessage(), e);
        }
    }

    private ParameterException wrongUse(@Nullable String message, @Nullable Exception cause) {
        return new ParameterException(command.commandLine(), String.valueOf(message), cause);
    }

    private static String text(DatasetInfo info) {
        StringBuilder text = new StringBuilder(info.pythonClass() + " (" + info.flag() + ")\n");
        text.append("  ").append(info.description()).append('\n');
        text.append("  task           ").append(info.task().officialName()).append('\n');
        text.append("  volumes        ").append(info.counts()).append(" (train/val/test), ");
        text.append(info.channels()).append(" channel\n");
        text.append("  z-normalised   ")
                .append(info.zNormalized() ? "yes" : "no")
                .append('\n');
        text.append("  licence        ").append(info.licence()).append('\n');
        for (int label = 0; label < info.classes(); label++) {
            text.append("  class " + label + (label < 10 ? "        " : "       "))
                    .append(info.labelNames().get(label))
                    .append('\n');
        }
        for (DatasetInfo.Source source : info.sources()) {
            text.append("  size " + source.size() + "        " + source.fileName() + ", MD5 " + source.md5() + "\n");
            text.append("                 " + source.address() + "\n");
        }
        return text.toString();
    }

    /** What is known of an official set, as JSON. */
    private record OfficialInfo(
            String flag,
            String name,
            String description,
            String task,
            int channels,
            boolean zNormalised,
            boolean masks,
            String licence,
            DatasetInfo.Counts counts,
            List<String> labels,
            List<File> files) {
        /** One official file, with cubes of {@code size} voxels along each axis. */
        private record File(int size, String name, String md5, String address) {}

        static OfficialInfo of(DatasetInfo info) {
            return new OfficialInfo(
                    info.flag(),
                    info.pythonClass(),
                    info.description(),
                    info.task().officialName(),
                    info.channels(),
                    info.zNormalized(),
                    info.isMasks(),
                    info.licence(),
                    info.counts(),
                    info.labelNames(),
                    info.sources().stream()
                            .map(source -> new File(
                                    source.size(),
                                    source.fileName(),
                                    source.md5(),
                                    source.address().toString()))
                            .toList());
        }
    }

    /**
     * Returns the data set with this flag.
     *
     * @throws ParameterException if there is none; the message lists the known flags
     */
    static DatasetInfo find(CommandSpec command, String flag) {
        try {
            return DatasetInfo.byFlag(flag);
        } catch (DataException e) {
            throw new ParameterException(command.commandLine(), e.getMessage(), e);
        }
    }
}
