package dev.voxgrad.medmnist.cli.command;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import dev.voxgrad.medmnist.cli.options.SetNames;
import dev.voxgrad.medmnist.cli.ui.Console;
import dev.voxgrad.medmnist.cli.ui.DownloadProgress;
import dev.voxgrad.medmnist.data.DatasetInfo;
import dev.voxgrad.medmnist.data.VolumeLoader;
import dev.voxgrad.medmnist.data.download.Downloader;
import dev.voxgrad.medmnist.io.DataException;

/** Runs {@code medmnist download}. */
@Command(
        name = "download",
        header = "Downloads official data files.",
        description = {
            "Downloads official files and checks their MD5 sums. Resumes a download that was interrupted.",
            "Example: medmnist download --flag adrenalmnist3d --size all"
        })
public final class DownloadCommand implements Callable<Integer> {
    @Spec
    private CommandSpec command;

    @Option(
            names = "--flag",
            paramLabel = "F|all",
            required = true,
            completionCandidates = SetNames.class,
            description = "Data set, or all for all six.")
    private String flag;

    @Option(
            names = "--size",
            paramLabel = "28|64|all",
            defaultValue = "28",
            description = "Edge length of the volumes. Default: ${DEFAULT-VALUE}")
    private String size;

    @Option(names = "--root", paramLabel = "D", description = "Folder for the files. Default: ~/.medmnist")
    private @Nullable Path root;

    @Override
    public Integer call() {
        Console console = new Console(command.commandLine().getOut());
        Path folder = root == null ? VolumeLoader.defaultRoot() : root;
        try (Downloader downloader = new Downloader()) {
            for (DatasetInfo.Source source : sources()) {
                DownloadProgress.fetch(downloader, source, folder, console);
            }
        }
        return 0;
    }

    private List<DatasetInfo.Source> sources() {
        List<DatasetInfo> sets =
                flag.equals("all") ? List.of(DatasetInfo.values()) : List.of(InfoCommand.find(command, flag));
        List<DatasetInfo.Source> sources = new ArrayList<>();
        for (DatasetInfo set : sets) {
            if (size.equals("all")) {
                sources.addAll(set.sources());
                continue;
            }
            try {
                sources.add(set.source(Integer.parseInt(size)));
            } catch (NumberFormatException | DataException e) {
                throw new ParameterException(
                        command.commandLine(), "--size is '" + size + "'; expected 28, 64 or all", e);
            }
        }
        return sources;
    }
}
