package dev.voxgrad.medmnist.cli.command;

import java.io.PrintWriter;
import java.util.concurrent.Callable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import dev.voxgrad.medmnist.data.DatasetInfo;
import dev.voxgrad.medmnist.io.DataException;

/** Runs {@code medmnist info}. */
@Command(
        name = "info",
        header = "Shows details of an official data set.",
        description = {
            "Shows the task, classes, number of volumes and files of an official data set.",
            "Example: medmnist info --flag organmnist3d"
        })
public final class InfoCommand implements Callable<Integer> {
    @Spec
    private CommandSpec command;

    @Option(names = "--flag", paramLabel = "F", required = true, description = "Data set, such as adrenalmnist3d.")
    private String flag;

    @Override
    public Integer call() {
        PrintWriter out = command.commandLine().getOut();
        DatasetInfo info = find(command, flag);
        out.println(info.pythonClass() + " (" + info.flag() + ")");
        out.println("  " + info.description());
        out.println("  task           " + info.task().officialName());
        out.println("  volumes        " + info.counts() + " (train/val/test), " + info.channels() + " channel");
        out.println("  z-normalised   " + (info.zNormalized() ? "yes" : "no"));
        out.println("  licence        " + info.licence());
        for (int label = 0; label < info.classes(); label++) {
            out.println("  class " + label + (label < 10 ? "        " : "       ")
                    + info.labelNames().get(label));
        }
        for (DatasetInfo.Source source : info.sources()) {
            out.println("  size " + source.size() + "        " + source.fileName() + ", MD5 " + source.md5());
            out.println("                 " + source.address());
        }
        return 0;
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
