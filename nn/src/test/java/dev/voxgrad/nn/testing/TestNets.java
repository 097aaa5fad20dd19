package dev.voxgrad.nn.testing;

import java.util.LinkedHashMap;
import java.util.SequencedMap;

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

/** Builds the nets of the golden files, as the reference script builds them in PyTorch. */
public final class TestNets {
    private TestNets() {}

    /** Builds a net with weights of zero: Net1 has two stages of width 32 and 64, Net2 three up to 128. */
    public static Sequential net(Device device, int stages, int inputChannels, int classes) {
        return net(device, stages, 32, inputChannels, classes);
    }

    /** Builds a net with another first width, for quick tests. */
    public static Sequential net(Device device, int stages, int firstWidth, int inputChannels, int classes) {
        SequencedMap<String, Layer> layers = new LinkedHashMap<>();
        int channels = inputChannels;
        int width = firstWidth;
        for (int stage = 1; stage <= stages; stage++) {
            layers.put(
                    "layer" + stage,
                    new Sequential(
                            new Conv3d(device, channels, width, 3, 1),
                            new BatchNorm3d(device, width),
                            new ReLU(),
                            new Conv3d(device, width, width, 3, 1),
                            new BatchNorm3d(device, width),
                            new ReLU(),
                            new MaxPool3d(2)));
            channels = width;
            width *= 2;
        }
        layers.put("pool", new AdaptiveAvgPool3d(1));
        layers.put("flatten", new Flatten());
        layers.put(
                "fc",
                new Sequential(
                        new Linear(device, channels, channels),
                        new LeakyReLU(),
                        new Linear(device, channels, classes)));
        return new Sequential(layers);
    }
}
