package dev.voxgrad.medmnist.nets;

import java.util.LinkedHashMap;
import java.util.Map;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.voxgrad.engine.Gradients;
import dev.voxgrad.engine.Scope;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.ConvolutionMode;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.random.RandomPurpose;
import dev.voxgrad.engine.random.RandomStream;
import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.nn.Initialization;
import dev.voxgrad.nn.Layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/** Checks nets on volumes that are no cubes: the fast, fused kernels against convolution by its definition. */
class NonCubicNetTest {
    private static final int BATCH = 2;

    @ParameterizedTest
    @CsvSource({"net1, 20, 28, 24, 3", "net2, 9, 14, 30, 1", "net3, 16, 48, 20, 1", "resnet18-3d, 5, 12, 9, 2"})
    void fastKernelsAgreeWithTheDefinition(String name, int x, int y, int z, int channels) {
        VolumeShape volume = new VolumeShape(channels, x, y, z);
        Map<String, float[]> expected = step(name, volume, ConvolutionMode.DIRECT, false);
        Map<String, float[]> found = step(name, volume, ConvolutionMode.AUTO, true);
        assertThat(found.keySet()).isEqualTo(expected.keySet());
        expected.forEach((tensor, values) -> {
            double squares = 0;
            double differences = 0;
            for (int i = 0; i < values.length; i++) {
                squares += values[i] * values[i];
                differences += Math.pow(values[i] - found.get(tensor)[i], 2);
            }
            // Biases in front of batch norm have a gradient of zero but for rounding.
            assertThat(Math.sqrt(differences)).as(tensor).isCloseTo(0, within(2e-3 * Math.sqrt(squares) + 1e-5));
        });
    }

    /** Returns the loss, the logits and the gradients of a training step. */
    private static Map<String, float[]> step(String name, VolumeShape volume, ConvolutionMode mode, boolean fusion) {
        Map<String, float[]> results = new LinkedHashMap<>();
        float[] values = new float[BATCH * volume.elements()];
        RandomStream random = new RandomStream(5, 0, 0, RandomPurpose.ANY);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        try (CpuDevice device = new CpuDevice(2, mode, fusion);
                var _ = Scope.open()) {
            Layer net = Nets.named(name).build(device, volume, 2);
            Initialization.apply(net, 3);
            Shape shape = Shape.of(BATCH, volume.channels(), volume.x(), volume.y(), volume.z());
            Tensor logits = net.forward(Tensor.ofChannelsLast(device, shape, values));
            Gradients gradients = logits.crossEntropy(new int[] {0, 1}).backward();
            results.put("logits", logits.toArray());
            net.parameters()
                    .forEach((parameter, tensor) ->
                            results.put(parameter, gradients.of(tensor).toArray()));
        }
        return results;
    }
}
