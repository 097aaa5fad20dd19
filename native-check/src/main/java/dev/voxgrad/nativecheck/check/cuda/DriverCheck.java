package dev.voxgrad.nativecheck.check.cuda;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;

import jcuda.driver.CUresult;

import dev.voxgrad.nativecheck.check.Check;
import dev.voxgrad.nativecheck.probe.ChildProcess;
import dev.voxgrad.nativecheck.probe.DriverProbe;
import dev.voxgrad.nativecheck.report.Finding;
import dev.voxgrad.nativecheck.report.Impact;

/**
 * Checks that the CUDA driver loads, starts and has a GPU, as {@link DriverProbe} saw it in a child process.
 *
 * @param system the operating system as Java names it
 * @param architecture the processor's architecture as Java names it
 * @param probe the child's outcome
 */
public record DriverCheck(String system, String architecture, ChildProcess.Outcome probe) implements Check {
    private static final String NAME = "CUDA driver";
    private static final String DRIVER_LIBRARY = "libcuda.so.1";
    private static final int OLDEST = 12_000;
    private static final int MAX_GPUS = 256;
    private static final String WANTED = "an NVIDIA GPU with a driver for CUDA 12 or newer (R525 or newer)";
    private static final String INSTALL_DRIVER = "install NVIDIA's driver, or start the container with access to the "
            + "GPU (docker run --gpus all), if the machine has an NVIDIA GPU; without one there is nothing to fix";
    private static final String NEWER_DRIVER = "install a newer NVIDIA driver";
    private static final String REBUILD = "rebuild with ./mvnw -pl native-check -am clean package";

    /** Returns whether the trainer uses GPUs on that platform at all. */
    public static boolean supported(String system, String architecture) {
        return system.toLowerCase(Locale.ROOT).contains("linux") && architecture.equals("amd64");
    }

    @Override
    public Finding judge() {
        if (!supported(system, architecture)) {
            return Finding.warn(
                    NAME,
                    "GPUs are used on Linux x86-64 only, and this is " + system + " " + architecture,
                    "Linux on x86-64",
                    "nothing to fix: training runs on the CPU");
        }
        if (!probe.started()) {
            return Finding.fail(
                    NAME,
                    "cannot be tested: " + probe.failure(),
                    "an environment in which Java may start processes",
                    "allow fork and exec (seccomp, ulimit -u, the container's process limit)");
        }
        OptionalInt status = probe.wholeNumber(DriverProbe.STATUS);
        Matcher symbol = DriverProbe.SYMBOL.matcher(probe.errors());
        if (!probe.ended() && symbol.find()) {
            return tooOld(symbol.group(1));
        }
        if (!probe.ended()) {
            return Finding.fail(
                    NAME,
                    probe.failure() + " while starting the driver",
                    WANTED,
                    "the driver and its kernel module may not match: reboot, or reinstall the driver");
        }
        return status.isPresent() ? judgeStatus(status.getAsInt()) : judgeLoading();
    }

    @Override
    public Impact impact() {
        return Impact.GPU;
    }

    /** Judges a JCuda that did not load, by the reason that the probe gave. */
    private Finding judgeLoading() {
        Optional<String> library = probe.answer(DriverProbe.MISSING_LIBRARY);
        if (library.isPresent() && library.get().equals(DRIVER_LIBRARY)) {
            return Finding.warn(
                    NAME,
                    DRIVER_LIBRARY + " was not found: no NVIDIA driver is installed here",
                    WANTED,
                    INSTALL_DRIVER);
        }
        if (library.isPresent()) {
            return Finding.fail(
                    NAME,
                    library.get() + ", which JCuda's driver library needs, was not found",
                    library.get(),
                    "install the system package that contains " + library.get());
        }
        Optional<String> symbol = probe.answer(DriverProbe.MISSING_SYMBOL);
        if (symbol.isPresent()) {
            return tooOld(symbol.get());
        }
        Optional<String> natives = probe.answer(DriverProbe.MISSING_NATIVES);
        if (natives.isPresent()) {
            return Finding.fail(
                    NAME, natives.get() + " is not on the class path", "the jar jcuda-natives for " + system, REBUILD);
        }
        String error = probe.answer(DriverProbe.LINK_ERROR).orElse(probe.failure());
        return Finding.fail(
                NAME, "JCuda does not load: " + error, WANTED, "fix or remove the library named here, or " + REBUILD);
    }

    /** Judges the status that the driver returned when JCuda started it. */
    private Finding judgeStatus(int status) {
        String driver = "the driver (for CUDA " + cudaVersion() + ")";
        if (status == CUresult.CUDA_SUCCESS && gpus() > 0) {
            String more = gpus() > 1 ? " and " + (gpus() - 1) + " more" : "";
            return version() < OLDEST
                    ? Finding.fail(NAME, driver + " is too old", WANTED, NEWER_DRIVER)
                    : Finding.pass(
                            NAME,
                            driver + " sees "
                                    + probe.answer(DriverProbe.GPU_NAME).orElse("a GPU") + more);
        }
        if (status == CUresult.CUDA_SUCCESS || status == CUresult.CUDA_ERROR_NO_DEVICE) {
            return Finding.warn(
                    NAME,
                    driver + " sees no GPU",
                    WANTED,
                    "check nvidia-smi and CUDA_VISIBLE_DEVICES, or start the container with access to the GPU");
        }
        String name = probe.answer(DriverProbe.STATUS_NAME).orElse("an error");
        return Finding.fail(NAME, driver + " does not start: " + name + " (" + status + ")", WANTED, fix(status));
    }

    /**
     * Judges a driver that lacks a function; the lookup may fail only at the first call, long after the driver loaded.
     */
    private static Finding tooOld(String symbol) {
        return Finding.fail(NAME, "the driver is too old: it has no " + symbol, WANTED, NEWER_DRIVER);
    }

    private static String fix(int status) {
        return switch (status) {
            case CUresult.CUDA_ERROR_STUB_LIBRARY ->
                "the toolkit's stub library was loaded: remove the folder stubs from LD_LIBRARY_PATH";
            case CUresult.CUDA_ERROR_SYSTEM_DRIVER_MISMATCH ->
                DRIVER_LIBRARY + " and the kernel module are from different releases: reboot, or install one release "
                        + "of both";
            default -> "run nvidia-smi; if it fails as well, reboot or reinstall the driver";
        };
    }

    private int gpus() {
        return gpus(probe);
    }

    /** Returns how many GPUs the driver sees, limited to a plausible number. */
    public static int gpus(ChildProcess.Outcome probe) {
        return Math.clamp(probe.wholeNumber(DriverProbe.GPUS).orElse(0), 0, MAX_GPUS);
    }

    private String cudaVersion() {
        return version() == 0 ? "an unknown version" : version() / 1000 + "." + version() % 1000 / 10;
    }

    private int version() {
        return probe.wholeNumber(DriverProbe.VERSION).orElse(0);
    }
}
