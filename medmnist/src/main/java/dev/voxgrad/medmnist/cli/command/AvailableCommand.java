package dev.voxgrad.medmnist.cli.command;

import java.util.Locale;
import java.util.concurrent.Callable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

import dev.voxgrad.medmnist.data.DatasetInfo;

/** Runs {@code medmnist available}. */
@Command(
        name = "available",
        header = "Lists the official data sets.",
        description = {
            "Lists the official data sets by their flags. 'medmnist info --flag F' shows more about one of them.",
            "Example: medmnist available"
        })
public final class AvailableCommand implements Callable<Integer> {
    @Spec
    private CommandSpec command;

    @Override
    public Integer call() {
        for (DatasetInfo info : DatasetInfo.values()) {
            command.commandLine()
                    .getOut()
                    .println(String.format(
                            Locale.ROOT,
                            "%-16s  %-13s  %2d classes  %s volumes",
                            info.flag(),
                            info.task().officialName(),
                            info.classes(),
                            info.counts()));
        }
        return 0;
    }
}
