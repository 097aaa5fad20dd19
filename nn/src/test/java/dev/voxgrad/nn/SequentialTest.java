package dev.voxgrad.nn;

import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;

import org.junit.jupiter.api.Test;

import dev.voxgrad.engine.Gradients;
import dev.voxgrad.engine.Scope;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.ReferenceDevice;
import dev.voxgrad.engine.testing.Samples;
import dev.voxgrad.nn.testing.TestNets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class SequentialTest {
    private static final ReferenceDevice REFERENCE = ReferenceDevice.INSTANCE;

    /** A layer that remembers its inputs, and returns them through an operation or as they are. */
    private record Spy(List<Tensor> seen, boolean passThrough) implements Layer {
        @Override
        public Tensor forward(Tensor input) {
            seen.add(input);
            return passThrough ? input : input.add(input);
        }
    }

    @Test
    void releasesOnlyActivationsBetweenLayers() {
        for (boolean passThrough : new boolean[] {false, true}) {
            List<Tensor> seen = new ArrayList<>();
            Sequential net = new Sequential(
                    new Spy(seen, passThrough), new Spy(seen, false), new Spy(seen, true), new Spy(seen, false));
            try (Scope _ = Scope.open()) {
                Tensor x = Tensor.full(REFERENCE, Shape.of(2), 1).requiresGrad(true);
                Tensor y = net.forward(x);
                assertThat(y.toArray()).containsOnly(passThrough ? 4 : 8);
                assertThat(x.toArray()).containsOnly(1);
                assertThatThrownBy(() -> seen.getLast().toArray()).hasMessageContaining("released");
                Gradients gradients = y.backward(Tensor.full(REFERENCE, Shape.of(2), 1));
                assertThat(gradients.of(x).toArray()).containsOnly(passThrough ? 4 : 8);
            }
        }
    }

    /** Without gradients nothing is saved, so only the input and output of one layer are alive at once. */
    @Test
    void predictionNeedsMemoryOfTwoActivations() {
        try (CpuDevice cpu = new CpuDevice(1)) {
            Layer[] layers = new Layer[10];
            Arrays.fill(layers, new ReLU());
            Tensor x = Tensor.zeros(cpu, Shape.of(1 << 20));
            long before = cpu.allocatedBytes();
            try (Scope _ = Scope.withoutGradients()) {
                new Sequential(layers).forward(x);
            }
            assertThat(cpu.allocatedBytes() - before).isEqualTo(2L * Float.BYTES << 20);
            Reference.reachabilityFence(x);
        }
    }

    /** Uses one thread: how many scratch buffers several threads use at once is left to chance. */
    @Test
    void trainingAllocatesNothingAfterSecondStep() {
        try (CpuDevice cpu = new CpuDevice(1)) {
            Sequential net = TestNets.net(cpu, 2, 4, 1, 2);
            Initialization.apply(net, 1);
            Shape shape = Shape.of(2, 1, 9, 9, 9);
            long afterTwo = 0;
            for (int step = 0; step < 6; step++) {
                try (Scope _ = Scope.open()) {
                    Tensor x = Tensor.of(cpu, shape, Samples.gaussian(shape, step));
                    net.forward(x).crossEntropy(new int[] {0, 1}).backward();
                }
                afterTwo = step == 1 ? cpu.allocatedBytes() : afterTwo;
            }
            assertThat(cpu.allocatedBytes()).isEqualTo(afterTwo);
            Reference.reachabilityFence(net);
        }
    }

    @Test
    void evaluationUsesAndKeepsTheRunningStatistics() {
        Sequential net = new Sequential(new BatchNorm3d(REFERENCE, 1));
        Initialization.apply(net, 1);
        Shape shape = Shape.of(1, 1, 1, 1, 2);
        Tensor x = Tensor.of(REFERENCE, shape, 1.0, 3.0);
        assertThat(net.forward(x).toArray()).containsExactly(-0.999995f, 0.999995f);
        // Mean 2 and unbiased variance 2, each weighted by a tenth.
        assertThat(net.buffers().get("0.running_mean").toArray()).containsExactly(0.2f);
        assertThat(net.buffers().get("0.running_var").toArray()).containsExactly(1.1f);
        net.eval();
        net.forward(x);
        assertThat(net.buffers().get("0.running_var").toArray()).containsExactly(1.1f);
        assertThat(net.stateDict().get("0.num_batches_tracked"))
                .isEqualTo(new NamedTensor.Longs("0.num_batches_tracked", 1));
        net.train();
        net.forward(x);
        assertThat(net.stateDict().get("0.num_batches_tracked"))
                .isEqualTo(new NamedTensor.Longs("0.num_batches_tracked", 2));
    }

    @Test
    void refusesNamesWithDots() {
        LinkedHashMap<String, Layer> layers = new LinkedHashMap<>();
        layers.put("a.b", new ReLU());
        assertThatThrownBy(() -> new Sequential(layers)).hasMessageContaining("a.b");
    }
}
