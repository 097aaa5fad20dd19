package dev.voxgrad.medmnist.nets;

import java.util.SequencedMap;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.nn.AdaptiveAvgPool3d;
import dev.voxgrad.nn.BatchNorm3d;
import dev.voxgrad.nn.Chain;
import dev.voxgrad.nn.Conv3d;
import dev.voxgrad.nn.Flatten;
import dev.voxgrad.nn.Intermediates;
import dev.voxgrad.nn.Layer;
import dev.voxgrad.nn.Linear;
import dev.voxgrad.nn.MaxPool3d;
import dev.voxgrad.nn.Named;
import dev.voxgrad.nn.ReLU;
import dev.voxgrad.nn.Sequential;

/** Describes a net of two residual blocks, which belongs to no built-in family: tests register it. */
public record ResidualNet() implements NetSpec {
    /** Computes relu(bn2(conv2(relu(bn1(conv1(x))))) + shortcut(x)), as in He et al., CVPR 2016. */
    private static final class BasicBlock implements Layer {
        private final SequencedMap<String, Layer> children = Named.of();
        private final Chain main;
        private final Chain shortcut;
        private final Chain end;

        BasicBlock(Device device, int inputs, int width) {
            children.put("conv1", new Conv3d(device, inputs, width, 3, 1));
            children.put("bn1", new BatchNorm3d(device, width));
            children.put("relu", new ReLU());
            children.put("conv2", new Conv3d(device, width, width, 3, 1));
            children.put("bn2", new BatchNorm3d(device, width));
            main = Chain.of(children, "conv1", "bn1", "relu", "conv2", "bn2");
            end = Chain.of(children, "relu");
            if (inputs == width) {
                shortcut = Chain.of(children);
            } else {
                children.put(
                        "downsample",
                        new Sequential(new Conv3d(device, inputs, width, 1, 0), new BatchNorm3d(device, width)));
                shortcut = Chain.of(children, "downsample");
            }
        }

        @Override
        public Tensor forward(Tensor input) {
            try (var intermediates = new Intermediates()) {
                Tensor residual = intermediates.add(main.forward(input));
                Tensor skip = intermediates.add(shortcut.forward(input));
                return end.forward(intermediates.add(residual.add(skip)));
            }
        }

        @Override
        public boolean keepsActivations() {
            return false;
        }

        @Override
        public SequencedMap<String, Layer> children() {
            return children;
        }
    }

    private static final int WIDTH = 16;

    @Override
    public String name() {
        return "residual-2";
    }

    @Override
    public int smallestEdge() {
        return 2;
    }

    @Override
    public String sizeRule() {
        return "halves a volume once";
    }

    @Override
    public long largestActivation(VolumeShape volume) {
        return (long) volume.elements() / volume.channels() * WIDTH;
    }

    @Override
    public Layer create(Device device, VolumeShape volume, int classes) {
        SequencedMap<String, Layer> layers = Named.of();
        layers.put("layer1", new BasicBlock(device, volume.channels(), WIDTH));
        layers.put("pool", new MaxPool3d(2));
        layers.put("layer2", new BasicBlock(device, WIDTH, WIDTH));
        layers.put("average", new AdaptiveAvgPool3d(1));
        layers.put("flatten", new Flatten());
        layers.put("fc", new Linear(device, WIDTH, classes));
        return new Sequential(layers);
    }
}
