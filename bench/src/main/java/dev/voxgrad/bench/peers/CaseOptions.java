package dev.voxgrad.bench.peers;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import dev.voxgrad.bench.step.StepCase;
import dev.voxgrad.medmnist.io.DataException;
import dev.voxgrad.medmnist.nets.NetSpec;
import dev.voxgrad.medmnist.nets.Nets;
import dev.voxgrad.medmnist.nets.study.StudyNet;

/** Defines the options that choose the nets and the sizes of their batches. */
final class CaseOptions {
    private static final int SIZE = 28;
    private static final int LARGE_SIZE = 64;
    private static final int LARGE_BATCH = 4;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(
            names = "--nets",
            paramLabel = "N",
            split = ",",
            description = "Nets by name, e.g. net1,resnet18-3d; 1 is short for net1. Default: 1,2,3 at " + SIZE
                    + "^3, batch " + BatchRule.BATCH + ", and 1 at " + LARGE_SIZE + "^3, batch " + LARGE_BATCH)
    private @Nullable List<String> nets;

    @Option(names = "--size", paramLabel = "S", description = "Edge of the volumes, for all nets.")
    private @Nullable Integer size;

    @Option(
            names = "--batch",
            paramLabel = "B",
            description = "Number of volumes in a batch, for all nets. Default: " + BatchRule.DESCRIPTION)
    private @Nullable Integer batch;

    @Option(
            names = "--channels",
            paramLabel = "C",
            defaultValue = "1",
            description = "Number of channels of the volumes. Default: ${DEFAULT-VALUE}")
    private int channels;

    @Option(
            names = "--cases",
            paramLabel = "N:S:B",
            split = ",",
            description = "Nets, each with size and batch, e.g. 1:64:4,resnet18-3d:28:32, instead of --nets, --size "
                    + "and --batch.")
    private @Nullable List<String> cases;

    /** Returns the chosen cases without repetitions. */
    List<StepCase> parse() {
        if (cases != null && (nets != null || size != null || batch != null)) {
            throw wrong("--cases excludes --nets, --size and --batch");
        }
        try {
            List<StepCase> all =
                    cases == null ? fromNets() : cases.stream().map(this::one).toList();
            return List.copyOf(new LinkedHashSet<>(all));
        } catch (DataException e) {
            throw wrong(e.getMessage());
        }
    }

    private List<StepCase> fromNets() {
        List<NetSpec> specs =
                nets == null ? Nets.defaults() : nets.stream().map(this::net).toList();
        List<StepCase> all = new ArrayList<>();
        for (NetSpec spec : specs) {
            int edge = size == null ? SIZE : size;
            StepCase one = new StepCase(spec, channels, edge, batch == null ? 1 : batch);
            all.add(batch == null ? BatchRule.onThisMachine(one) : one);
        }
        if (size == null && batch == null && specs.contains(StudyNet.NET1)) {
            all.add(new StepCase(StudyNet.NET1, channels, LARGE_SIZE, LARGE_BATCH));
        }
        return all;
    }

    private StepCase one(String text) {
        String[] parts = text.split(":", -1);
        if (parts.length != 3) {
            throw wrong("--cases has '" + text + "'; expected net, size and batch, e.g. 1:64:4");
        }
        return new StepCase(net(parts[0]), channels, number(parts[1], text), number(parts[2], text));
    }

    private NetSpec net(String name) {
        try {
            return Nets.named(name.matches("\\d+") ? "net" + name : name);
        } catch (IllegalArgumentException e) {
            throw wrong(e.getMessage());
        }
    }

    private int number(String text, String where) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw wrong("--cases has '" + where + "'; '" + text + "' is not an integer");
        }
    }

    private ParameterException wrong(@Nullable String message) {
        return new ParameterException(command.commandLine(), message);
    }
}
