package dev.voxgrad.nn;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.voxgrad.engine.Scope;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.nn.optim.AdamW;
import dev.voxgrad.nn.optim.Optimizer;
import dev.voxgrad.nn.testing.TestNets;

/**
 * What a training step leaves for the garbage collector once its code is compiled: handles of tensors, nodes and tasks,
 * and no arrays. The outputs of this net's convolutions alone
 * take 640 kB.
 */
class StepAllocationTest {
    private static final long ALLOWED = 128 * 1024;
    /** Steps that must keep within it, one after the other. */
    private static final int STEPS = 20;
    private static final long PATIENCE_NANOS = 120_000_000_000L;

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void leavesNoArrays(int threads) {
        ThreadMXBean bean = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (CpuDevice cpu = new CpuDevice(threads)) {
            Sequential net = TestNets.net(cpu, 2, 16, 1, 2);
            Initialization.apply(net, 1);
            Optimizer optimizer = new Optimizer(new AdamW(1e-3, 5e-4), net.parameters());
            Tensor x = Tensor.full(cpu, Shape.of(4, 1, 10, 10, 10), 1);
            int within = 0;
            long least = Long.MAX_VALUE;
            long begin = System.nanoTime();
            // The compilers take their time; until they are done, vectors are objects.
            while (within < STEPS && System.nanoTime() - begin < PATIENCE_NANOS) {
                long before = bean.getTotalThreadAllocatedBytes();
                try (var _ = Scope.open()) {
                    optimizer.step(net.forward(x).crossEntropy(0, 1, 1, 0).backward());
                }
                long allocated = bean.getTotalThreadAllocatedBytes() - before;
                within = allocated <= ALLOWED ? within + 1 : 0;
                least = Math.min(least, allocated);
            }
            assertThat(within).as("steps in a row within %d bytes; the least was %d", ALLOWED, least).isEqualTo(STEPS);
        }
    }
}
