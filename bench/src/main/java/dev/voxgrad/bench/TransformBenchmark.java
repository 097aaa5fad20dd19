package dev.voxgrad.bench;

import java.util.List;
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
import org.openjdk.jmh.annotations.Warmup;

import dev.voxgrad.engine.random.RandomPurpose;
import dev.voxgrad.engine.random.RandomStream;
import dev.voxgrad.engine.volume.Volume;
import dev.voxgrad.medmnist.augment.Recipe;
import dev.voxgrad.medmnist.data.Sample;

/**
 * Measures milliseconds per volume of augmentation on one thread: whole recipes, whose transforms are each skipped as
 * often as in training, and each transform of the torchio recipe applied every time. Every call takes a fresh copy of
 * the volume and draws for another sample.
 *
 * <p>The peer is {@code bench/python/torchio_recipe.py}, which prints the same table for NumPy and SciPy.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "-XX:+UseParallelGC"})
public class TransformBenchmark {
    @Param({"noise", "flip", "blur", "bias", "motion", "affine", "torchio", "centred"})
    public String transform;

    /** The edge of the volume, which has one channel. */
    @Param({"28", "64"})
    public int edge;

    private Recipe recipe;
    private float[] original;
    private Volume volume;
    private int index;

    /** Finds the recipe, or makes one from a single transform, and fills the volume. */
    @Setup
    public void prepare() {
        recipe = Recipe.all().stream()
                .filter(known -> known.flag().equals(transform))
                .findFirst()
                .orElseGet(() -> new Recipe(
                        transform,
                        "alone",
                        Recipe.TORCHIO.steps().stream()
                                .filter(step -> step.transform().name().equals(transform))
                                .map(step -> new Recipe.Step(1, step.transform()))
                                .toList()));
        if (recipe.steps().isEmpty()) {
            throw new IllegalArgumentException("transform: '" + transform + "' is unknown; choose one of "
                    + Recipe.TORCHIO.steps().stream()
                            .map(step -> step.transform().name())
                            .toList()
                    + " or a recipe, torchio or centred");
        }
        volume = new Volume(1, edge, edge, edge);
        original = new float[volume.values().length];
        RandomStream random = new RandomStream(1, 0, 0, RandomPurpose.ANY);
        for (int i = 0; i < original.length; i++) {
            original[i] = random.nextFloat();
        }
    }

    /** Transforms one volume and returns what was done to it. */
    @Benchmark
    public List<?> apply() {
        System.arraycopy(original, 0, volume.values(), 0, original.length);
        return recipe.apply(volume, 1, new Sample("train", index++, 0));
    }
}
