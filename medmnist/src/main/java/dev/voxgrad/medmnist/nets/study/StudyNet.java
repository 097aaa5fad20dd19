package dev.voxgrad.medmnist.nets.study;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import dev.voxgrad.engine.device.Device;
import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.nets.NetSpec;
import dev.voxgrad.medmnist.nets.Nets;
import dev.voxgrad.nn.AdaptiveAvgPool3d;
import dev.voxgrad.nn.BatchNorm3d;
import dev.voxgrad.nn.Conv3d;
import dev.voxgrad.nn.Flatten;
import dev.voxgrad.nn.Layer;
import dev.voxgrad.nn.LeakyReLU;
import dev.voxgrad.nn.Linear;
import dev.voxgrad.nn.MaxPool3d;
import dev.voxgrad.nn.ReLU;
import dev.voxgrad.nn.Sequential;

/**
 * Describes the study's family of nets, which classify volumes: (N,C,D,H,W) → logits (N,classes). Each stage has twice
 * the channels and half the voxels along each axis.
 *
 * <pre>
 * layer1, layer2, …   convolution 3³ padded by 1 → batch norm → ReLU, twice, then max pool 2³
 * pool, flatten       average over all voxels, as a vector of features
 * fc                  linear → leaky ReLU 0.01 → linear
 * </pre>
 *
 * <p>Parameters have the names of the study's PyTorch nets: {@code layer1.0.weight}, {@code fc.2.bias}.
 *
 * <p>Each net also exists with all channels multiplied by a factor, which its name ends with: {@code net1-w0.5} has 16
 * and 32 of them, and about a quarter of the work.
 *
 * @param widths output channels of each stage
 */
public record StudyNet(String name, List<Integer> widths) implements NetSpec {
    public static final StudyNet NET1 = new StudyNet("net1", List.of(32, 64));
    public static final StudyNet NET2 = new StudyNet("net2", List.of(32, 64, 128));
    public static final StudyNet NET3 = new StudyNet("net3", List.of(32, 64, 128, 256));

    /** All nets of the study. */
    public static final List<StudyNet> ALL = List.of(NET1, NET2, NET3);

    /** The widest nets have this many times the channels; more would only fill the memory. */
    private static final BigDecimal WIDEST = BigDecimal.valueOf(8);

    private static final Pattern WIDENED = Pattern.compile("(net\\d)-w(\\d(?:\\.\\d{1,5})?)");

    public StudyNet {
        widths = List.copyOf(widths);
    }

    /**
     * Returns the study's net of that name.
     *
     * @throws IllegalArgumentException for another name; the message lists the known ones
     */
    public static StudyNet named(String name) {
        return Nets.named(ALL, name);
    }

    /**
     * Returns the net with that name whose channels are multiplied by a factor; empty if the name has another form.
     * Every net has one name only: factors are written without zeros at the end, and a net of factor 1 without it.
     *
     * @param name such as {@code net1-w0.5}
     * @throws IllegalArgumentException if the net or the factor does not exist
     */
    public static Optional<StudyNet> widened(String name) {
        Matcher parts = WIDENED.matcher(name);
        return parts.matches()
                ? Optional.of(named(parts.group(1)).times(new BigDecimal(parts.group(2)), name))
                : Optional.empty();
    }

    /** Returns whether a name has the form of one with a factor, so that no other net may have it. */
    public static boolean isWidened(String name) {
        return WIDENED.matcher(name).matches();
    }

    private StudyNet times(BigDecimal factor, String asWritten) {
        boolean whole = factor.multiply(BigDecimal.valueOf(widths.getFirst()))
                        .stripTrailingZeros()
                        .scale()
                <= 0;
        if (factor.signum() == 0 || factor.compareTo(WIDEST) > 0 || !whole) {
            throw new IllegalArgumentException(
                    "unknown net '" + asWritten + "'; the factor of the channels is a multiple of 1/"
                            + widths.getFirst() + ", at most " + WIDEST + ", such as " + name + "-w0.5");
        }
        String written = factor.stripTrailingZeros().toPlainString();
        String unique = factor.compareTo(BigDecimal.ONE) == 0 ? name : name + "-w" + written;
        if (!unique.equals(asWritten)) {
            throw new IllegalArgumentException("unknown net '" + asWritten + "'; its name is " + unique);
        }
        List<Integer> multiplied = new ArrayList<>();
        widths.forEach(width ->
                multiplied.add(factor.multiply(BigDecimal.valueOf(width)).intValueExact()));
        return new StudyNet(unique, multiplied);
    }

    /** Returns the length of an axis of which one voxel remains after the last pool. */
    @Override
    public int smallestEdge() {
        return 1 << widths.size();
    }

    @Override
    public String sizeRule() {
        return "halves a volume " + widths.size() + " times";
    }

    /** Returns the size of the first stage's activations, which are the largest. */
    @Override
    public long largestActivation(VolumeShape volume) {
        return (long) volume.elements() / volume.channels() * widths.getFirst();
    }

    @Override
    public Layer create(Device device, VolumeShape volume, int classes) {
        SequencedMap<String, Layer> layers = new LinkedHashMap<>();
        int width = volume.channels();
        for (int next : widths) {
            layers.put("layer" + (layers.size() + 1), stage(device, width, next));
            width = next;
        }
        layers.put("pool", new AdaptiveAvgPool3d(1));
        layers.put("flatten", new Flatten());
        layers.put(
                "fc",
                new Sequential(new Linear(device, width, width), new LeakyReLU(), new Linear(device, width, classes)));
        return new Sequential(layers);
    }

    private static Sequential stage(Device device, int inputs, int width) {
        return new Sequential(
                new Conv3d(device, inputs, width, 3, 1),
                new BatchNorm3d(device, width),
                new ReLU(),
                new Conv3d(device, width, width, 3, 1),
                new BatchNorm3d(device, width),
                new ReLU(),
                new MaxPool3d(2));
    }

    @Override
    public String toString() {
        return name;
    }
}
