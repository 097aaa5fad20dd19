package dev.voxgrad.medmnist.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import dev.voxgrad.medmnist.data.DataException;
import dev.voxgrad.medmnist.data.DatasetInfo;
import dev.voxgrad.medmnist.data.Downloader;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.data.VolumeLoader;
import dev.voxgrad.medmnist.train.DataSource;

/** Where the volumes come from: an official set, or a file of the user's own. */
final class DataOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(names = "--flag", paramLabel = "F",
            description = "Official data set, such as adrenalmnist3d; 'available' lists them.")
    private String flag;

    @Option(names = "--root", paramLabel = "D", description = "Folder of the official files. Default: ~/.medmnist")
    private Path root;

    @Option(names = "--size", paramLabel = "S", description = "Edge of the official volumes, 28 or 64. Default: 28")
    private Integer size;

    @Option(names = "--download", description = "Fetch the official file if it is not there.")
    private boolean download;

    @Option(names = "--npz", paramLabel = "FILE",
            description = "Your own volumes in MedMNIST's layout, in place of --flag: uint8 (N,S,S,S) or (N,S,S,S,3).")
    private Path npz;

    @Option(names = "--labels", paramLabel = "NAME", split = ",",
            description = "Class names of --npz, in order of their numbers.")
    private List<String> labels = List.of();

    /** What the options name; wrong combinations are wrong use. */
    DataSource source() {
        if ((flag == null) == (npz == null)) {
            throw new ParameterException(command.commandLine(), flag == null
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
            return DataSource.file(npz, labels);
        }
        if (!labels.isEmpty()) {
            throw new ParameterException(command.commandLine(),
                    "--labels goes with --npz; official sets have their names");
        }
        try {
            official();
        } catch (DataException e) {
            throw new ParameterException(command.commandLine(), e.getMessage(), e);
        }
        return DataSource.official(flag, root(), official().size());
    }

    /** The source of a run that goes on, with its files where the options say they are now. */
    DataSource moved(DataSource stored) {
        if (flag != null || size != null || download || !labels.isEmpty()) {
            throw new ParameterException(command.commandLine(), "a run goes on with the data it was begun with; only "
                    + "--root or --npz may be given, if the files have moved");
        }
        DataSource source = root == null ? stored : stored.withRoot(root);
        return npz == null ? source : source.withFile(npz);
    }

    /** The official file that the options name. */
    private DatasetInfo.Source official() {
        return DatasetInfo.byFlag(flag).source(size == null ? 28 : size);
    }

    private Path root() {
        return root == null ? VolumeLoader.defaultRoot() : root;
    }

    /** Loads the volumes, after fetching them if that was asked for. */
    VolumeData load(DataSource source) {
        if (download && !Files.exists(root().resolve(official().fileName()))) {
            Console console = new Console(command.commandLine().getOut());
            try (Downloader downloader = new Downloader()) {
                DownloadCommand.fetch(downloader, official(), root(), console);
            }
        }
        return source.load(Console.warnings(command));
    }
}
