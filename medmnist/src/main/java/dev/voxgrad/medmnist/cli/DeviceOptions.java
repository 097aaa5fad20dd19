package dev.voxgrad.medmnist.cli;

import java.io.PrintWriter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import dev.voxgrad.engine.device.Availability;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.Devices;
import dev.voxgrad.engine.op.conv3d.Conv3dChoice;
import dev.voxgrad.medmnist.data.DataException;
import dev.voxgrad.medmnist.train.RunInfo;

/** What the nets run on. */
final class DeviceOptions {
    private static final int MOST_THREADS = 1024;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(names = "--device", paramLabel = "DEVICE", defaultValue = "auto",
            description = "auto, cpu, cuda, or reference (slow, in double precision). Default: ${DEFAULT-VALUE}")
    private String name;

    @Option(names = "--threads", paramLabel = "T",
            description = "CPU threads; the results do not depend on it. Default: one per core")
    private Integer threads;

    @Option(names = "--convolution", paramLabel = "HOW",
            description = "auto, direct, or winograd wherever it is possible; results differ in the last digits. "
                    + "Default: auto")
    private String convolution;

    @Option(names = "--no-fusion",
            description = "Run every layer by itself, to compare or to look inside: slower, and results differ in the "
                    + "last digits.")
    private boolean noFusion;

    /** As {@link #open}, but what is not asked for is as it was when the run was begun. */
    Device openAsIn(RunInfo run) {
        convolution = convolution == null ? run.convolution() : convolution;
        noFusion |= !run.fusion();
        return open();
    }

    /** The device asked for, and a line about it; one that can't be had is an error, never replaced by another. */
    Device open() {
        if (threads != null && (threads < 1 || threads > MOST_THREADS)) {
            throw new ParameterException(command.commandLine(),
                    "--threads is " + threads + "; expected at least 1 and at most " + MOST_THREADS);
        }
        Availability availability;
        try {
            availability = Devices.find(name, threads == null ? 0 : threads,
                    convolution == null ? Conv3dChoice.AUTO : Conv3dChoice.byFlag(convolution), !noFusion);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), e.getMessage(), e);
        }
        return switch (availability) {
            case Availability.Available(Device device) -> {
                PrintWriter out = command.commandLine().getOut();
                out.println("device " + device.description()
                        + (name.equals("auto") ? " (auto: " + Devices.explainAuto() + ")" : ""));
                out.flush();
                yield device;
            }
            case Availability.Missing(String reason) -> throw new DataException(reason);
        };
    }
}
