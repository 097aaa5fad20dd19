package dev.voxgrad.medmnist.nets.resnet;

import java.util.Arrays;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.Stream;

import dev.voxgrad.engine.device.Device;
import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.nets.NetSpec;
import dev.voxgrad.nn.AdaptiveAvgPool3d;
import dev.voxgrad.nn.BatchNorm3d;
import dev.voxgrad.nn.Flatten;
import dev.voxgrad.nn.Layer;
import dev.voxgrad.nn.Linear;
import dev.voxgrad.nn.Named;
import dev.voxgrad.nn.ReLU;
import dev.voxgrad.nn.Residual;
import dev.voxgrad.nn.Sequential;

/**
 * Describes the residual nets of the MedMNIST v2 benchmark (Yang et al., Scientific Data 10:41, 2023), which are those
 * of He et al. ("Deep Residual Learning for Image Recognition", CVPR 2016) for small images, with convolutions of
 * volumes: (N,C,D,H,W) → logits (N,classes).
 *
 * <pre>
 * conv1, bn1, relu   convolution of kernel 3 to 64 channels → batch norm → ReLU
 * layer1 … layer4    residual blocks of width 64, 128, 256, 512; the first block of layers 2, 3 and 4 has stride 2
 * pool, flatten      average over all voxels, as a vector of features
 * linear             linear
 *
 * block of ResNet-18    conv1 3, stride · bn1 · ReLU · conv2 3 · bn2                            width channels
 * block of ResNet-50    conv1 1 · bn1 · ReLU · conv2 3, stride · bn2 · ReLU · conv3 1 · bn3     4·width channels
 * shortcut              identity, or shortcut.0 1, stride · shortcut.1 (batch norm) if the sizes differ
 * </pre>
 *
 * <p>Convolutions of kernel 3 are padded by 1, none has a bias, and a ReLU follows the addition of the shortcut. Any
 * volume of at least one voxel is accepted; stride 2 makes ⌈n/2⌉ of n. Parameters have the names and shapes of the
 * benchmark's PyTorch nets: {@code layer2.0.shortcut.0.weight}.
 *
 * @param depth number of layers with weights: 18 or 50
 * @param kind how convolutions extend over the three axes
 */
public record ResNet(int depth, ConvolutionKind kind) implements NetSpec {
    /** The six nets of the benchmark. */
    public static final List<ResNet> ALL = Stream.of(18, 50)
            .flatMap(depth -> Arrays.stream(ConvolutionKind.values()).map(kind -> new ResNet(depth, kind)))
            .toList();

    private static final int STEM = 64;
    private static final int STAGES = 4;
    /** Output channels of a ResNet-50's block for each channel of its width. */
    private static final int EXPANSION = 4;

    public ResNet {
        if (depth != 18 && depth != 50) {
            throw new IllegalArgumentException("resnet: depth is " + depth + ", expected 18 or 50");
        }
    }

    @Override
    public String name() {
        return "resnet" + depth + "-" + kind.label();
    }

    @Override
    public boolean isOfBenchmark() {
        return true;
    }

    /** Returns the size of the output of one of the four layers: of layer1, unless volumes are very small. */
    @Override
    public long largestActivation(VolumeShape volume) {
        long largest = 0;
        for (int stage = 0; stage < STAGES; stage++) {
            long voxels = 1;
            for (int axis = 0; axis < 3; axis++) {
                voxels *= Math.ceilDiv(volume.size(axis), 1 << stage);
            }
            largest = Math.max(largest, outputs(STEM << stage) * voxels);
        }
        return largest;
    }

    @Override
    public Layer create(Device device, VolumeShape volume, int classes) {
        SequencedMap<String, Layer> layers = Named.of();
        layers.put("conv1", kind.create(device, volume.channels(), STEM, 3, 1));
        layers.put("bn1", new BatchNorm3d(device, STEM));
        layers.put("relu", new ReLU());
        int inputs = STEM;
        for (int stage = 0; stage < STAGES; stage++) {
            int width = STEM << stage;
            layers.put("layer" + (stage + 1), stage(device, inputs, width, blocks(stage), stage == 0 ? 1 : 2));
            inputs = outputs(width);
        }
        layers.put("pool", new AdaptiveAvgPool3d(1));
        layers.put("flatten", new Flatten());
        layers.put("linear", new Linear(device, inputs, classes));
        return new Sequential(layers);
    }

    private int blocks(int stage) {
        return depth == 18 ? 2 : new int[] {3, 4, 6, 3}[stage];
    }

    private int outputs(int width) {
        return depth == 18 ? width : EXPANSION * width;
    }

    private Sequential stage(Device device, int inputs, int width, int blocks, int stride) {
        Layer[] layers = new Layer[blocks];
        for (int i = 0; i < blocks; i++) {
            layers[i] = block(device, i == 0 ? inputs : outputs(width), width, i == 0 ? stride : 1);
        }
        return new Sequential(layers);
    }

    private Residual block(Device device, int inputs, int width, int stride) {
        SequencedMap<String, Layer> main =
                depth == 18 ? basic(device, inputs, width, stride) : bottleneck(device, inputs, width, stride);
        int outputs = outputs(width);
        return stride == 1 && inputs == outputs
                ? new Residual(main)
                : new Residual(main, kind.create(device, inputs, outputs, 1, stride), new BatchNorm3d(device, outputs));
    }

    private SequencedMap<String, Layer> basic(Device device, int inputs, int width, int stride) {
        SequencedMap<String, Layer> main = Named.of();
        main.put("conv1", kind.create(device, inputs, width, 3, stride));
        main.put("bn1", new BatchNorm3d(device, width));
        main.put("relu1", new ReLU());
        main.put("conv2", kind.create(device, width, width, 3, 1));
        main.put("bn2", new BatchNorm3d(device, width));
        return main;
    }

    private SequencedMap<String, Layer> bottleneck(Device device, int inputs, int width, int stride) {
        SequencedMap<String, Layer> main = Named.of();
        main.put("conv1", kind.create(device, inputs, width, 1, 1));
        main.put("bn1", new BatchNorm3d(device, width));
        main.put("relu1", new ReLU());
        main.put("conv2", kind.create(device, width, width, 3, stride));
        main.put("bn2", new BatchNorm3d(device, width));
        main.put("relu2", new ReLU());
        main.put("conv3", kind.create(device, width, outputs(width), 1, 1));
        main.put("bn3", new BatchNorm3d(device, outputs(width)));
        return main;
    }

    @Override
    public String toString() {
        return name();
    }
}
