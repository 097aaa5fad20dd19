package dev.voxgrad.bench;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import dev.voxgrad.bench.peers.Spread;
import dev.voxgrad.engine.Scope;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.random.RandomPurpose;
import dev.voxgrad.engine.random.RandomStream;
import dev.voxgrad.medmnist.augment.Recipe;
import dev.voxgrad.medmnist.data.Batch;
import dev.voxgrad.medmnist.data.BatchLoader;
import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.nets.Nets;
import dev.voxgrad.nn.Initialization;
import dev.voxgrad.nn.Layer;
import dev.voxgrad.nn.optim.AdamW;
import dev.voxgrad.nn.optim.Optimizer;

/**
 * Compares training with augmentation to training without, on the same cores: each iteration trains some steps without,
 * and then as many with it. At the end, it prints the ratio of the two, pair by pair, which is steadier than either
 * time if other programs use the machine. Volumes are prepared by one thread in the background, as in {@code train};
 * they are as many as fill batches of AdrenalMNIST3D.
 */
@State(org.openjdk.jmh.annotations.Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 2)
@Measurement(iterations = 10)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "-XX:+UseParallelGC"})
public class AugmentedStepBenchmark {
    private static final int VOLUMES = 37 * 32;
    private static final int STEPS = 9;
    /** Batches that a loader prepares ahead, while those of the other loader are used. */
    private static final int AHEAD = 2;

    private static final int BATCH = 32;
    private static final int CLASSES = 2;

    @Param("torchio")
    public String augment;

    @Param("net1")
    public String net;

    /** The edge of the volumes, which have one channel. */
    @Param("28")
    public int edge;

    /** The number of threads that train; 0 for all cores. */
    @Param("0")
    public int threads;

    private final List<Double> ratios = new ArrayList<>();
    private CpuDevice device;
    private Layer layers;
    private Optimizer optimizer;
    private Batches plain;
    private Batches augmented;

    /** Delivers batches, epoch after epoch. */
    private static final class Batches {
        private final BatchLoader loader;
        private Iterator<Batch> batches;
        private int epoch;

        Batches(Split split, Recipe recipe) {
            loader = new BatchLoader(split, new BatchLoader.Settings(BATCH, true, 1, true, recipe.keyed(1), 1));
            batches = loader.epoch(0).iterator();
        }

        Batch next() {
            if (!batches.hasNext()) {
                batches = loader.epoch(++epoch).iterator();
            }
            return batches.next();
        }
    }

    /** Creates a net with random weights, and volumes of random voxels. */
    @Setup(Level.Trial)
    public void open() {
        VolumeShape shape = new VolumeShape(1, edge);
        byte[] voxels = new byte[VOLUMES * shape.elements()];
        RandomStream random = new RandomStream(1, 0, 0, RandomPurpose.ANY);
        for (int i = 0; i < voxels.length; i++) {
            voxels[i] = (byte) random.nextInt(256);
        }
        Split split = Split.of("train", shape, voxels, new int[VOLUMES]);
        device = threads == 0 ? CpuDevice.allCores() : new CpuDevice(threads);
        layers = Nets.named(net).build(device, shape, CLASSES);
        Initialization.apply(layers, 1);
        optimizer = new Optimizer(new AdamW(1e-3, 5e-4), layers.parameters());
        plain = new Batches(split, Recipe.NONE);
        augmented = new Batches(split, Recipe.byFlag(augment));
    }

    /** Trains a number of steps without augmentation, then as many with it. Returns how long the latter took, in ns. */
    @Benchmark
    public long pair() {
        long without = train(plain);
        long with = train(augmented);
        ratios.add((double) with / without);
        return with;
    }

    /** Returns the time of the steps after those whose batches were prepared before. */
    private long train(Batches batches) {
        train(batches, AHEAD);
        long start = System.nanoTime();
        train(batches, STEPS);
        return System.nanoTime() - start;
    }

    private void train(Batches batches, int steps) {
        for (int step = 0; step < steps; step++) {
            Batch batch = batches.next();
            Shape shape = Shape.of(batch.size(), 1, edge, edge, edge);
            try (var _ = Scope.open()) {
                Tensor volumes = Tensor.ofChannelsLast(device, shape, batch.inputs());
                optimizer.step(
                        layers.forward(volumes).crossEntropy(batch.labels()).backward());
            }
        }
    }

    /** Prints the ratio of the measured pairs, and ends the threads. */
    @TearDown(Level.Trial)
    public void close() {
        List<Double> measured = ratios.subList(Math.min(2, ratios.size() - 1), ratios.size());
        Spread spread =
                Spread.of(measured.stream().mapToDouble(Double::doubleValue).toArray());
        System.out.printf(
                Locale.ROOT,
                "%n%s, time with %s / without: %.3f (%.3f to %.3f), median of %d pairs%n",
                net,
                augment,
                spread.median(),
                spread.min(),
                spread.max(),
                measured.size());
        plain.loader.close();
        augmented.loader.close();
        device.close();
    }
}
