package dev.voxgrad.nn;

import java.lang.ref.Reference;
import java.util.function.Function;
import java.util.stream.Stream;

import dev.voxgrad.engine.Scope;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.Device;

import static org.assertj.core.api.Assertions.assertThat;

/** Measures the memory that nets take from the pool of a CPU device. */
final class PoolMemory {
    private PoolMemory() {}

    /** Fails if training still allocates memory after its second step. */
    static void assertTrainingAllocatesNothingAfterSecondStep(Function<Device, Layer> newNet, Shape input) {
        try (CpuDevice cpu = new CpuDevice(1)) {
            Layer net = newNet.apply(cpu);
            train(net, cpu, input, 2);
            long afterTwo = cpu.allocatedBytes();
            train(net, cpu, input, 4);
            assertThat(cpu.allocatedBytes()).isEqualTo(afterTwo);
            Reference.reachabilityFence(net);
        }
    }

    /** Returns the bytes that two steps of training take, parameters included, for a chain of such blocks. */
    static long ofTraining(int blocks, Function<Device, Layer> newBlock, Shape input) {
        try (CpuDevice cpu = new CpuDevice(1)) {
            Sequential net = chain(cpu, blocks, newBlock);
            train(net, cpu, input, 2);
            Reference.reachabilityFence(net);
            return cpu.allocatedBytes();
        }
    }

    /** Returns the bytes that a prediction takes, for a chain of such blocks. */
    static long ofPrediction(int blocks, Function<Device, Layer> newBlock, Shape input) {
        try (CpuDevice cpu = new CpuDevice(1)) {
            Sequential net = chain(cpu, blocks, newBlock);
            net.eval();
            Tensor x = ResidualBlockTest.gaussian(cpu, input);
            long before = cpu.allocatedBytes();
            try (var _ = Scope.withoutGradients()) {
                net.forward(x);
            }
            long bytes = cpu.allocatedBytes() - before;
            Reference.reachabilityFence(net);
            return bytes;
        }
    }

    private static Sequential chain(CpuDevice cpu, int blocks, Function<Device, Layer> newBlock) {
        Sequential net = new Sequential(
                Stream.generate(() -> newBlock.apply(cpu)).limit(blocks).toArray(Layer[]::new));
        Initialization.apply(net, 5);
        return net;
    }

    private static void train(Layer net, CpuDevice cpu, Shape input, int steps) {
        for (int step = 0; step < steps; step++) {
            try (var _ = Scope.open()) {
                net.forward(ResidualBlockTest.gaussian(cpu, input)).sum().backward();
            }
        }
    }
}
