package dev.voxgrad.bench.gpu;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import dev.voxgrad.bench.step.EngineException;
import dev.voxgrad.bench.step.GpuEngine;
import dev.voxgrad.bench.step.StepCase;
import dev.voxgrad.engine.cuda.CudaException;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.cuda.GpuKernels;
import dev.voxgrad.engine.device.cuda.Precision;
import dev.voxgrad.medmnist.io.DataException;
import dev.voxgrad.medmnist.nets.Nets;

/** Runs the command {@code gpu}: measures the nets' steps on this machine's GPU and the best rates that it reaches. */
@Command(
        name = "gpu",
        sortOptions = false,
        description = {
            "Measures training steps and inference on this machine's NVIDIA GPU, and the GPU's own ceilings.",
            "",
            "Prints a line for each net and mode as soon as it is measured, and then tables: milliseconds, TFLOP/s "
                    + "by direct convolution, GB/s, and the share of what copies and matrix products reach on the same "
                    + "GPU in the same run. Reports modes that the machine does not support and leaves them out.",
            "Example: gpu --nets 1 --precisions bf16 --algorithms fastest",
            ""
        },
        footer = {"", "Exit code: 0 done, 1 something could not be measured, 2 wrong use."})
public final class GpuReport implements Callable<Integer> {
    private static final int MAX_CEILING_REPEATS = 20;

    @Spec
    private CommandSpec command;

    @Option(
            names = "--nets",
            paramLabel = "N",
            split = ",",
            defaultValue = "1,2,3",
            description = "Nets: 1, 2, 3, or a name such as resnet18-3d. Default: ${DEFAULT-VALUE}")
    private List<String> nets;

    @Option(
            names = "--precisions",
            paramLabel = "P",
            split = ",",
            defaultValue = "fp32,tf32,bf16",
            description = "Some of fp32, tf32, bf16. Default: ${DEFAULT-VALUE}")
    private List<String> precisions;

    @Option(
            names = "--algorithms",
            paramLabel = "A",
            split = ",",
            defaultValue = GpuMode.DETERMINISTIC + "," + GpuMode.FASTEST,
            description = "cuDNN's algorithms: deterministic, the default in training; fastest, as measured by cuDNN "
                    + "and used by train --fast-algorithms. Default: ${DEFAULT-VALUE}")
    private List<String> algorithms;

    @Option(
            names = "--kernels",
            paramLabel = "K",
            split = ",",
            defaultValue = "own",
            description = "Kernels of batch norm, pools and softmax: own, cudnn (layer by layer), or both, as with "
                    + "train --gpu-kernels. Default: ${DEFAULT-VALUE}")
    private List<String> kernels;

    @Option(
            names = "--size",
            paramLabel = "S",
            defaultValue = "28",
            description = "Edge of the volumes. Default: ${DEFAULT-VALUE}")
    private int size;

    @Option(
            names = "--batch",
            paramLabel = "B",
            defaultValue = "32",
            description = "Number of volumes in a batch. Default: ${DEFAULT-VALUE}")
    private int batch;

    @Option(
            names = "--concurrent",
            paramLabel = "M",
            split = ",",
            defaultValue = "1,2,4",
            description = "Number of members that train at once, each on its own stream, in the last precision that "
                    + "can be measured, with the first of the algorithms and of the kernels; 0 for none. "
                    + "Default: ${DEFAULT-VALUE}")
    private List<Integer> concurrent;

    @Option(
            names = "--warm-up",
            paramLabel = "W",
            defaultValue = "10",
            description = "Number of steps before measuring. Default: ${DEFAULT-VALUE}")
    private int warmUp;

    @Option(
            names = "--repeats",
            paramLabel = "R",
            defaultValue = "50",
            description = "Number of measured steps; the median is shown. Default: ${DEFAULT-VALUE}")
    private int repeats;

    @Option(
            names = "--copy",
            paramLabel = "MIB",
            defaultValue = "1024",
            description = "Size of the copies, up to a quarter of the free memory. Default: ${DEFAULT-VALUE}")
    private int copyMebibytes;

    @Option(
            names = "--matrix",
            paramLabel = "N",
            defaultValue = "8192",
            description = "Rows and columns of the matrices, fewer if memory is small. Default: ${DEFAULT-VALUE}")
    private int matrix;

    @Option(names = "--check", description = "Only report whether there is a GPU that can be measured, or why not.")
    private boolean check;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    private boolean help;

    @SuppressWarnings("NullAway.Init") // Set by call().
    private PrintWriter out;

    private final List<String> failures = new ArrayList<>();

    /** Runs the command and exits with its code. */
    public static void main(String... arguments) {
        PrintWriter out = new PrintWriter(System.out, true, System.out.charset());
        PrintWriter err = new PrintWriter(System.err, true, System.err.charset());
        System.exit(execute(out, err, arguments));
    }

    /** Runs the command; returns its exit code. */
    static int execute(PrintWriter out, PrintWriter err, String... arguments) {
        CommandLine commandLine = new CommandLine(new GpuReport());
        commandLine.setOut(out);
        commandLine.setErr(err);
        commandLine.setUsageHelpAutoWidth(true);
        commandLine.setParameterExceptionHandler((wrongUse, words) -> {
            err.println("gpu: " + wrongUse.getMessage());
            err.println("Try 'gpu --help'.");
            return CommandLine.ExitCode.USAGE;
        });
        return commandLine.execute(arguments);
    }

