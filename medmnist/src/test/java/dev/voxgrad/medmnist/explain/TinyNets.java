package dev.voxgrad.medmnist.explain;

import java.util.LinkedHashMap;
import java.util.SequencedMap;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.random.RandomStream;
import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.nets.NetSpec;
import dev.voxgrad.nn.AdaptiveAvgPool3d;
import dev.voxgrad.nn.Conv3d;
import dev.voxgrad.nn.Flatten;
import dev.voxgrad.nn.Initialization;
import dev.voxgrad.nn.Layer;
import dev.voxgrad.nn.Linear;
import dev.voxgrad.nn.ReLU;
import dev.voxgrad.nn.Sequential;

/** Makes nets so small that their explanations can be calculated by hand, and volumes for them. */
final class TinyNets {
    private TinyNets() {}

    /** Returns the net (x·w_k + b_k for each channel k) → ReLU → mean over voxels → linear, for volumes of a channel. */
    static Layer channels(Device device, float[] w, float[] b, int classes, float[] linear) {
        Conv3d convolution = new Conv3d(device, 1, w.length, 1, 0);
        device.write(w, convolution.weight().storage());
        device.write(b, convolution.bias().storage());
        Linear last = new Linear(device, w.length, classes);
        device.write(linear, last.weight().storage());
        SequencedMap<String, Layer> layers = new LinkedHashMap<>();
        layers.put("stem", new Sequential(convolution, new ReLU()));
        layers.put("pool", new AdaptiveAvgPool3d(1));
        layers.put("flatten", new Flatten());
        layers.put("fc", last);
        return new Sequential(layers);
    }

    /** Returns the linear net with these weights of the voxels, (classes, voxels). */
    static Layer linear(Device device, int classes, float[] weights) {
        Linear linear = new Linear(device, weights.length / classes, classes);
        device.write(weights, linear.weight().storage());
        return new Sequential(new Flatten(), linear);
    }

    /** Returns a net with one hidden layer, hidden → ReLU → output. */
    static Layer hidden(Device device, int voxels, float[] hidden, float[] bias, float[] output) {
        Linear first = new Linear(device, voxels, bias.length);
        device.write(hidden, first.weight().storage());
        device.write(bias, first.bias().storage());
        Linear second = new Linear(device, bias.length, 1);
        device.write(output, second.weight().storage());
        return new Sequential(new Flatten(), first, new ReLU(), second);
    }

    /** Returns a net with random weights, and running statistics that are not those of its start. */
    static Layer random(Device device, NetSpec spec, VolumeShape shape, long seed) {
        Layer net = spec.build(device, shape, 3);
        Initialization.apply(net, seed);
        net.buffers().forEach((name, buffer) -> {
            RandomStream random = new RandomStream(seed, 0, 0, name.hashCode());
            float[] values = new float[buffer.shape().elements()];
            for (int i = 0; i < values.length; i++) {
                values[i] = name.endsWith("mean") ? (float) random.nextGaussian() / 4 : 0.5f + random.nextFloat();
            }
            device.write(values, buffer.storage());
        });
        return net;
    }

    /** Returns a volume of random values. */
    static PreparedVolume volume(int channels, Dims3 size, long seed) {
        RandomStream random = new RandomStream(seed, 0, 0, 0);
        float[] values = new float[channels * size.product()];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat();
        }
        return new PreparedVolume(channels, size, values);
    }

    /** Returns the net whose logits are share·a + (1 − share)·b. */
    static Layer mean(Layer a, double share, Layer b) {
        return new Layer() {
            @Override
            public Tensor forward(Tensor input) {
                return a.forward(input).scale(share).add(b.forward(input).scale(1 - share));
            }

            @Override
            public SequencedMap<String, Layer> children() {
                SequencedMap<String, Layer> both = new LinkedHashMap<>();
                both.put("a", a);
                both.put("b", b);
                return both;
            }
        };
    }
}
