package dev.voxgrad.engine.device;

import java.util.List;

import dev.voxgrad.engine.op.conv3d.Conv3dChoice;

/** Finds a device by the name a user gives. */
public final class Devices {
    /** All names that {@link #find} knows, besides {@code auto}. */
    public static final List<String> NAMES = List.of("cpu", "cuda", "reference");

    private Devices() {}

    /**
     * The device of that name, or the reason why it can't be had. Never another device instead.
     *
     * @param name {@code cpu}, {@code cuda}, {@code reference}, or {@code auto} for the fastest that there is
     * @param threads CPU threads; 0 for one per core
     * @param convolution who chooses the CPU's convolution algorithm
     * @param fusion whether the CPU may run layers that follow one another as one operation
     * @throws IllegalArgumentException for a name that is none of these
     */
    public static Availability find(String name, int threads, Conv3dChoice convolution, boolean fusion) {
        return switch (name) {
            case "auto", "cpu" -> new Availability.Available(
                    new CpuDevice(threads == 0 ? Runtime.getRuntime().availableProcessors() : threads, convolution,
                            fusion));
            case "reference" -> convolution == Conv3dChoice.WINOGRAD
                    ? new Availability.Missing("device reference: it has direct convolution only; leave out "
                            + "--convolution winograd, or use --device cpu")
                    : new Availability.Available(ReferenceDevice.INSTANCE);
            case "cuda" -> new Availability.Missing(
                    "device cuda: this version of Voxgrad has no CUDA kernels yet; use --device cpu");
            default -> throw new IllegalArgumentException("device: '" + name + "' is unknown; choose auto, "
                    + String.join(", ", NAMES));
        };
    }

    /** Why {@code auto} takes the device it takes, in one line for the user. */
    public static String explainAuto() {
        return "the CPU is the fastest device that this version has kernels for";
    }
}
