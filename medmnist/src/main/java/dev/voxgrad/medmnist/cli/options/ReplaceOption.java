package dev.voxgrad.medmnist.cli.options;

import java.nio.file.Files;
import java.nio.file.Path;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import dev.voxgrad.medmnist.io.AtomicFile;

/** The option that permits to replace an existing file. */
public final class ReplaceOption {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(names = "--replace", description = "Replace the file to write if it exists.")
    private boolean replace;

    /**
     * Checks that a file may be written.
     *
     * @throws ParameterException if it exists and may not be replaced
     * @throws dev.voxgrad.medmnist.io.DataFileException if its folder is missing or not writable
     */
    public void requireWritable(Path file) {
        AtomicFile.requireWritable(file);
        if (Files.exists(file) && !replace) {
            throw new ParameterException(
                    command.commandLine(), file + " exists; choose another name, or add --replace");
        }
    }
}
