package dev.voxgrad.nativecheck.check.cuda;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

import jcuda.driver.CUcomputemode;

import dev.voxgrad.nativecheck.check.Check;
import dev.voxgrad.nativecheck.probe.ChildProcess;
import dev.voxgrad.nativecheck.probe.DriverProbe;
import dev.voxgrad.nativecheck.probe.GpuFact;
import dev.voxgrad.nativecheck.report.Finding;
import dev.voxgrad.nativecheck.report.Impact;

/**
 * Checks one GPU, as {@link DriverProbe} saw it. Its name is the one that the trainer's option {@code --device}
 * accepts.
 *
 * @param gpu its number; the trainer uses number 0 by default
 * @param probe the child's outcome
 */
public record GpuCheck(int gpu, ChildProcess.Outcome probe) implements Check {
    /** cuDNN 9 for CUDA 12 supports Maxwell and newer. */
    private static final int OLDEST_MAJOR = 5;

    /** Returns the name of a GPU, {@code cuda:0} for the first. */
    public static String name(int gpu) {
        return "cuda:" + gpu;
    }

    @Override
    public Finding judge() {
        String name = name(gpu);
        if (fact(GpuFact.NAME).isEmpty()) {
            return Finding.fail(
                    name,
                    "the driver lists " + name + " but cannot open it",
                    "a GPU that responds",
                    "check nvidia-smi and the system log; the GPU may be lost until a reboot");
        }
        int mode = number(GpuFact.MODE);
        int major = number(GpuFact.MAJOR);
        String found = String.format(
                Locale.ROOT,
                "%s, compute capability %d.%d, %s, %s",
                fact(GpuFact.NAME).orElseThrow(),
                major,
                number(GpuFact.MINOR),
                memory(),
                mode(mode));
        if (mode == CUcomputemode.CU_COMPUTEMODE_PROHIBITED) {
            return Finding.fail(
                    name,
                    found + ": no program may use it",
                    "another compute mode",
                    "nvidia-smi -i NUMBER -c DEFAULT, as administrator, with the number that nvidia-smi shows");
        }
        if (major < OLDEST_MAJOR) {
            return Finding.fail(
                    name,
                    found + ": too old for cuDNN 9",
                    "compute capability 5.0 or newer",
                    "hide it with CUDA_VISIBLE_DEVICES, or train on the CPU");
        }
        Optional<String> refusal = fact(GpuFact.REFUSAL);
        if (refusal.isPresent()) {
            return Finding.fail(
                    name,
                    found + ": it accepts no program, " + refusal.get(),
                    "a GPU that accepts programs",
                    "check nvidia-smi: another program may occupy all its memory or use it in exclusive mode");
        }
        return Finding.pass(name, found);
    }

    @Override
    public Impact impact() {
        return gpu == 0 ? Impact.FIRST_GPU : Impact.OTHER_GPU;
    }

    private String memory() {
        String total = gibibytes(GpuFact.TOTAL_BYTES).orElse("memory of unknown size");
        return total
                + gibibytes(GpuFact.FREE_BYTES)
                        .map(size -> " (" + size + " free)")
                        .orElse("");
    }

    private Optional<String> gibibytes(GpuFact fact) {
        OptionalLong bytes = probe.longNumber(fact.key(gpu));
        return bytes.isEmpty()
                ? Optional.empty()
                : Optional.of(String.format(Locale.ROOT, "%.1f GiB", bytes.getAsLong() / (double) (1 << 30)));
    }

    private static String mode(int mode) {
        return switch (mode) {
            case CUcomputemode.CU_COMPUTEMODE_DEFAULT -> "shared mode";
            case CUcomputemode.CU_COMPUTEMODE_PROHIBITED -> "prohibited mode";
            case CUcomputemode.CU_COMPUTEMODE_EXCLUSIVE_PROCESS -> "exclusive mode";
            default -> "mode " + mode;
        };
    }

    private int number(GpuFact fact) {
        return probe.wholeNumber(fact.key(gpu)).orElse(0);
    }

    private Optional<String> fact(GpuFact fact) {
        return probe.answer(fact.key(gpu));
    }
}
