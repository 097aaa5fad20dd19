package dev.voxgrad.medmnist.cli.command;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.medmnist.cli.options.DeviceOptions;
import dev.voxgrad.medmnist.cli.options.NetNames;
import dev.voxgrad.medmnist.cli.options.OptionValues;
import dev.voxgrad.medmnist.cli.ui.Console;
import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.io.AtomicFile;
import dev.voxgrad.medmnist.io.DataException;
import dev.voxgrad.medmnist.nets.NetSpec;
import dev.voxgrad.medmnist.profile.ChromeTrace;
import dev.voxgrad.medmnist.profile.FloorTable;
import dev.voxgrad.medmnist.profile.Profile;
import dev.voxgrad.medmnist.profile.ProfileTable;
import dev.voxgrad.medmnist.profile.Profiler;
import dev.voxgrad.medmnist.profile.ScalingTable;
import dev.voxgrad.medmnist.train.settings.TrainSettings;

/** Runs {@code medmnist profile}. */
@Command(
        name = "profile",
        header = "Shows how a net spends its time, operation by operation.",
        sortOptions = false,
        description = {
            "Runs a net on random volumes and prints a row for each operation and pass: time, arithmetic, memory "
                    + "traffic, and how close both come to the machine's peak, which is measured first. A legend "
                    + "explains the columns.",
            "",
            "With --trace, also writes a timeline of every operation and thread: open it at https://ui.perfetto.dev or "
                    + "at chrome://tracing.",
            "",
            "Examples:",
            "  medmnist profile --net net1 --threads 1 --trace net1.json",
            "  medmnist profile --net resnet18-3d --floor floor.md",
            ""
        })
public final class ProfileCommand implements Callable<Integer> {
    /** The part of a net's work that is profiled. */
    enum Phase {
        train,
        infer
    }

    private static final int MOST_STEPS = 1_000_000;

    @Spec
    private CommandSpec command;

    @Option(
            names = "--net",
            paramLabel = "N",
            required = true,
            completionCandidates = NetNames.class,
            description = "One of ${COMPLETION-CANDIDATES}.")
    private String net;

    @Option(
            names = "--phase",
            paramLabel = "PHASE",
            defaultValue = "train",
            description = "train (forward, backward, update) or infer. Default: ${DEFAULT-VALUE}")
    private Phase phase;

    @Option(names = "--batch-size", paramLabel = "B", description = "Volumes at a time. Default: ${DEFAULT-VALUE}")
    private int batchSize = TrainSettings.BATCH_SIZE;

    @Option(
            names = "--size",
            paramLabel = "S|DxHxW",
            defaultValue = "28",
            description = "Voxels along each axis of a volume: 28 for a cube, or 16x48x48. Default: ${DEFAULT-VALUE}")
    private String size;

    @Option(
            names = "--channels",
            paramLabel = "C",
            description = "Channels of a volume, 1 to " + VolumeShape.MOST_CHANNELS
                    + ". Default: 3 for the ResNets, as their recipe copies grey volumes to "
                    + "three channels; else 1")
    private @Nullable Integer channels;

    @Option(
            names = "--classes",
            paramLabel = "K",
            defaultValue = "2",
            description = "Number of classes. Default: ${DEFAULT-VALUE}")
    private int classes;

    @Option(
            names = "--steps",
            paramLabel = "N",
            defaultValue = "5",
            description = "Number of steps to record, after a warm-up. Default: ${DEFAULT-VALUE}")
    private int steps;

    @Option(names = "--trace", paramLabel = "FILE.json", description = "Also write a timeline of all steps.")
    private @Nullable Path trace;

    @Option(
            names = "--floor",
            paramLabel = "FILE.md",
            description = "Also write, as Markdown, how far each pass is above its floor: its arithmetic at the "
                    + "measured peak or its traffic at the measured bandwidth, whichever takes longer.")
    private @Nullable Path floor;

    @Option(
            names = "--scaling",
            paramLabel = "FILE.md",
            description =
                    "Also profile with one thread, and write, as Markdown, how each pass is predicted to scale to "
                            + "64 threads, next to what --threads measures.")
    private @Nullable Path scaling;

    @Mixin
    private DeviceOptions deviceOptions;

    @Override
    public Integer call() {
        NetSpec spec = OptionValues.net(command, net);
        OptionValues.requireWithin(command, "--batch-size", batchSize, TrainSettings.MOST_VOLUMES);
        OptionValues.requireWithin(command, "--classes", classes, SummaryCommand.MOST_CLASSES);
        OptionValues.requireWithin(command, "--steps", steps, MOST_STEPS);
        int volumeChannels = OptionValues.channels(channels, spec);
        OptionValues.requireWithin(command, "--channels", volumeChannels, VolumeShape.MOST_CHANNELS);
        VolumeShape volume = OptionValues.volume(command, size, volumeChannels, SummaryCommand.LARGEST_EDGE);
        spec.requireFits(batchSize, volume);
        Stream.of(Optional.ofNullable(trace), Optional.ofNullable(floor), Optional.ofNullable(scaling))
                .flatMap(Optional::stream)
                .forEach(AtomicFile::requireWritable);
        try (CpuDevice device = deviceOptions.openCpu()) {
            profile(device, new Profiler.Settings(spec, batchSize, volume, classes, phase == Phase.train, steps));
        }
        return 0;
    }

    private void profile(CpuDevice device, Profiler.Settings settings) {
        Console console = new Console(command.commandLine().getOut());
        Profile profile = run(device, settings, console);
        console.line(ProfileTable.of(profile).stripTrailing());
        if (floor != null) {
            AtomicFile.write(floor, FloorTable.of(profile));
            console.line("\nThe comparison with the floor is in " + floor);
        }
        if (scaling != null) {
            AtomicFile.write(scaling, scaling(device, settings, profile, console));
            console.line("\nThe prediction for more threads is in " + scaling);
        }
        if (trace != null) {
            ChromeTrace.write(profile, trace);
            console.line("\nThe timeline is in " + trace + "; open it at https://ui.perfetto.dev");
        }
    }

    private String scaling(CpuDevice device, Profiler.Settings settings, Profile profile, Console console) {
        if (device.threads() == 1) {
            return ScalingTable.of(profile, null);
        }
        try (CpuDevice single = new CpuDevice(1, device.convolution(), device.fusion())) {
            return ScalingTable.of(run(single, settings, console), profile);
        }
    }

    private Profile run(CpuDevice device, Profiler.Settings settings, Console console) {
        Profiler profiler;
        try {
            profiler = new Profiler(device, settings);
        } catch (DataException e) {
            throw new ParameterException(command.commandLine(), e.getMessage(), e); // a size too small for the net
        }
        return profiler.run(console::status);
    }
}
