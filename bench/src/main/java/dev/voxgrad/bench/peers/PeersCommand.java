package dev.voxgrad.bench.peers;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import dev.voxgrad.bench.step.EngineException;
import dev.voxgrad.bench.step.EngineName;
import dev.voxgrad.medmnist.cli.ui.Console;
import dev.voxgrad.medmnist.io.AtomicFile;
import dev.voxgrad.medmnist.io.DataException;

/** Runs the command {@code peers}: measures all engines on all cases and reports the results. */
@Command(
        name = "peers",
        sortOptions = false,
        description = {
            "Compares training steps and inference with those of other engines, on the same cores.",
            "",
            "Every measurement runs in its own JVM with one engine and one net: at least 5 steps and 6 seconds to warm "
                    + "up, then the median of 7, for inference and then for training; fewer of steps that take "
                    + "seconds. Engines take turns, round by round, so that other activity on the machine affects "
                    + "all of them alike. An engine that fails on a case is not tried again there; the rest is "
                    + "measured and reported. The files of --json, --markdown and --svg are written after every case, "
                    + "so that a run that is ended early leaves what it has measured.",
            "",
            "Each round starts with the peak of the cores, in fused multiply-adds per second. The tables give every "
                    + "engine's share of it, counting the operations of direct convolution, whatever the engine "
                    + "executes: with Winograd's algorithm, the share may exceed that of the operations executed, "
                    + "and even 100 %.",
            "",
            "libtorch is measured twice. 'libtorch' is tuned: its allocator keeps the memory of freed tensors "
                    + "(--allocator), for each case and phase it uses the faster of two memory layouts, which it "
                    + "finds while warming up, and its ResNets apply ReLU and add shortcuts in place. "
                    + "'libtorch-untuned' is as installed, with nets as the official code writes them. Ratios are to "
                    + "the tuned one. 'onnxruntime' only infers, on a model that Voxgrad writes.",
            "",
            "Environment variables that tune allocators or numerical libraries (MALLOC_*, LD_PRELOAD, OMP_*, ...) "
                    + "are not passed on to any engine. The JSON file records which were set and cleared, and "
                    + "memory, CPU times and page faults of every engine and phase.",
            "",
            "Examples:",
            "  peers --nets 1 --rounds 1 --svg peers.svg",
            "  peers --engines voxgrad,libtorch --allocator jemalloc --json peers.json",
            "  peers --nets resnet18-3d,resnet50-acs --rounds 1 --markdown resnets.md",
            ""
        },
        footer = {"", "Exit code: 0 done, 1 it failed, 2 wrong use."})
public final class PeersCommand implements Callable<Integer> {
    @Spec
    private CommandSpec command;

    @Mixin
    private CaseOptions cases;

    @Option(
            names = "--engines",
            paramLabel = "E",
            split = ",",
            defaultValue = "voxgrad,libtorch,libtorch-untuned,onnxruntime",
            description = "Some of voxgrad, libtorch, libtorch-untuned, onnxruntime, nd4j. Default: ${DEFAULT-VALUE}")
    private List<String> engines;

    @Option(
            names = "--allocator",
            paramLabel = "A",
            defaultValue = Allocator.AUTO,
            description = "Allocator of the tuned libtorch: auto, tcmalloc, jemalloc or glibc. auto uses the first "
                    + "one that is installed (on Debian and Ubuntu: libtcmalloc-minimal4, libjemalloc2); glibc's "
                    + "always is, but needs more memory. Default: ${DEFAULT-VALUE}")
    private String allocator;

    @Option(
            names = "--instructions",
            paramLabel = "I",
            defaultValue = "native",
            description =
                    "Vector instructions that the engines may use: native, all that the CPU has, or avx2, to see how "
                            + "they compare on CPUs without AVX-512; onnxruntime cannot be limited. Default: "
                            + "${DEFAULT-VALUE}")
    private String instructions;

    @Option(
            names = "--threads",
            paramLabel = "T",
            description = "Number of threads of each engine. Default: one per core")
    private @Nullable Integer threads;

    @Option(
            names = "--rounds",
            paramLabel = "R",
            defaultValue = "3",
            description = "Number of times everything is measured. Default: ${DEFAULT-VALUE}")
    private int rounds;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the results as JSON, for programs.")
    private @Nullable Path json;

    @Option(names = "--markdown", paramLabel = "FILE", description = "Write the printed tables as Markdown.")
    private @Nullable Path markdown;

    @Option(names = "--svg", paramLabel = "FILE", description = "Write the results as a chart.")
    private @Nullable Path svg;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    private boolean help;

    private final Function<Surroundings, EngineRunner> runners;

    PeersCommand(Function<Surroundings, EngineRunner> runners) {
        this.runners = runners;
    }

    /** Runs the command and exits with its code. */
    public static void main(String... arguments) {
        PrintWriter out = new PrintWriter(System.out, true, System.out.charset());
        PrintWriter err = new PrintWriter(System.err, true, System.err.charset());
        System.exit(execute(ProcessRunner::new, out, err, arguments));
    }

