package dev.voxgrad.medmnist.cli.options;

import java.util.List;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import dev.voxgrad.engine.device.Device;

/** The options for parallel training. None of them affects the results. */
public final class ParallelOptions {
    /** The largest default: more workers would augment faster than any GPU of today trains. */
    private static final int MOST_WORKERS = 8;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(
            names = "--concurrent",
            paramLabel = "M",
            defaultValue = "1",
            description = "On a GPU: number of members to train at once, to keep a large GPU busy with small nets. "
                    + "Each needs its own memory; the results are the same. Default: ${DEFAULT-VALUE}")
    private int concurrent;

    @Option(
            names = "--workers",
            paramLabel = "N",
            description =
                    "Threads that read and augment volumes, for each member in training; the results do not depend "
                            + "on their number. Default: 1 on the CPU, whose cores train; with a GPU, the number of "
                            + "cores divided by --concurrent, up to " + MOST_WORKERS)
    private @Nullable Integer workers;

    /** Requires numbers within their ranges. */
    public void check() {
        if (concurrent < 1 || concurrent > DeviceOptions.MOST_THREADS) {
            throw wrongUse("--concurrent is " + concurrent + "; expected at least 1 and at most "
                    + DeviceOptions.MOST_THREADS);
        }
        if (workers != null && (workers < 1 || workers > DeviceOptions.MOST_THREADS)) {
            throw wrongUse(
                    "--workers is " + workers + "; expected at least 1 and at most " + DeviceOptions.MOST_THREADS);
        }
    }

    /**
     * Returns the additional devices for members that are trained at the same time: further streams on the same GPU.
     *
     * @param members how many members are to be trained
     */
    public List<? extends Device> moreDevices(Device device, DeviceOptions devices, int members) {
        if (device.canSplit()) {
            return Stream.generate(() -> devices.another(device))
                    .limit(Math.min(concurrent, members) - 1L)
                    .toList();
        }
        if (concurrent > 1) {
            throw wrongUse("--concurrent is for GPUs, and the device is " + device.name()
                    + ", which one member keeps busy; to divide the work between machines, use --members");
        }
        return List.of();
    }

    /** Returns how many threads prepare each member's batches. */
    public int workers(Device device) {
        return workers != null ? workers : workersFor(device, concurrent);
    }

    /** Returns the default number of threads that prepare each member's batches. */
    public static int workersFor(Device device, int membersAtOnce) {
        return device.canSplit()
                ? Math.clamp(Runtime.getRuntime().availableProcessors() / membersAtOnce, 1, MOST_WORKERS)
                : 1;
    }

    private ParameterException wrongUse(String message) {
        return new ParameterException(command.commandLine(), message);
    }
}
