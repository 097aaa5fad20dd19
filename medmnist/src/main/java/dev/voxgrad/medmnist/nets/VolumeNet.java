package dev.voxgrad.medmnist.nets;

import java.util.LinkedHashMap;
import java.util.SequencedMap;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.Device;
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
 * A classifier of volumes: (N,C,S,S,S) → logits (N,classes).
 *
 * <pre>
 * layer1, layer2, …   convolution 3³ padded by 1 → batch norm → ReLU, twice, then max pool 2³
 * (average over all voxels, flatten)
 * fc                  linear → leaky ReLU 0.01 → linear
 * </pre>
 *
 * <p>Names of parameters are those of the study's PyTorch nets: {@code layer1.0.weight}, {@code fc.2.bias}.
 */
public final class VolumeNet implements Layer {
    private final NetSpec spec;
    private final SequencedMap<String, Layer> children = new LinkedHashMap<>();
    /** The children in order, with the parameterless layers between them. */
    private final Sequential pipeline;

    VolumeNet(Device device, NetSpec spec, int channels, int classes) {
        this.spec = spec;
        SequencedMap<String, Layer> all = new LinkedHashMap<>();
        int width = channels;
        for (int stage = 0; stage < spec.widths().size(); stage++) {
            int next = spec.widths().get(stage);
            children.put("layer" + (stage + 1), stage(device, width, next));
            width = next;
        }
        all.putAll(children);
        all.put("pool", new AdaptiveAvgPool3d(1));
        all.put("flatten", new Flatten());
        children.put(
                "fc",
                new Sequential(new Linear(device, width, width), new LeakyReLU(), new Linear(device, width, classes)));
        all.put("fc", children.get("fc"));
        this.pipeline = new Sequential(all);
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

    public NetSpec spec() {
        return spec;
    }

    @Override
    public Tensor forward(Tensor input) {
        return pipeline.forward(input);
    }

    @Override
    public SequencedMap<String, Layer> children() {
        return children;
    }

    /** All layers in the order in which they run, the parameterless ones between the stages too. */
    Sequential pipeline() {
        return pipeline;
    }
}
