package dev.voxgrad.medmnist.cli.command;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import dev.voxgrad.medmnist.data.DatasetInfo;
import dev.voxgrad.medmnist.data.VolumeLoader;
import dev.voxgrad.medmnist.io.AtomicFile;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.io.Md5;
import dev.voxgrad.medmnist.search.SearchFiles;

/** Runs {@code medmnist clean}. */
@Command(
        name = "clean",
        header = "Removes downloaded official files, or what a search no longer needs.",
        sortOptions = false,
        description = {
            "Removes the official files of the 3D sets from the data folder, and downloads that were not finished. A "
                    + "file with such a name whose MD5 sum is not the published one is kept: it may be your own.",
            "",
            "With the folder of a search, removes the checkpoints of its trials that are trained to their end or have "
                    + "failed. Weights, tables and predictions stay, and the search can be resumed.",
            "",
            "Examples: medmnist clean --dry-run",
            "          medmnist clean runs/search",
            ""
        })
public final class CleanCommand implements Callable<Integer> {
    @Spec
    private CommandSpec command;

    @Option(names = "--root", paramLabel = "D", description = "Folder with the official files. Default: ~/.medmnist")
    private @Nullable Path root;

    @Option(names = "--dry-run", description = "Only list what would be removed.")
    private boolean dryRun;

    @Parameters(paramLabel = "SEARCH", arity = "0..1", description = "The folder of a search.")
    private @Nullable Path search;

    @Override
    public Integer call() {
        if (search != null) {
            clean(search);
            return 0;
        }
        Path folder = root == null ? VolumeLoader.defaultRoot() : root;
        PrintWriter console = command.commandLine().getOut();
        long bytes = 0;
        for (DatasetInfo info : DatasetInfo.values()) {
            for (DatasetInfo.Source source : info.sources()) {
                Path file = folder.resolve(source.fileName());
                Path part = folder.resolve(source.fileName() + ".part");
                if (Files.isRegularFile(file) && !Md5.of(file).equals(source.md5())) {
                    console.println("Kept " + file + ": it is not the official file");
                } else {
                    bytes += remove(file, console);
                }
                bytes += remove(part, console);
            }
        }
        freed(bytes, folder);
        return 0;
    }

    private void clean(Path folder) {
        if (root != null) {
            throw new ParameterException(
                    command.commandLine(), "--root is for official files, not for a search; leave it out");
        }
        long bytes = 0;
        for (Path checkpoint : SearchFiles.open(folder).unneededCheckpoints()) {
            bytes += remove(checkpoint, command.commandLine().getOut());
        }
        freed(bytes, folder);
    }

    private void freed(long bytes, Path folder) {
        command.commandLine()
                .getOut()
                .println((dryRun ? "Would free " : "Freed ") + (bytes >> 20) + " MiB in " + folder);
    }

    /** Removes a file if there is one; returns its bytes. */
    private long remove(Path file, PrintWriter console) {
        if (!Files.isRegularFile(file)) {
            return 0;
        }
        try {
            long bytes = Files.size(file);
            if (!dryRun) {
                Files.delete(file);
            }
            console.println((dryRun ? "Would remove " : "Removed ") + file);
            return bytes;
        } catch (IOException e) {
            throw new DataFileException(file.toString(), "cannot be removed: " + AtomicFile.describe(e), e);
        }
    }
}
