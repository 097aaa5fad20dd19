package dev.voxgrad.medmnist.watch;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.device.Availability;
import dev.voxgrad.engine.device.ConvolutionMode;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.Devices;
import dev.voxgrad.engine.device.ReferenceDevice;
import dev.voxgrad.engine.op.conv3d.Conv3dKernels;
import dev.voxgrad.engine.op.conv3d.Conv3dOp;
import dev.voxgrad.engine.op.conv3d.cpu.winograd.Winograd;

/**
 * Computes one convolution on every device, by every algorithm and with every width of vectors that this machine has,
 * and compares the results with the reference in double precision.
 */
public final class ConvolutionWatch {
    /** The modes of the CPU that lead to different algorithms. */
    static final List<ConvolutionMode> MODES =
            List.of(ConvolutionMode.DIRECT, ConvolutionMode.WINOGRAD, ConvolutionMode.WINOGRAD4);

    private static final List<Integer> WIDTHS = List.of(512, 256, 128);
    private static final Pattern BITS = Pattern.compile("(\\d+)-bit vectors");
    private static final int SAMPLE = 6;

    private final int threads;
    private final ConvolutionTrial.Settings settings;
    private final List<ConvolutionData.Row> rows = new ArrayList<>();
    private final List<String> missing = new ArrayList<>();

    /**
     * Prepares.
     *
     * @param threads of the CPU
     * @param channels in and out
     * @param edge of the volume
     * @param runs of each way, at least
     * @param seconds for which each way is repeated, at least
     */
    public ConvolutionWatch(int threads, int channels, int edge, int runs, double seconds) {
        this.threads = threads;
        this.settings = new ConvolutionTrial.Settings(1, channels, edge, runs, seconds);
    }

    /**
     * Computes.
     *
     * @param widths whether narrower vectors are tried, each in a process of its own
     * @param progress receives what is being done
     * @param sources address that paths of source files are appended to; null for no links
     */
    public ConvolutionData run(boolean widths, Consumer<String> progress, @Nullable String sources) {
        progress.accept("computing on the reference, in double precision");
        ConvolutionTrial.Result exact = ConvolutionTrial.run(ReferenceDevice.INSTANCE, settings);
        add("reference", 0, exact, exact);
        int own = bits();
        progress.accept("computing with vectors of " + own + " bits");
        WidthTrial.all(threads, settings).forEach(result -> add("cpu", own, result, exact));
        for (int bits : WIDTHS) {
            if (bits < own && widths) {
                progress.accept("computing with vectors of " + bits + " bits");
                addWidth(bits, exact);
            } else if (bits > own) {
                missing.add("This processor has no vectors of " + bits + " bits.");
            }
        }
        progress.accept("looking for a GPU");
        addGpu(exact);
        progress.accept("computing one tile exactly");
        return new ConvolutionData(
                List.of(
                        settings.input().toString(),
                        settings.weight().toString(),
                        settings.input().toString()),
                2L * settings.input().elements() * settings.channels() * 27,
                rows,
                missing,
                List.of(WinogradTile.of(2), WinogradTile.of(4)),
                Stream.of(
                                SourceLine.of(Conv3dOp.class, "forward"),
                                SourceLine.of(Conv3dKernels.class, "untraced"),
                                SourceLine.of(Winograd.class, "outputLayout"))
                        .filter(Objects::nonNull)
                        .toList(),
                sources);
    }

    private static int bits() {
        try (CpuDevice device = new CpuDevice(1)) {
            Matcher found = BITS.matcher(device.arithmetic());
            return found.find() ? Integer.parseInt(found.group(1)) : 0;
        }
    }

    private void addWidth(int bits, ConvolutionTrial.Result exact) {
        try {
            WidthTrial.all(bits, threads, settings).forEach(result -> add("cpu", bits, result, exact));
        } catch (IOException e) {
            missing.add("Vectors of " + bits + " bits could not be tried: " + e.getMessage() + ".");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            missing.add("Vectors of " + bits + " bits were not tried, because the command was interrupted.");
        }
    }

    private void addGpu(ConvolutionTrial.Result exact) {
        switch (Devices.find("cuda", Devices.Settings.DEFAULT)) {
            case Availability.Available(Device device, String _) -> {
                try (device) {
                    add(device.description(), 0, ConvolutionTrial.run(device, settings), exact);
                }
            }
            case Availability.Missing(String reason) -> missing.add("No GPU: " + reason);
        }
    }

    private void add(String device, int bits, ConvolutionTrial.Result result, ConvolutionTrial.Result exact) {
        List<ConvolutionData.Difference> errors = new ArrayList<>();
        for (int i = 0; i < exact.values().size(); i++) {
            errors.add(error(result.values().get(i), exact.values().get(i)));
        }
        Shape shape = settings.input();
        int edge = shape.dim(2);
        int middle = (edge / 2 * edge + edge / 2) * edge;
        rows.add(new ConvolutionData.Row(
                device,
                result.algorithm(),
                result.gradients(),
                bits,
                result.milliseconds().stream()
                        .map(time -> Double.isNaN(time) ? 0 : time)
                        .toList(),
                errors,
                Arrays.stream(result.values().getFirst(), middle, middle + Math.min(SAMPLE, edge))
                        .boxed()
                        .toList()));
    }

    private static ConvolutionData.Difference error(double[] values, double[] exact) {
        double scale = Arrays.stream(exact).map(Math::abs).max().orElse(1);
        double largest = 0;
        double squares = 0;
        for (int i = 0; i < exact.length; i++) {
            double difference = (values[i] - exact[i]) / scale;
            largest = Math.max(largest, Math.abs(difference));
            squares += difference * difference;
        }
        return new ConvolutionData.Difference(largest, Math.sqrt(squares / exact.length));
    }
}
