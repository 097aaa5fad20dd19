package dev.voxgrad.bench;

import java.util.concurrent.TimeUnit;

import org.jtransforms.fft.FloatFFT_3D;
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
import org.openjdk.jmh.annotations.Warmup;
import pl.edu.icm.jlargearrays.ConcurrencyUtils;

import dev.voxgrad.engine.random.RandomPurpose;
import dev.voxgrad.engine.random.RandomStream;
import dev.voxgrad.engine.volume.AffineMap;
import dev.voxgrad.engine.volume.MotionCpu;
import dev.voxgrad.engine.volume.Volume;

/**
 * Compares the motion artefact without a Fourier transform, including resampling, with just the four transforms of its
 * definition (three volumes forward, one back), by JTransforms on one thread.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "-XX:+UseParallelGC"})
public class MotionBenchmark {
    @Param({"28", "64"})
    public int edge;

    private final AffineMap first = AffineMap.rotation(5, -4, 3);
    private final AffineMap second = AffineMap.rotation(-2, 8, -6);
    private Volume volume;
    private FloatFFT_3D transform;
    private float[] complex;

    /** Fills a volume with random values. */
    @Setup
    public void prepare() {
        ConcurrencyUtils.setNumberOfThreads(1);
        volume = new Volume(1, edge, edge, edge);
        RandomStream random = new RandomStream(1, 0, 0, RandomPurpose.ANY);
        for (int i = 0; i < volume.voxels(); i++) {
            volume.values()[i] = random.nextFloat();
        }
        transform = new FloatFFT_3D(edge, edge, edge);
        complex = new float[2 * volume.voxels()];
    }

    /** Runs two resamplings and the product with the circulant matrices, in place, so the volume gets more blurred. */
    @Benchmark
    public Volume motion() {
        MotionCpu.apply(volume, first, second, edge / 3, edge * 2 / 3);
        return volume;
    }

    /** Runs three transforms of real volumes to full complex spectra, and one back. */
    @Benchmark
    public float[] fourTransforms() {
        for (int i = 0; i < 3; i++) {
            System.arraycopy(volume.values(), 0, complex, 0, volume.voxels());
            transform.realForwardFull(complex);
        }
        transform.complexInverse(complex, true);
        return complex;
    }
}