    @Override
    public Integer call() throws InterruptedException {
        out = command.commandLine().getOut();
        List<StepCase> cases = cases();
        List<GpuMode> modes = modes();
        requirePositive();
        try (CudaDevice device = GpuEngine.openDevice(CudaDevice.Settings.DEFAULT)) {
            GpuMachine.describe(device).forEach(this::line);
        } catch (EngineException | CudaException e) {
            complain(e.getMessage());
            return CommandLine.ExitCode.SOFTWARE;
        }
        if (!check) {
            measure(cases, modes);
            failures.forEach(this::complain);
        }
        return failures.isEmpty() ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }

    private void measure(List<StepCase> cases, List<GpuMode> modes) throws InterruptedException {
        Set<Precision> wanted =
                new LinkedHashSet<>(modes.stream().map(GpuMode::precision).toList());
        Ceilings ceilings = Ceilings.measure(
                new Ceilings.Sizes((long) copyMebibytes << 20, matrix, Math.min(repeats, MAX_CEILING_REPEATS)), wanted);
        line(String.format(Locale.ROOT, "gpu copy gb_per_s=%.0f", ceilings.bytesPerSecond() / 1e9));
        ceilings.flopPerSecond()
                .forEach((precision, flop) -> line(
                        String.format(Locale.ROOT, "gpu product %s tflop_per_s=%.1f", precision.flag(), flop / 1e12)));
        List<GpuTables.Row> rows = new ArrayList<>();
        for (StepCase work : cases) {
            for (GpuMode mode : modes) {
                attempt(work + " " + mode, () -> {
                    rows.add(new GpuTables.Row(
                            work,
                            mode,
                            StepTimes.measure(work, mode, warmUp, repeats),
                            StepWork.of(work, mode.precision())));
                    return rows.getLast().line();
                });
            }
        }
        List<GpuTables.Together> together = new ArrayList<>();
        if (!rows.isEmpty()) {
            GpuMode mode = new GpuMode(
                    rows.getLast().mode().precision(),
                    modes.getFirst().fastest(),
                    modes.getFirst().kernels());
            for (StepCase work : cases) {
                for (int members : concurrent) {
                    if (members > 0) {
                        attempt(work + " " + mode + ", members at once: " + members, () -> {
                            together.add(together(work, mode, members));
                            return together.getLast().line();
                        });
                    }
                }
            }
        }
        line("");
        out.print(new GpuTables(ceilings, rows, together).toMarkdown());
        out.flush();
    }

    private GpuTables.Together together(StepCase work, GpuMode mode, int count) throws InterruptedException {
        try (Members members = new Members(work, mode, count, warmUp)) {
            return new GpuTables.Together(work, mode, count, members.stepsPerSecond(repeats));
        }
    }

    /** Measures something and prints its line; if the GPU or a library fails, notes why and continues. */
    private void attempt(String what, Measurement measurement) throws InterruptedException {
        try {
            line(measurement.line());
        } catch (EngineException | CudaException e) {
            failures.add(what + ": " + e.getMessage());
        }
    }

    /** Measures something and returns its line. */
    private interface Measurement {
        String line() throws InterruptedException;
    }

    private void line(String text) {
        out.println(text);
        out.flush();
    }

    private void complain(@Nullable String message) {
        command.commandLine().getErr().println("gpu: " + message);
    }

    private List<StepCase> cases() {
        try {
            return nets.stream()
                    .distinct()
                    .map(net -> new StepCase(Nets.named(net.matches("\\d+") ? "net" + net : net), size, batch))
                    .toList();
        } catch (IllegalArgumentException | DataException e) {
            throw wrong(e.getMessage());
        }
    }

    private List<GpuMode> modes() {
        List<GpuMode> modes = new ArrayList<>();
        for (Precision precision : known(precisions, Precision::byFlag)) {
            for (boolean fastest : known(algorithms, GpuReport::isFastest)) {
                for (GpuKernels whose : known(kernels, GpuKernels::byFlag)) {
                    modes.add(new GpuMode(precision, fastest, whose));
                }
            }
        }
        return modes;
    }

    private <T> Set<T> known(List<String> words, Function<String, T> meaning) {
        try {
            return new LinkedHashSet<>(words.stream().map(meaning).toList());
        } catch (IllegalArgumentException e) {
            throw wrong(e.getMessage());
        }
    }

    private static boolean isFastest(String algorithms) {
        return switch (algorithms) {
            case GpuMode.DETERMINISTIC -> false;
            case GpuMode.FASTEST -> true;
            default ->
                throw new IllegalArgumentException("--algorithms has '" + algorithms + "'; choose "
                        + GpuMode.DETERMINISTIC + ", " + GpuMode.FASTEST);
        };
    }

    private void requirePositive() {
        if (warmUp < 3) {
            throw wrong("--warm-up is " + warmUp + "; expected at least 3, because the first step runs eagerly and "
                    + "the second is captured");
        }
        if (repeats < 1 || copyMebibytes < 1 || matrix < 8) {
            throw wrong("--repeats and --copy must be at least 1, and --matrix at least 8; they are " + repeats + ", "
                    + copyMebibytes + " and " + matrix);
        }
        for (int members : concurrent) {
            if (members < 0) {
                throw wrong("--concurrent has " + members + "; expected 0 or more");
            }
        }
        if (matrix > 32_768) {
            throw wrong("--matrix is " + matrix + "; expected at most 32768");
        }
    }

    private ParameterException wrong(@Nullable String message) {
        return new ParameterException(command.commandLine(), message);
    }
}
