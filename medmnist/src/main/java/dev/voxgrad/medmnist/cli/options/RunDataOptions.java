package dev.voxgrad.medmnist.cli.options;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import dev.voxgrad.medmnist.baseline.BaselineInfo;
import dev.voxgrad.medmnist.cli.ui.Console;
import dev.voxgrad.medmnist.data.Preparation;
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
        return load(List.of(run), requirement).getFirst();
    }

    /** Loads the volumes of several runs, once for all that take the same ones in the same way. */
    public List<VolumeData> load(List<RunFiles> runs, Requirement requirement) {
        Map<Wanted, VolumeData> loaded = new HashMap<>();
        List<VolumeData> all = new ArrayList<>();
        for (RunFiles run : runs) {
            Wanted wanted = new Wanted(
                    moved(run.info().dataAsTaken()), run.info().settings().preparation());
            VolumeData data = loaded.computeIfAbsent(
                    wanted, known -> known.source().load(known.preparation(), cacheOption.loading(requirement)));
            run.info().warnIfChanged(data, Console.warnings(command));
            all.add(data);
        }
        return all;
    }

    /** Loads the volumes of a baseline, and warns if the file has changed since. */
    public VolumeData load(BaselineInfo baseline, Requirement requirement) {
        VolumeData data = moved(baseline.dataAsTaken()).load(baseline.preparation(), cacheOption.loading(requirement));
        baseline.warnIfChanged(data, Console.warnings(command));
        return data;
    }

    private DataSource moved(DataSource source) {
        DataSource atRoot = root == null ? source : source.withRoot(root);
        return npz == null ? atRoot : atRoot.withFile(npz);
    }

    /** Identifies volumes and how they are prepared. */
    private record Wanted(DataSource source, Preparation preparation) {}
}
