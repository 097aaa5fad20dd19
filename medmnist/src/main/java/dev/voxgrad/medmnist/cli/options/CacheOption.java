package dev.voxgrad.medmnist.cli.options;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import dev.voxgrad.medmnist.cli.ui.Console;
import dev.voxgrad.medmnist.data.Loading;
import dev.voxgrad.medmnist.data.Requirement;
import dev.voxgrad.medmnist.data.VolumeCache;

/** The option that says where volumes are kept while they are used. */
public final class CacheOption {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(
            names = "--cache",
            paramLabel = "RAM|none",
            description = "Where volumes are kept: in memory, or in the file, from which each batch is read. Arrays "
                    + "that are stored uncompressed (numpy.savez) are read where they are, others from a temporary "
                    + "copy in $TMPDIR, which vanishes with the process. Results are the same. Default: RAM if the "
                    + "volumes take at most a quarter of Java's heap, else none, with a warning that says so")
    private @Nullable String cache;

    /** Returns how a data set is loaded. */
    Loading loading(Requirement requirement) {
        try {
            VolumeCache chosen = cache == null ? VolumeCache.AUTO : VolumeCache.byFlag(cache);
            return new Loading(chosen, requirement, Console.warnings(command));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), "--" + e.getMessage(), e);
        }
    }
}
