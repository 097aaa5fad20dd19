package dev.voxgrad.medmnist.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import dev.voxgrad.medmnist.data.DataException;
import dev.voxgrad.medmnist.nets.NetSpec;
import dev.voxgrad.medmnist.nets.NetSummary;

/** {@code medmnist summary}. */
@Command(name = "summary", header = "Prints a net's layers, output shapes, parameters and FLOPs.", description = {
    "Prints a net's layers with their output shapes, parameters and FLOPs of the forward pass of one volume.",
    "A multiply-add counts as two FLOPs; a training step takes three times as many as the forward pass.",
    "Example: medmnist summary --net net2 --size 64"
})
final class SummaryCommand implements Callable<Integer> {
    static final int LARGEST_EDGE = 128;

    @Spec
    private CommandSpec command;

    @Option(names = "--net", paramLabel = "N", required = true, description = "net1, net2 or net3.")
    private String net;

    @Option(names = "--classes", paramLabel = "K", defaultValue = "2",
            description = "Classes. Default: ${DEFAULT-VALUE}")
    private int classes;

    @Option(names = "--channels", paramLabel = "C", defaultValue = "1",
            description = "Channels of a volume. Default: ${DEFAULT-VALUE}")
    private int channels;

    @Option(names = "--size", paramLabel = "S", defaultValue = "28",
            description = "Edge of a volume. Default: ${DEFAULT-VALUE}")
    private int size;

    @Override
    public Integer call() {
        if (classes < 1 || channels < 1 || size < 1 || size > LARGEST_EDGE) {
            throw new ParameterException(command.commandLine(), "--classes " + classes + ", --channels " + channels
                    + ", --size " + size + ": expected at least 1 each, and a size of at most " + LARGEST_EDGE);
        }
        try {
            NetSummary summary = NetSummary.of(net(command, net), channels, size, classes);
            command.commandLine().getOut().print(summary.toText());
            return 0;
        } catch (DataException e) {
            throw new ParameterException(command.commandLine(), e.getMessage(), e);
        }
    }

    /** The net of that name; an unknown one is wrong use. */
    static NetSpec net(CommandSpec command, String name) {
        try {
            return NetSpec.byFlag(name);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), e.getMessage(), e);
        }
    }
}
