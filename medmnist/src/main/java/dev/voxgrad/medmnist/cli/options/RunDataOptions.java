package dev.voxgrad.medmnist.cli.options;

import java.nio.file.Path;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import dev.voxgrad.medmnist.cli.ui.Console;
import dev.voxgrad.medmnist.data.Requirement;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.data.source.DataSource;
import dev.voxgrad.medmnist.data.source.OwnFile;
import dev.voxgrad.medmnist.run.RunFiles;

/** The options that locate the volumes of an existing run, if they have moved. */
public final class RunDataOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(
            names = "--root",
            paramLabel = "D",
            description = "Folder with the official files, if they have moved since the training.")
    private @Nullable Path root;

    @Option(
            names = "--npz",
            paramLabel = "FILE",
            description = "Your own volumes, if they have moved since the training.")
    private @Nullable Path npz;

    @Mixin
    private CacheOption cacheOption;

    /** Returns the user's file that {@link #load} reads; null for an official set, or one that is made by code. */
    public @Nullable Path file(RunFiles run) {
        if (npz != null) {
            return npz;
        }
        return run.info().dataAsTaken() instanceof OwnFile own ? Path.of(own.file()) : null;
    }

    /** Loads the run's volumes, and warns if the file has changed since the training. */
    public VolumeData load(RunFiles run, Requirement requirement) {
        DataSource source = run.info().dataAsTaken();
        source = root == null ? source : source.withRoot(root);
        source = npz == null ? source : source.withFile(npz);
        VolumeData data = source.load(run.info().settings().preparation(), cacheOption.loading(requirement));
        run.info().warnIfChanged(data, Console.warnings(command));
        return data;
    }
}
