package dev.voxgrad.medmnist.baseline.feature;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import dev.voxgrad.medmnist.data.VolumeShape;

/**
 * Describes the shape of what is in a volume, channel by channel: size, extent, thickness and holes, as
 * {@link SizeFeatures} and its neighbours define them.
 *
 * <p>In masks, the shape is what is above 0. Grey volumes have {@link IntensityFeatures} and four shapes: what is
 * brighter than Otsu's threshold, and the brightest half, quarter and tenth. If nothing is inside, all features of
 * that shape are 0. Lengths are counted in voxels, and steps in units of a 28th of the longest axis.
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
    private final List<Threshold> thresholds;

    /** Creates the set for volumes of this kind. */
    ShapeFeatures(VolumeKind kind) {
        this.kind = kind;
        this.thresholds = kind == VolumeKind.MASKS
                ? List.of(Threshold.ABOVE_ZERO)
                : List.of(Threshold.OTSU, Threshold.HALF, Threshold.QUARTER, Threshold.TENTH);
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
        List<String> names = new ArrayList<>(kind == VolumeKind.MASKS ? List.of() : IntensityFeatures.names());
        for (Threshold threshold : thresholds) {
            for (MaskFeatures features : OF_A_MASK) {
                features.names().forEach(name -> names.add(threshold.nameOf(name)));
            }
        }
        return names;
    }

    @Override
    public long count(VolumeShape shape) {
        return (long) shape.channels() * namesOfChannel().size();
    }

    @Override
    public double[] of(float[] volume, VolumeShape shape) {
        double[] features = new double[(int) count(shape)];
        int at = 0;
        float[] values = new float[shape.voxels()];
        for (int channel = 0; channel < shape.channels(); channel++) {
            for (int i = 0; i < values.length; i++) {
                values[i] = volume[i * shape.channels() + channel];
            }
            float[] sorted = values.clone();
            Arrays.sort(sorted);
            if (kind == VolumeKind.GREY) {
                at = append(IntensityFeatures.of(sorted), features, at);
            }
            for (Threshold threshold : thresholds) {
                at = appendShape(Mask.above(threshold.of(sorted), values, shape), features, at);
            }
        }
        return features;
    }

    private static int appendShape(Mask mask, double[] features, int start) {
        int at = start;
        for (MaskFeatures part : OF_A_MASK) {
            double[] some = mask.isEmpty() ? new double[part.names().size()] : part.of(mask);
            at = append(some, features, at);
        }
        return at;
    }

    private static int append(double[] some, double[] features, int at) {
        System.arraycopy(some, 0, features, at, some.length);
        return at + some.length;
    }
}
