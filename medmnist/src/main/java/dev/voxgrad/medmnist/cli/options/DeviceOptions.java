package dev.voxgrad.medmnist.cli.options;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import dev.voxgrad.engine.device.Availability;
import dev.voxgrad.engine.device.ConvolutionMode;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.Devices;
import dev.voxgrad.engine.device.cuda.GpuKernels;
import dev.voxgrad.engine.device.cuda.Precision;
import dev.voxgrad.medmnist.io.DataException;
import dev.voxgrad.medmnist.run.RunInfo;

/** The options that choose the device that the nets run on. */
public final class DeviceOptions implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("dev.voxgrad.device");
    public static final int MOST_THREADS = 1024;

    private final List<Device> opened = new ArrayList<>();

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            description = "cpu, cuda (an NVIDIA GPU; 'medmnist doctor' checks whether it can be used), cuda:1 (the "
                    + "second GPU, and so on), reference (slow, in double precision), or auto: cuda if it works, else "
                    + "cpu. Default: auto")
    private @Nullable String name;

    @Option(
            names = "--threads",
            paramLabel = "T",
            description = "CPU threads; the results do not depend on their number. Default: one per core")
    private @Nullable Integer threads;

    @Option(
            names = "--convolution",
            paramLabel = "HOW",
            description =
                    "auto, direct, winograd wherever possible, or winograd4 for large tiles; the results differ in "
                            + "the last digits. Default: auto")
    private @Nullable String convolution;

    @Option(
            names = "--precision",
            paramLabel = "P",
            description = "On a GPU: fp32 (full float32), tf32 (factors of products rounded to ten bits, on tensor "
                    + "cores) or bf16 (activations are also stored in half the memory; weights, statistics and loss "
                    + "stay float32). Default: fp32")
    private @Nullable String precision;

    @Option(
            names = "--fast-algorithms",
            description =
                    "On a GPU: let cuDNN measure and choose its fastest algorithms. Some of them sum in a different "
                            + "order each time, so that two equal runs differ in the last digits.")
    private boolean fastAlgorithms;

    @Option(
            names = "--gpu-kernels",
            paramLabel = "WHOSE",
            description =
                    "On a GPU: own (Voxgrad's kernels) or cudnn (cuDNN's batch norm, pooling and softmax, layer by "
                            + "layer), for comparison; the log shows what cuDNN does not support. Default: own")
    private @Nullable String gpuKernels;

    @Option(
            names = "--no-fusion",
            description =
                    "Run every layer by itself, for comparison or debugging: slower, and the results differ in the "
                            + "last digits.")
    private boolean noFusion;

    /** Opens the device as {@link #open} does; options that were not given are taken from the run. */
    public Device openAsIn(RunInfo run) {
        String elsewhere =
                name == null ? "; the run was started on this device; pass --device to resume on another one" : "";
        name = name == null ? run.deviceName() : name;
        convolution = convolution == null ? run.convolution() : convolution;
        noFusion |= !run.fusion();
        if (run.gpu() != null) {
            precision = precision == null ? run.gpu().precision() : precision;
            fastAlgorithms |= run.gpu().fastAlgorithms();
            gpuKernels = gpuKernels == null ? run.gpu().kernels() : gpuKernels;
        }
        return open(elsewhere);
    }

    /** Opens the device as {@link #open} does, for a command that supports the CPU only. */
    public CpuDevice openCpu() {
        name = name == null ? "cpu" : inLowerCase(name);
        if (!name.equals("cpu")) {
            throw new ParameterException(
                    command.commandLine(), command.name() + " runs on the CPU only; leave out --device");
        }
        return (CpuDevice) open();
    }

    /**
     * Opens the device and prints a line that describes it. A device that is not available is an error; it is never
     * replaced by another one.
     */
    public Device open() {
        return open("");
    }

    private Device open(String hintForUnknownName) {
        String wanted = name == null ? "auto" : inLowerCase(name);
        if (threads != null && (threads < 1 || threads > MOST_THREADS)) {
            throw new ParameterException(
                    command.commandLine(),
                    "--threads is " + threads + "; expected at least 1 and at most " + MOST_THREADS);
        }
        Devices.Settings settings;
        try {
            settings = settings();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), "--" + e.getMessage(), e);
        }
        Availability availability;
        try {
            availability = Devices.find(wanted, settings);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), e.getMessage() + hintForUnknownName, e);
        }
        return switch (availability) {
            case Availability.Available(Device device, String why) -> {
                opened.add(device);
                requireGpuFor(device);
                PrintWriter out = command.commandLine().getOut();
                out.println("device " + device.description() + because(device, why));
                out.flush();
                yield device;
            }
            case Availability.Missing(String reason) -> throw new DataException(reason);
        };
    }

    /** Returns a device that is another stream on the same GPU. */
    Device another(Device device) {
        Device another = device.another();
        opened.add(another);
        return another;
    }

    /** Closes all devices that were opened; called at the end of the command. */
    @Override
    public void close() {
        opened.reversed().forEach(Device::close);
        opened.clear();
    }

    /**
     * Returns why the device was chosen; without a GPU just a hint, since the full reason is long and the same each
     * time.
     */
    private static String because(Device device, String why) {
        return why.isEmpty()
                ? ""
                : " (auto: " + (device instanceof CpuDevice ? "no working GPU; 'medmnist doctor' says why" : why) + ")";
    }

    /** Converts to lower case: names of devices and their settings are accepted in capitals as well. */
    private static String inLowerCase(String word) {
        return word.toLowerCase(Locale.ROOT);
    }

    private Devices.Settings settings() {
        GpuKernels kernels = gpuKernels == null ? GpuKernels.OWN : GpuKernels.byFlag(inLowerCase(gpuKernels));
        boolean logAtInfo = fastAlgorithms || kernels == GpuKernels.CUDNN;
        return new Devices.Settings(
                threads == null ? 0 : threads,
                convolution == null ? ConvolutionMode.AUTO : ConvolutionMode.byFlag(inLowerCase(convolution)),
                !noFusion,
                new CudaDevice.Settings(
                        precision == null ? Precision.FP32 : Precision.byFlag(inLowerCase(precision)),
                        fastAlgorithms,
                        !noFusion,
                        kernels,
                        logAtInfo ? LOG::info : LOG::debug));
    }

    private void requireGpuFor(Device device) {
        String option = precision != null
                ? "--precision"
                : fastAlgorithms ? "--fast-algorithms" : gpuKernels != null ? "--gpu-kernels" : null;
        if (device.gpuSettings().isEmpty() && option != null) {
            throw new ParameterException(
                    command.commandLine(),
                    option + " is for GPUs, and the device is " + device.name()
                            + "; leave it out, or pass --device cuda to see why no GPU was found");
        }
    }
}
