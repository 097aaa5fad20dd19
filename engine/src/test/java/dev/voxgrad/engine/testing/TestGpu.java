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
 * A GPU for tests: this machine's, where there is one, else an emulated one. The emulated one proves what is ours
 * (kernels, layouts, sizes, the order of work, memory), not what cuDNN or a card does.
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

    /** Why there is neither a GPU nor an emulated one; empty if there is. */
    public static Optional<String> missing() {
        return MISSING;
    }

    /** Whether the GPU is an emulated one, which is slow. */
    public static boolean isEmulated() {
        assumeSome();
        return emulated;
    }

    /** Skips the test, with the reason, where there is neither a GPU nor an emulated one. */
    public static void assumeSome() {
        assumeTrue(MISSING.isEmpty(), () -> "no GPU, and none can be emulated: " + MISSING.orElseThrow());
    }

    /** Skips the test where there is no real GPU, unless -Dvoxgrad.emulateAll=true says that there is time. */
    public static void assumeReal() {
        assumeSome();
        assumeTrue(!emulated || Boolean.getBoolean("voxgrad.emulateAll"), "no NVIDIA GPU on this machine");
    }

    /**
     * A new device with deterministic algorithms; skips the test where there can be none, or where cuDNN is of a
     * version whose convolutions are known to be wrong in that precision.
     */
    public static CudaDevice open(Precision precision) {
        return open(0, precision);
    }

    /** As above, on a card of that number. */
    public static CudaDevice open(int card, Precision precision) {
        return open(card, new CudaDevice.Settings(precision, false, true, GpuKernels.OWN, _ -> {}));
    }

    /** As above, on the first card, by those kernels, with a log. */
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
     * Sees to it that there are that many cards of one kind, until {@link #oneCard} is called; skips the test where the
     * GPUs are real and fewer, or unlike.
     */
    public static void assumeCards(int count) {
        if (isEmulated()) {
            CudaEmulator.cards(count);
        } else {
            assumeTrue(CudaDriver.count() >= count, () -> "fewer than " + count + " GPUs");
            assumeTrue(
                    IntStream.range(0, count)
                                    .mapToObj(card -> CudaDriver.of(card).name())
                                    .distinct()
                                    .count()
                            == 1,
                    "the GPUs are not of one kind");
        }
    }

    /** Takes further emulated cards away. */
    public static void oneCard() {
        if (emulated) {
            CudaEmulator.cards(1);
        }
    }

    /** Skips the test where {@link #open} does. */
    public static void assumeComputes(Precision precision) {
        open(precision).close();
    }

    /**
     * Runs what needs an operation of cuDNN's; skips the test where this machine's cuDNN doesn't have it in that type.
     * The emulated one has all.
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
