package dev.voxgrad.bench;

import java.util.concurrent.TimeUnit;

import org.ejml.data.FMatrixRMaj;
import org.ejml.dense.row.CommonOps_FDRM;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import dev.voxgrad.bench.DeviceBenchmark.Work;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CpuStorage;
import dev.voxgrad.engine.random.RandomPurpose;
import dev.voxgrad.engine.random.RandomStream;

/**
 * Measures products of two square matrices, x · wᵀ, on one thread: by the linear layer, by EJML and by a plain triple
 * loop. Reports calls and GFLOP per second; bytes are those of the three matrices, once each.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "-XX:+UseParallelGC"})
public class MatrixProductBenchmark {
    @Param({"64", "256", "1024"})
    public int size;

    private CpuDevice device;
    private Tensor x;
    private Tensor w;
    private FMatrixRMaj left;
    private FMatrixRMaj right;
    private FMatrixRMaj product;
    private float[] result;

    /** Creates the same random values for all three. */
    @Setup
    public void open() {
        RandomStream random = new RandomStream(1, 0, 0, RandomPurpose.ANY);
        float[] a = new float[size * size];
        float[] b = new float[size * size];
        for (int i = 0; i < a.length; i++) {
            a[i] = random.nextFloat() - 0.5f;
            b[i] = random.nextFloat() - 0.5f;
        }
        device = new CpuDevice(1);
        x = Tensor.of(device, Shape.of(size, size), a);
        w = Tensor.of(device, Shape.of(size, size), b);
        left = FMatrixRMaj.wrap(size, size, a);
        right = FMatrixRMaj.wrap(size, size, b);
        product = new FMatrixRMaj(size, size);
        result = new float[size * size];
    }

    @TearDown
    public void close() {
        device.close();
    }

    private void count(Work work) {
        double elements = (double) size * size;
        work.add(2 * size * elements, 3 * 4 * elements);
    }

    /** Runs the linear layer without bias. */
    @Benchmark
    public float linear(Work work) {
        count(work);
        try (var _ = dev.voxgrad.engine.Scope.withoutGradients()) {
            return CpuStorage.array(x.linear(w))[0];
        }
    }

    /** Multiplies EJML's dense float32 matrices. */
    @Benchmark
    public FMatrixRMaj ejml(Work work) {
        count(work);
        CommonOps_FDRM.multTransB(left, right, product);
        return product;
    }

    /** Multiplies with three loops. */
    @Benchmark
    public float[] tripleLoop(Work work) {
        count(work);
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < size; j++) {
                float sum = 0;
                for (int k = 0; k < size; k++) {
                    sum += left.data[i * size + k] * right.data[j * size + k];
                }
                result[i * size + j] = sum;
            }
        }
        return result;
    }
}