    /**
     * Runs the command and returns its exit code.
     *
     * @param runners creates the runner of the engines
     */
    static int execute(
            Function<Surroundings, EngineRunner> runners, PrintWriter out, PrintWriter err, String... arguments) {
        CommandLine commandLine = new CommandLine(new PeersCommand(runners));
        commandLine.setOut(out);
        commandLine.setErr(err);
        commandLine.setUsageHelpAutoWidth(true);
        commandLine.setParameterExceptionHandler((wrongUse, words) -> {
            err.println("peers: " + wrongUse.getMessage());
            err.println("Try 'peers --help'.");
            return CommandLine.ExitCode.USAGE;
        });
        return commandLine.execute(arguments);
    }

    @Override
    public Integer call() throws IOException {
        try {
            List<String> failures = compare();
            failures.forEach(this::complain);
            return failures.isEmpty() ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
        } catch (EngineException | DataException e) {
            complain(e.getMessage());
            return CommandLine.ExitCode.SOFTWARE;
        }
    }

    private void complain(@Nullable String message) {
        command.commandLine().getErr().println("peers: " + message);
    }

    /** Measures and reports; returns why engines failed, empty if none did. */
    private List<String> compare() throws IOException {
        Comparison comparison = new Comparison(engines(), cases.parse());
        int cores = Runtime.getRuntime().availableProcessors();
        int used = threads == null ? cores : threads;
        if (used < 1 || used > cores) {
            throw wrong("--threads is " + used + "; expected at least 1 and up to " + cores
                    + ", the cores that this process may use");
        }
        if (rounds < 1) {
            throw wrong("--rounds is " + rounds + "; expected at least 1");
        }
        Stream.of(json, markdown, svg).filter(file -> file != null).forEach(AtomicFile::requireWritable);
        requirePlatform(comparison.engines());
        Allocator.Installed chosen = allocator();
        InstructionSet limit = instructions(comparison.engines());
        List<Integer> allowed = Linux.hasProgram("taskset") ? Linux.allowedCores() : List.of();
        List<Integer> pinned = allowed.size() < used ? List.of() : allowed.subList(0, used);
        Console console = new Console(command.commandLine().getOut());
        console.line(
                pinned.isEmpty()
                        ? "Not pinned to cores, because there is no program 'taskset'."
                        : "Pinned to core" + (used == 1 ? " " : "s ") + PeersReport.list(pinned) + ".");
        if (comparison.engines().contains(EngineName.LIBTORCH)) {
            console.line("Allocator of the tuned libtorch: " + chosen + "."
                    + (chosen.library().isPresent()
                            ? ""
                            : " It needs less memory with tcmalloc or jemalloc: see peers --help."));
        }
        Surroundings surroundings = new Surroundings(pinned, chosen, limit);
        PeersReport report = new PeersReport(used, rounds, surroundings);
        new Rounds(comparison, runners.apply(surroundings), used, rounds, console)
                .measure(() -> write(report, comparison.finished()));
        if (!comparison.measured().isEmpty()) {
            console.line("");
            command.commandLine().getOut().print(report.tables(comparison));
            command.commandLine().getOut().flush();
        }
        return comparison.failures();
    }

    private List<EngineName> engines() {
        try {
            return List.copyOf(
                    new LinkedHashSet<>(engines.stream().map(EngineName::byFlag).toList()));
        } catch (IllegalArgumentException e) {
            throw wrong(e.getMessage());
        }
    }

    private Allocator.Installed allocator() {
        try {
            return Allocator.find(allocator, Linux::library);
        } catch (IllegalArgumentException e) {
            throw wrong(e.getMessage());
        }
    }

    private InstructionSet instructions(List<EngineName> compared) {
        InstructionSet limit;
        try {
            limit = InstructionSet.byFlag(instructions);
        } catch (IllegalArgumentException e) {
            throw wrong("--" + e.getMessage());
        }
        compared.stream().filter(engine -> !limit.limits(engine)).findFirst().ifPresent(engine -> {
            throw wrong("--instructions " + limit.flag() + " does not limit " + engine.flag()
                    + "; leave it out, for instance with --engines voxgrad,libtorch");
        });
        return limit;
    }

    private static void requirePlatform(List<EngineName> engines) {
        if (!Linux.isHere()) {
            throw new EngineException("peers requires Linux, whose /proc reports a process's peak memory", null);
        }
        if (!Linux.isX86() && !engines.equals(List.of(EngineName.VOXGRAD))) {
            throw new EngineException("libtorch and nd4j are available for x86-64 only; add --engines voxgrad", null);
        }
    }

    /** Writes the requested files; none if nothing was measured. */
    private void write(PeersReport report, Comparison comparison) {
        if (comparison.measured().isEmpty()) {
            return;
        }
        Map<Path, String> files = new LinkedHashMap<>();
        files.put(json, JsonReport.of(comparison, report.threads()));
        files.put(markdown, report.tables(comparison));
        files.put(svg, report.chart(comparison));
        files.remove(null);
        files.forEach(AtomicFile::write);
    }

    private ParameterException wrong(@Nullable String message) {
        return new ParameterException(command.commandLine(), message);
    }
}
