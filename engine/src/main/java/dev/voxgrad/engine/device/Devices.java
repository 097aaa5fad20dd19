package dev.voxgrad.engine.device;

import java.util.List;

import dev.voxgrad.engine.op.conv3d.Conv3dChoice;

/** Finds a device by the name a user gives. */
public final class Devices {
    /** All names that {@link #find} knows, besides {@code auto}. */
    public static final List<String> NAMES = List.of("cpu", "cuda", "reference");

    private Devices() {}

    /**
     * How a device is to be set up; each setting counts for the devices that have it.
     *
     * @param threads CPU threads; 0 for one per core
     * @param convolution who chooses the CPU's convolution algorithm
     * @param fusion whether the CPU may run layers that follow one another as one operation
     * @param cuda how a GPU is used
     */
    public record Settings(int threads, Conv3dChoice convolution, boolean fusion, CudaDevice.Settings cuda) {
        /** All cores, fastest algorithms on the CPU; on a GPU float32 and deterministic algorithms. */
        public static final Settings DEFAULT = new Settings(0, Conv3dChoice.AUTO, true, CudaDevice.Settings.DEFAULT);
    }

    /**
     * The device of that name, or the reason why it can't be had. Never another device instead.
     *
     * @param name {@code cpu}, {@code cuda}, {@code reference}, or {@code auto} for a GPU where there is one that
     * works,
     *     and else the CPU
     * @throws IllegalArgumentException for a name that is none of these
     */
    public static Availability find(String name, Settings settings) {
        return switch (name) {
            case "auto" -> switch (CudaSearch.find(settings.cuda)) {
                case Availability.Available gpu ->
                        new Availability.Available(gpu.device(), "there is a GPU that works");
                case Availability.Missing none -> new Availability.Available(cpu(settings),
                        "no GPU: " + none.reason());
            };
            case "cpu" -> new Availability.Available(cpu(settings));
            case "reference" -> settings.convolution == Conv3dChoice.WINOGRAD
                    ? new Availability.Missing("device reference: it has direct convolution only; leave out "
                            + "--convolution winograd, or use --device cpu")
                    : new Availability.Available(ReferenceDevice.INSTANCE);
            case "cuda" -> switch (CudaSearch.find(settings.cuda)) {
                case Availability.Available gpu -> gpu;
                case Availability.Missing(String reason) -> new Availability.Missing("device cuda: " + reason
                        + "; 'medmnist doctor' tells how to mend it, and --device cpu works without");
            };
            default -> throw new IllegalArgumentException("device: '" + name + "' is unknown; choose auto, "
                    + String.join(", ", NAMES));
        };
    }

    private static CpuDevice cpu(Settings settings) {
        return new CpuDevice(settings.threads == 0 ? Runtime.getRuntime().availableProcessors() : settings.threads,
                settings.convolution, settings.fusion);
    }
}
