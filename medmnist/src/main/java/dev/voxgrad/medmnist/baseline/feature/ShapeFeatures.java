package dev.voxgrad.medmnist.baseline.feature;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import dev.voxgrad.medmnist.data.VolumeShape;

/**
 * Describes the shape of what is in a volume, channel by channel: size, extent, thickness and holes, as
 * {@link SizeFeatures} and its neighbours define them.
 *
 * <p>In masks, the shape is what is above 0. Grey volumes have {@link IntensityFeatures} and, after a
 * {@link BinomialFilter}, four shapes: what is brighter than Otsu's threshold, and the brightest half, quarter and
 * tenth. If nothing is inside, all features of that shape are 0. Lengths are counted in voxels, and steps in units of a 28th of the longest axis.
 */
final class ShapeFeatures implements FeatureSet {
    private static final List<MaskFeatures> OF_A_MASK = List.of(
            new SizeFeatures(),
            new BoxFeatures(),
            new MomentFeatures(),
            new DistanceFeatures(),
            new PairFeatures(),
            new EulerNumber());

    private final VolumeKind kind;

    /** Creates the set for volumes of this kind. */
    ShapeFeatures(VolumeKind kind) {
        this.kind = kind;
    }

    @Override
    public String flag() {
        return "shape";
    }

    @Override
    public List<String> names(VolumeShape shape) {
        List<String> names = new ArrayList<>();
        for (int channel = 0; channel < shape.channels(); channel++) {
            for (String name : namesOfChannel()) {
                names.add(ChannelNames.of(name, channel, shape));
            }
        }
        return names;
    }

    private List<String> namesOfChannel() {
        List<String> shape =
                OF_A_MASK.stream().flatMap(part -> part.names().stream()).toList();
        if (kind == VolumeKind.MASKS) {
            return shape;
        }
        List<String> names = new ArrayList<>(IntensityFeatures.names());
        for (Threshold threshold : Threshold.values()) {
            shape.forEach(name -> names.add(name + ", " + threshold));
        }
        return names;
    }

    @Override
    public long count(VolumeShape shape) {
        return (long) shape.channels() * namesOfChannel().size();
    }

    @Override
    public double[] of(float[] volume, VolumeShape shape) {
        List<double[]> parts = new ArrayList<>();
        for (int channel = 0; channel < shape.channels(); channel++) {
            float[] values = new float[shape.voxels()];
            for (int i = 0; i < values.length; i++) {
                values[i] = volume[i * shape.channels() + channel];
            }
            if (kind == VolumeKind.MASKS) {
                addShape(Mask.above(0, values, shape), parts);
            } else {
                addGrey(values, shape, parts);
            }
        }
        return parts.stream().flatMapToDouble(Arrays::stream).toArray();
    }

    private static void addGrey(float[] values, VolumeShape shape, List<double[]> parts) {
        parts.add(IntensityFeatures.of(sorted(values)));
        float[] smooth = BinomialFilter.smooth(values, shape);
        float[] sorted = sorted(smooth);
        for (Threshold threshold : Threshold.values()) {
            addShape(Mask.above(threshold.of(sorted), smooth, shape), parts);
        }
    }

    private static float[] sorted(float[] values) {
        float[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted;
    }

    private static void addShape(Mask mask, List<double[]> parts) {
        boolean empty = mask.isEmpty();
        for (MaskFeatures features : OF_A_MASK) {
            parts.add(empty ? new double[features.names().size()] : features.of(mask));
        }
    }
}
