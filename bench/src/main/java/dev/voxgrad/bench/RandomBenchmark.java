package dev.voxgrad.bench;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

import dev.voxgrad.engine.random.RandomPurpose;
import dev.voxgrad.engine.random.RandomStream;

/**
 * Measures random numbers per microsecond on one thread: {@link RandomStream} and the JDK's {@link SplittableRandom}.
 *
 * <p>The peer is not reproducible by name (seed, epoch, sample, purpose) and may therefore be faster; the benchmark
 * shows what that property costs. Each invocation fills an array and returns it, so that neither the numbers nor the
 * loop can be optimised away.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "-XX:+UseParallelGC"})
public class RandomBenchmark {
    private static final int COUNT = 4096;

    private final float[] floats = new float[COUNT];
    private final double[] doubles = new double[COUNT];
    private RandomStream stream;
    private SplittableRandom splittable;
    private int sample;

    /** Opens both generators with the same seed. */
    @Setup
    public void open() {
        stream = new RandomStream(42, 0, 0, RandomPurpose.ANY);
        splittable = new SplittableRandom(42);
    }

    /** Draws uniform floats from one long stream. */
    @Benchmark
    @OperationsPerInvocation(COUNT)
    public float[] streamNextFloat() {
        for (int i = 0; i < COUNT; i++) {
            floats[i] = stream.nextFloat();
        }
        return floats;
    }

    /** Draws uniform floats from the peer. */
    @Benchmark
    @OperationsPerInvocation(COUNT)
    public float[] splittableNextFloat() {
        for (int i = 0; i < COUNT; i++) {
            floats[i] = splittable.nextFloat();
        }
        return floats;
    }

    /** Draws normal deviates from one long stream. */
    @Benchmark
    @OperationsPerInvocation(COUNT)
    public double[] streamNextGaussian() {
        for (int i = 0; i < COUNT; i++) {
            doubles[i] = stream.nextGaussian();
        }
        return doubles;
    }

    /** Draws normal deviates in vectors. */
    @Benchmark
    @OperationsPerInvocation(COUNT)
    public float[] streamFillGaussians() {
        stream.fillGaussians(floats, 0, COUNT);
        return floats;
    }

    /** Draws normal deviates from the peer. */
    @Benchmark
    @OperationsPerInvocation(COUNT)
    public double[] splittableNextGaussian() {
        for (int i = 0; i < COUNT; i++) {
            doubles[i] = splittable.nextGaussian();
        }
        return doubles;
    }

    /** Opens a new stream for every four numbers, like the augmentation of one sample: the cost of a name. */
    @Benchmark
    @OperationsPerInvocation(COUNT)
    public float[] streamPerSample() {
        for (int i = 0; i < COUNT; i += 4) {
            RandomStream own = new RandomStream(42, 1, sample++, RandomPurpose.ANY);
            for (int j = i; j < i + 4; j++) {
                floats[j] = own.nextFloat();
            }
        }
        return floats;
    }
}
