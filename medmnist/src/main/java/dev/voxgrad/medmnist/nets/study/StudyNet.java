package dev.voxgrad.medmnist.nets.study;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

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
 * @param widths output channels of each stage
 */
public record StudyNet(String name, List<Integer> widths) implements NetSpec {
    public static final StudyNet NET1 = new StudyNet("net1", List.of(32, 64));
    public static final StudyNet NET2 = new StudyNet("net2", List.of(32, 64, 128));
    public static final StudyNet NET3 = new StudyNet("net3", List.of(32, 64, 128, 256));

    /** All nets of the study. */
    public static final List<StudyNet> ALL = List.of(NET1, NET2, NET3);

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
