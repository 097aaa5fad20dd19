package dev.voxgrad.engine.testing;

import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;

import dev.voxgrad.engine.cuda.CudaException;
import dev.voxgrad.engine.cuda.driver.CudaDriver;
import dev.voxgrad.engine.device.Availability;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.Devices;
import dev.voxgrad.engine.device.cuda.GpuKernels;
import dev.voxgrad.engine.device.cuda.Precision;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Provides a GPU for tests: this machine's GPU if it has one, else an emulated one. The emulator tests our own code
 * (kernels, layouts, sizes, the order of work, memory), but not how cuDNN or real hardware behaves.
 */
public final class TestGpu {
    private static final Optional<String> MISSING = find();

    private static boolean emulated;

    private TestGpu() {}

    private static Optional<String> find() {
        if (Devices.find("cuda", Devices.Settings.DEFAULT) instanceof Availability.Available found) {
            ((CudaDevice) found.device()).close();
            return Optional.empty();
        }
        Optional<String> missing = CudaEmulator.missing();
        if (missing.isEmpty()) {
            CudaEmulator.load();
            emulated = true;
        }
        return missing;
    }

    /** Returns the reason why there is neither a GPU nor an emulated one; empty if there is one. */
    public static Optional<String> missing() {
        return MISSING;
    }

    /** Tests whether the GPU is an emulated one, which is slow. */
    public static boolean isEmulated() {
        assumeSome();
        return emulated;
    }

    /** Skips the test, with the reason, if there is neither a GPU nor an emulated one. */
    public static void assumeSome() {
        assumeTrue(MISSING.isEmpty(), () -> "no GPU, and none can be emulated: " + MISSING.orElseThrow());
    }

    /** Skips the test if there is no real GPU, unless -Dvoxgrad.emulateAll=true allows slow tests. */
    public static void assumeReal() {
        assumeSome();
        assumeTrue(!emulated || Boolean.getBoolean("voxgrad.emulateAll"), "no NVIDIA GPU on this machine");
    }

    /**
     * Opens a new device with deterministic algorithms. Skips the test if that is impossible, or if cuDNN's version is
     * known to compute wrong convolutions in that precision.
     */
    public static CudaDevice open(Precision precision) {
        return open(0, precision);
    }

    /** Opens the same device on the GPU with this number. */
    public static CudaDevice open(int card, Precision precision) {
        return open(card, new CudaDevice.Settings(precision, false, true, GpuKernels.OWN, _ -> {}));
    }

    /** Opens the same device on the first GPU, with these kernels and a log. */
    public static CudaDevice open(Precision precision, GpuKernels kernels, Consumer<String> log) {
        return open(0, new CudaDevice.Settings(precision, false, true, kernels, log));
    }

    private static CudaDevice open(int card, CudaDevice.Settings settings) {
        assumeSome();
        try {
            return new CudaDevice(card, settings);
        } catch (CudaException e) {
            assumeTrue(!e.getMessage().contains("known to compute wrong"), e.getMessage());
            throw e;
        }
    }

    /**
     * Provides {@code count} GPUs of the same kind, until {@link #oneGpu} is called. Skips the test if the GPUs are
     * real and there are fewer, or if they differ.
     */
    public static void assumeGpus(int count) {
        if (isEmulated()) {
            CudaEmulator.gpus(count);
        } else {
            assumeTrue(CudaDriver.count() >= count, () -> "fewer than " + count + " GPUs");
            assumeTrue(
                    IntStream.range(0, count)
                                    .mapToObj(card -> CudaDriver.of(card).name())
                                    .distinct()
                                    .count()
                            == 1,
                    "the GPUs are of different kinds");
        }
    }

    /** Removes all emulated GPUs but the first. */
    public static void oneGpu() {
        if (emulated) {
            CudaEmulator.gpus(1);
        }
    }

    /** Skips the test if {@link #open} does. */
    public static void assumeComputes(Precision precision) {
        open(precision).close();
    }

    /**
     * Runs code that needs an operation of cuDNN. Skips the test if this machine's cuDNN doesn't support it in that
     * type; the emulated one supports all.
     */
    public static void skipWhereCudnnLacks(Runnable work) {
        try {
            work.run();
        } catch (CudaException e) {
            assumeTrue(emulated || !e.getMessage().contains("not supported"), e.getMessage());
            throw e;
        }
    }
}
