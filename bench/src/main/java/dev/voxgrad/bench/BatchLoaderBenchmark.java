package dev.voxgrad.bench;

import java.util.Iterator;
import java.util.concurrent.TimeUnit;

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

import dev.voxgrad.engine.random.RandomPurpose;
import dev.voxgrad.engine.random.RandomStream;
import dev.voxgrad.medmnist.augment.Recipe;
import dev.voxgrad.medmnist.data.Batch;
import dev.voxgrad.medmnist.data.BatchLoader;
import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.VolumeShape;

/**
 * Measures milliseconds per batch of a loader whose caller takes the next batch at once: reading, augmenting and
 * normalising. A training step that is shorter has to wait for its batch.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "-XX:+UseParallelGC"})
public class BatchLoaderBenchmark {
    private static final int VOLUMES = 512;

    /** The number of threads that prepare a batch. */
    @Param({"1", "2"})
    public int workers;

    @Param({"torchio", "none"})
    public String augment;

    /** The edge of the volumes, which have one channel. */
    @Param({"28", "64"})
    public int edge;

    @Param("32")
    public int batch;

    private BatchLoader loader;
    private Iterator<Batch> batches;
    private int epoch;

    /** Opens a loader of random volumes. */
    @Setup
    public void open() {
        VolumeShape shape = new VolumeShape(1, edge);
        byte[] voxels = new byte[VOLUMES * shape.elements()];
        RandomStream random = new RandomStream(1, 0, 0, RandomPurpose.ANY);
        for (int i = 0; i < voxels.length; i++) {
            voxels[i] = (byte) random.nextInt(256);
        }
        Split split = Split.of("train", shape, voxels, new int[VOLUMES]);
        loader = new BatchLoader(
                split,
                new BatchLoader.Settings(
                        batch, true, 1, true, Recipe.byFlag(augment).keyed(1), workers));
        batches = loader.epoch(0).iterator();
    }

    /** Returns the next batch, if necessary of the next epoch. */
    @Benchmark
    public Batch next() {
        if (!batches.hasNext()) {
            batches = loader.epoch(++epoch).iterator();
        }
        return batches.next();
    }

    /** Ends the loader's threads. */
    @TearDown
    public void close() {
        loader.close();
    }
}
