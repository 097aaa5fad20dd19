package dev.voxgrad.bench.cluster;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.nets.NetSpec;
import dev.voxgrad.medmnist.nets.NetSummary;
import dev.voxgrad.medmnist.nets.Nets;

/** Runs the command {@code cluster}: simulates the members of a run on 1 to 64 workers. */
@Command(
        name = "cluster",
        sortOptions = false,
        description = {
            "Simulates how long the members of a run take on 1 to 64 workers of a cluster: the members in the order of "
                    + "their numbers or the longest first, with slow workers, and with workers that are lost. Trains "
                    + "nothing.",
            "",
            "The time of an epoch of the first net is given; that of the others follows from their operations.",
            ""
        })
public final class ClusterCommand implements Callable<Integer> {
    private static final int EDGE = 28;
    private static final int MOST = 100_000;

    @Spec
    private CommandSpec command;

    @Option(
            names = "--members",
            paramLabel = "M",
            defaultValue = "15",
            description = "Number of members. Default: ${DEFAULT-VALUE}")
    private int members;

    @Option(
            names = "--epochs",
            paramLabel = "E",
            defaultValue = "500",
            description = "Epochs of each. Default: ${DEFAULT-VALUE}")
    private int epochs;

    @Option(
            names = "--nets",
            paramLabel = "NETS",
            split = ",",
            defaultValue = "net1,net2,net3",
            description = "Nets that the members take in turn. Default: ${DEFAULT-VALUE}")
    private List<String> nets;

    @Option(
            names = "--epoch-seconds",
            paramLabel = "S",
            defaultValue = "20.1",
            description = "Time of an epoch of the first net on one worker. Default: ${DEFAULT-VALUE}, Net1 on "
                    + "AdrenalMNIST3D with two cores")
    private double epochSeconds;

    @Option(
            names = "--overhead-seconds",
            paramLabel = "S",
            defaultValue = "10",
            description = "Time until a worker that has taken a member trains it. Default: ${DEFAULT-VALUE}")
    private double overhead;

    @Option(
            names = "--slow",
            paramLabel = "SHARE",
            defaultValue = "0.125",
            description = "Share of the workers with half the speed. Default: ${DEFAULT-VALUE}")
    private double slow;

    @Option(
            names = "--loss-hours",
            paramLabel = "H",
            defaultValue = "24",
            description = "Mean time until a worker is lost. Default: ${DEFAULT-VALUE}")
    private double lossHours;

    @Option(
            names = "--replace-minutes",
            paramLabel = "M",
            defaultValue = "5",
            description = "Time until a lost worker is replaced. Default: ${DEFAULT-VALUE}")
    private double replaceMinutes;

    @Option(
            names = "--checkpoint-minutes",
            paramLabel = "M",
            defaultValue = "10",
            description = "Longest time between two checkpoints; there is also one after each epoch. "
                    + "Default: ${DEFAULT-VALUE}")
    private double checkpointMinutes;

    @Option(
            names = "--draws",
            paramLabel = "N",
            defaultValue = "101",
            description = "Simulations with chance, of which the median is shown. Default: ${DEFAULT-VALUE}")
    private int draws;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    private boolean help;

    /** Runs the command and exits with its code. */
    public static void main(String... arguments) {
        PrintWriter out = new PrintWriter(System.out, true, System.out.charset());
        PrintWriter err = new PrintWriter(System.err, true, System.err.charset());
        System.exit(execute(out, err, arguments));
    }

    /** Runs the command; returns its exit code. */
    static int execute(PrintWriter out, PrintWriter err, String... arguments) {
        return new CommandLine(new ClusterCommand())
                .setOut(out)
                .setErr(err)
                .setUsageHelpAutoWidth(true)
                .execute(arguments);
    }

    @Override
    public Integer call() {
        require("--members", members, 1, MOST);
        require("--epochs", epochs, 1, MOST);
        require("--draws", draws, 1, MOST);
        require("--epoch-seconds", epochSeconds, 1e-3, 1e6);
        require("--overhead-seconds", overhead, 0, 1e6);
        require("--slow", slow, 0, 1);
        require("--loss-hours", lossHours, 0.1, 1e6);
        require("--replace-minutes", replaceMinutes, 0, 1e6);
        require("--checkpoint-minutes", checkpointMinutes, 1e-3, 1e6);
        PrintWriter out = command.commandLine().getOut();
        out.printf(
                Locale.ROOT,
                "%d members of %d epochs; an epoch of %s takes %s s; a worker is lost every %s h, replaced after %s"
                        + " min%n",
                members,
                epochs,
                nets.getFirst(),
                epochSeconds,
                lossHours,
                replaceMinutes);
        // A worker that is lost sooner than the first checkpoint repeats an epoch at most.
        double between = Math.min(checkpointMinutes, epochSeconds / 60);
        out.print(ClusterTable.toText(
                seconds(), new ClusterTable.Settings(overhead, slow, lossHours, replaceMinutes, between, draws)));
        out.flush();
        return 0;
    }

    /** Returns the time that each member takes, in proportion to the operations of its net. */
    private List<Double> seconds() {
        List<Double> flop = nets.stream()
                .map(net -> (double)
                        NetSummary.of(net(net), new VolumeShape(1, EDGE), 2).flop())
                .toList();
        List<Double> seconds = new ArrayList<>();
        for (int member = 0; member < members; member++) {
            seconds.add(epochs * epochSeconds * flop.get(member % nets.size()) / flop.getFirst());
        }
        return seconds;
    }

    private NetSpec net(String name) {
        try {
            return Nets.named(name);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), "--nets: " + e.getMessage(), e);
        }
    }

    private void require(String option, double value, double least, double most) {
        if (!(value >= least && value <= most)) {
            throw new ParameterException(
                    command.commandLine(), option + " is " + value + "; expected " + least + " to " + most);
        }
    }
}
