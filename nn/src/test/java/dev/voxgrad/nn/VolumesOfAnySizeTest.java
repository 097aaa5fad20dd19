package dev.voxgrad.nn;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.voxgrad.engine.Scope;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Checks that predictions of volumes of many different sizes need no more memory than the largest of them, in a JVM of
 * their own with a small heap.
 */
class VolumesOfAnySizeTest {
    private static final int LARGEST = 96;
    /** The activations of the largest volume, two of 16 channels at a time, take 108 MiB. */
    private static final String HEAP = "-Xmx200m";

    @ParameterizedTest
    @ValueSource(strings = {"-XX:+UseParallelGC", "-XX:+UseG1GC"})
    void randomSizesNeedMemoryOfTheLargest(String collector) throws IOException, InterruptedException {
        List<String> sizes = new ArrayList<>(List.of(Integer.toString(LARGEST)));
        assertThat(run(HEAP, collector, sizes)).as("the largest alone").contains("predicted 1");
        SplittableRandom random = new SplittableRandom(7);
        while (sizes.size() < 60) {
            sizes.add(Integer.toString(random.nextInt(32, LARGEST + 1)));
        }
        assertThat(run(HEAP, collector, sizes)).contains("predicted 60");
    }

    @Test
    void errorSaysHowMuchMemoryIsMissing() throws IOException, InterruptedException {
        assertThat(run("-Xmx90m", "-XX:+UseParallelGC", List.of("32", Integer.toString(LARGEST), "33")))
                .containsPattern("54.0 MiB were required, the tensors of this device already take \\d+\\.\\d MiB, and "
                        + "Java may use \\d+\\.\\d MiB in total; use a smaller batch or smaller volumes, or give Java "
                        + "more with -Xmx")
                .contains("predicted 2"); // the device continues to serve what does fit
    }

    private static String run(String heap, String collector, List<String> sizes)
            throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules=jdk.incubator.vector",
                heap,
                collector,
                "-cp",
                System.getProperty("java.class.path"),
                VolumesOfAnySizeTest.class.getName()));
        words.addAll(sizes);
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as("%s", output).isZero();
        return output;
    }

    /** Predicts volumes of these edges, and prints how many succeeded; one that finds no memory is left out. */
    public static void main(String[] edges) {
        try (CpuDevice cpu = new CpuDevice(2)) {
            Sequential net = new Sequential(
                    new Conv3d(cpu, 1, 16, 3, 1),
                    new BatchNorm3d(cpu, 16),
                    new ReLU(),
                    new LeakyReLU(),
                    new LeakyReLU(),
                    new AdaptiveAvgPool3d(1),
                    new Flatten(),
                    new Linear(cpu, 16, 2));
            Initialization.apply(net, 1);
            net.eval();
            int predicted = 0;
            for (String edge : edges) {
                int n = Integer.parseInt(edge);
                try (Scope _ = Scope.withoutGradients()) {
                    float[] volume = new float[n * n * n];
                    float[] result = net.forward(Tensor.of(cpu, Shape.of(1, 1, n, n, n), volume))
                            .toArray();
                    predicted += result.length / 2;
                } catch (OutOfMemoryError e) {
                    System.out.println(e.getMessage());
                }
            }
            System.out.println("predicted " + predicted);
        }
    }
}
