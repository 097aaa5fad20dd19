package dev.voxgrad.nn;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

import com.sun.management.ThreadMXBean;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.voxgrad.engine.Scope;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.nn.optim.AdamW;
import dev.voxgrad.nn.optim.Optimizer;
import dev.voxgrad.nn.testing.TestNets;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Checks what a training step leaves for the garbage collector once its code is compiled: handles of tensors, nodes and
 * tasks, but no arrays. The outputs of this net's convolutions alone take 640 kB.
 *
 * <p>The steps run in a JVM of their own, as in training. In a JVM that has run other suites, on three kinds of
 * devices, the compiler knows less about each call, and occasionally seems to leave objects that it could eliminate.
 */
class StepAllocationTest {
    private static final long ALLOWED = 128 * 1024;
    /** Number of successive steps that must stay within it. */
    private static final int STEPS = 20;

    private static final long PATIENCE_NANOS = 120_000_000_000L;

    @ParameterizedTest
    @ValueSource(strings = {"1", "2"})
    void leavesNoArrays(String threads) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--add-modules=jdk.incubator.vector",
                        "-XX:+UseParallelGC",
                        "-Xmx1g",
                        "-cp",
                        System.getProperty("java.class.path"),
                        StepAllocationTest.class.getName(),
                        threads)
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as("%s", output).isZero();
        assertThat(output).contains("steps within it in a row: " + STEPS);
    }

    /**
     * Trains with that many threads until enough steps are within the limit; exits with code 1 if that never happens.
     */
    public static void main(String[] args) {
        ThreadMXBean bean = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (CpuDevice cpu = new CpuDevice(Integer.parseInt(args[0]))) {
            Sequential net = TestNets.net(cpu, 2, 16, 1, 2);
            Initialization.apply(net, 1);
            Optimizer optimizer = new Optimizer(new AdamW(1e-3, 5e-4), net.parameters());
            Tensor x = Tensor.full(cpu, Shape.of(4, 1, 10, 10, 10), 1);
            int within = 0;
            long least = Long.MAX_VALUE;
            long start = System.nanoTime();
            // The compilers need some time; until they are done, vectors are objects.
            while (within < STEPS && System.nanoTime() - start < PATIENCE_NANOS) {
                long before = bean.getTotalThreadAllocatedBytes();
                try (var _ = Scope.open()) {
                    optimizer.step(net.forward(x).crossEntropy(0, 1, 1, 0).backward());
                }
                long allocated = bean.getTotalThreadAllocatedBytes() - before;
                within = allocated <= ALLOWED ? within + 1 : 0;
                least = Math.min(least, allocated);
            }
            System.out.println("allowed are " + ALLOWED + " bytes a step, the least was " + least
                    + "; steps within it in a row: " + within);
            System.exit(within == STEPS ? 0 : 1);
        }
    }
}
