package dev.voxgrad.engine.device;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

import dev.voxgrad.engine.device.cuda.CudaSearch;

/** Finds a device by the name that a user gives. */
public final class Devices {
    /** Matches a GPU and its number. */
    private static final Pattern CUDA = Pattern.compile("cuda(?::(\\d{1,4}))?");

    private Devices() {}

    /**
     * Holds the settings of a device; each applies to the devices that have it.
     *
     * @param threads CPU threads; 0 for one per core
     * @param convolution who chooses the CPU's convolution algorithm
     * @param fusion whether the CPU may run layers that follow one another as one operation
     * @param cuda how a GPU is used
     */
    public record Settings(int threads, ConvolutionMode convolution, boolean fusion, CudaDevice.Settings cuda) {
        /** All cores, fastest algorithms on the CPU; on a GPU float32 and deterministic algorithms. */
        public static final Settings DEFAULT = new Settings(0, ConvolutionMode.AUTO, true, CudaDevice.Settings.DEFAULT);
    }

    /**
     * Returns the device of that name, or the reason why it is not available; never another device instead.
     *
     * @param name {@code cpu}, {@code cuda} for the first GPU, {@code cuda:1} for the second and so on,
     *     {@code reference}, or {@code auto} for the first GPU if it works, and else the CPU
     * @throws IllegalArgumentException for any other name, and for the number of a missing GPU if there are others
     */
    public static Availability find(String name, Settings settings) {
        return switch (name) {
            case "auto" ->
                switch (CudaSearch.find(0, settings.cuda)) {
                    case Availability.Available gpu ->
                        new Availability.Available(gpu.device(), "a working GPU was found");
                    case Availability.Missing none ->
                        new Availability.Available(cpu(settings), "no GPU: " + none.reason());
                };
            case "cpu" -> new Availability.Available(cpu(settings));
            case "reference" ->
                settings.convolution == ConvolutionMode.WINOGRAD || settings.convolution == ConvolutionMode.WINOGRAD4
                        ? new Availability.Missing("device reference: it has direct convolution only; leave out "
                                + "--convolution " + settings.convolution.flag() + ", or use --device cpu")
                        : new Availability.Available(ReferenceDevice.INSTANCE);
            default ->
                switch (CudaSearch.find(card(name), settings.cuda)) {
                    case Availability.Available gpu -> gpu;
                    case Availability.Missing(String reason) ->
                        new Availability.Missing("device " + name + ": " + reason
                                + "; run 'medmnist doctor' to see how to fix it, or use --device cpu");
                };
        };
    }

    /** Returns the number in a GPU's name. */
    private static int card(String name) {
        Matcher cuda = CUDA.matcher(name);
        if (cuda.matches()) {
            return cuda.group(1) == null ? 0 : Integer.parseInt(cuda.group(1));
        }
        throw new IllegalArgumentException("device: '" + name
                + (name.startsWith("cuda")
                        ? "' is not a valid GPU name; cuda:0 is the first GPU, cuda:1 the second, "
                                + "and cuda is short for cuda:0"
                        : "' is unknown; choose auto, cpu, cuda, cuda:1 for the second GPU and so on, or reference"));
    }

    /** Returns whether {@link Device#name} can return this name. */
    public static boolean isName(String name) {
        return name.equals("cpu")
                || name.equals("reference")
                || CUDA.matcher(name).matches();
    }

    /** Returns whether devices of these names are of one kind, as all GPUs are. */
    public static boolean areOfAKind(String name, String other) {
        return name.equals(other)
                || CUDA.matcher(name).matches() && CUDA.matcher(other).matches();
    }

    private static CpuDevice cpu(Settings settings) {
        return new CpuDevice(
                settings.threads == 0 ? Runtime.getRuntime().availableProcessors() : settings.threads,
                settings.convolution,
                settings.fusion);
    }
}
