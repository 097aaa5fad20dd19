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
import dev.voxgrad.medmnist.nets.study.StudyNet;

/** Defines the options that choose the nets and the sizes of their batches. */
final class CaseOptions {
    private static final int SIZE = 28;
    private static final int BATCH = 32;
    private static final int LARGE_SIZE = 64;
    private static final int LARGE_BATCH = 4;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(
            names = "--nets",
            paramLabel = "N",
            split = ",",
            description = "Nets, e.g. 1,2. Default: 1,2,3 at " + SIZE + "^3, batch " + BATCH + ", and 1 at "
                    + LARGE_SIZE + "^3, batch " + LARGE_BATCH)
    private @Nullable List<String> nets;

    @Option(names = "--size", paramLabel = "S", description = "Edge of the volumes, for all nets.")
    private @Nullable Integer size;

    @Option(names = "--batch", paramLabel = "B", description = "Number of volumes in a batch, for all nets.")
    private @Nullable Integer batch;

    @Option(
            names = "--cases",
            paramLabel = "N:S:B",
            split = ",",
            description = "Nets, each with size and batch, e.g. 1:64:4,3:28:32, instead of the three options above.")
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
        List<StudyNet> specs =
                nets == null ? StudyNet.ALL : nets.stream().map(this::net).toList();
        List<StepCase> all = new ArrayList<>();
        for (StudyNet spec : specs) {
            all.add(new StepCase(spec, size == null ? SIZE : size, batch == null ? BATCH : batch));
        }
        if (size == null && batch == null && specs.contains(StudyNet.NET1)) {
            all.add(new StepCase(StudyNet.NET1, LARGE_SIZE, LARGE_BATCH));
        }
        return all;
    }

    private StepCase one(String text) {
        String[] parts = text.split(":", -1);
        if (parts.length != 3) {
            throw wrong("--cases has '" + text + "'; expected net, size and batch, e.g. 1:64:4");
        }
        return new StepCase(net(parts[0]), number(parts[1], text), number(parts[2], text));
    }

    private StudyNet net(String name) {
        try {
            return StudyNet.named(name.startsWith("net") ? name : "net" + name);
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
