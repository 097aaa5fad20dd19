package dev.voxgrad.medmnist.cli.options;

import java.util.List;
import java.util.stream.Stream;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.ReferenceDevice;

/** How much of a training goes on at the same time. Nothing of it makes a difference to the results. */
public final class ParallelOptions {
    /** More than these augment faster than any card of today takes batches. */
    private static final int MOST_WORKERS = 8;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(
            names = "--concurrent",
            paramLabel = "M",
            defaultValue = "1",
            description = "On a GPU: train so many members at once, which keeps a big card busy with small nets. "
                    + "Each needs its own memory; the results are the same. Default: ${DEFAULT-VALUE}")
    private int concurrent;

    @Option(
            names = "--workers",
            paramLabel = "N",
            description = "Threads that read and augment the volumes of each member under way; the results do not "
                    + "depend on it. Default: on the CPU, whose cores train, 1; with a GPU, the cores divided by "
                    + "--concurrent, at most " + MOST_WORKERS)
    private Integer workers;

    /** Refuses numbers that make no sense. */
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
     * The further devices that members are trained on at once: on a GPU streams of their own on the same card.
     *
     * @param members how many there are to train
     */
    public List<? extends Device> moreDevices(Device device, DeviceOptions devices, int members) {
        return switch (device) {
            case CudaDevice gpu ->
                Stream.generate(() -> devices.another(gpu))
                        .limit(Math.min(concurrent, members) - 1L)
                        .toList();
            case CpuDevice _, ReferenceDevice _ -> {
                if (concurrent > 1) {
                    throw wrongUse("--concurrent is for GPUs, and the device is " + device.name()
                            + ", which one member keeps busy; to share the work between machines, use --members");
                }
                yield List.of();
            }
        };
    }

    /** How many threads prepare each member's batches. */
    public int workers(Device device) {
        if (workers != null) {
            return workers;
        }
        return switch (device) {
            case CudaDevice _ -> Math.clamp(Runtime.getRuntime().availableProcessors() / concurrent, 1, MOST_WORKERS);
            case CpuDevice _, ReferenceDevice _ -> 1;
        };
    }

    private ParameterException wrongUse(String message) {
        return new ParameterException(command.commandLine(), message);
    }
}
