package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.voxgrad.medmnist.baseline.BaselineFiles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/** Applies a baseline to volumes with and without labels, from its folder and from a bundle. */
class BaselineInUseTest {
    private static final int TEST = 9;

    @TempDir
    private static Path folder;

    private static Path volumes;
    private static Path baseline;

    @BeforeAll
    static void make() {
        volumes = TestVolumes.write(folder.resolve("own.npz"), 8, 1, 2, 30, 10, TEST);
        baseline = folder.resolve("base");
        Cli.run(
                        "baseline",
                        "--npz",
                        volumes,
                        "--labels",
                        "healthy,odd",
                        "--features",
                        "grid7",
                        "--models",
                        "logistic,extra-trees",
                        "--folds",
                        2,
                        "--out",
                        baseline)
                .succeeded();
    }

    private static Cli predict(Object model, Path out, Object... more) {
        Object[] arguments = new Object[4 + more.length];
        System.arraycopy(new Object[] {"predict", model, "--out", out}, 0, arguments, 0, 4);
        System.arraycopy(more, 0, arguments, 4, more.length);
        return Cli.run(arguments);
    }

    @Test
    void predictsItsOwnTestSplit() throws IOException {
        Path out = folder.resolve("own.csv");
        assertThat(predict(baseline, out).succeeded().out()).contains(TEST + " volumes", "AUC");
        List<String> lines = Files.readAllLines(out);
        assertThat(lines.getFirst()).isEqualTo("volume,predicted,p(healthy),p(odd),sd(healthy),sd(odd),entropy,label");
        double[][] stored = BaselineFiles.open(baseline).test().orElseThrow();
        for (int i = 0; i < TEST; i++) {
            String[] fields = lines.get(i + 1).split(",");
            assertThat(Double.parseDouble(fields[3])).isEqualTo(stored[i][1]);
            assertThat(Double.parseDouble(fields[2])).isCloseTo(1 - stored[i][1], within(1e-9));
        }
    }

    @Test
    void bundlesPredictTheSame() throws IOException {
        Path unlabelled = TestVolumes.write(
                folder.resolve("new.npz"),
                Map.of("images", TestVolumes.arrays(8, 1, 2, 30, 10, TEST).get("test_images")));
        Path zip = folder.resolve("base.zip");
        assertThat(Cli.run("bundle", baseline, "--out", zip).succeeded().out()).contains("models of a baseline");
        predict(baseline, folder.resolve("one.csv"), "--npz", unlabelled).succeeded();
        predict(zip, folder.resolve("two.csv"), "--npz", unlabelled).succeeded();
        assertThat(folder.resolve("two.csv")).hasSameBinaryContentAs(folder.resolve("one.csv"));
        Path again = folder.resolve("again.zip");
        Cli.run("bundle", baseline, "--out", again).succeeded();
        assertThat(again).hasSameBinaryContentAs(zip);
        predict(zip, folder.resolve("three.csv")).refused("A bundle does not say where");
    }

    @Test
    void bundlesWithoutResultsNeedNoVolumes() {
        Path zip = folder.resolve("plain.zip");
        Cli.run("bundle", baseline, "--without-results", "--out", zip).succeeded();
        assertThat(zip).exists();
    }

    @Test
    void damagedBundlesAreRefused() throws IOException {
        Path zip = folder.resolve("whole.zip");
        Cli.run("bundle", baseline, "--without-results", "--out", zip).succeeded();
        byte[] bytes = Files.readAllBytes(zip);
        bytes[bytes.length / 2] ^= 1;
        Path damaged = folder.resolve("damaged.zip");
        Files.write(damaged, bytes);
        predict(damaged, folder.resolve("none.csv"), "--npz", volumes).failed("damaged.zip");
    }

    @Test
    void otherShapesAndOptionsOfNetsAreRefused() {
        Path small = TestVolumes.write(folder.resolve("small.npz"), 9, 1, 2, 4, 4, 4);
        predict(baseline, folder.resolve("none.csv"), "--npz", small).failed("the model was trained on");
        predict(baseline, folder.resolve("none.csv"), "--npz", small, "--other-shape")
                .refused("are for nets");
        predict(baseline, folder.resolve("none.csv"), "--tta", 4).refused("are for nets");
        Cli.run("bundle", baseline, "--ensemble", "best", "--out", folder.resolve("x.zip"))
                .refused("are for nets");
        Cli.run("status", baseline).failed("contains no run of nets but a baseline");
        Cli.run("export", baseline, "--onnx", folder.resolve("x.onnx"))
                .failed("contains no run of nets but a baseline");
    }

    @Test
    void missingAndDamagedModelsAreNamed() throws IOException {
        Path copy = folder.resolve("copy");
        Cli.run("baseline", "--npz", volumes, "--features", "grid7", "--models", "knn", "--folds", 2, "--out", copy)
                .succeeded();
        Path model = copy.resolve(BaselineFiles.modelName(
                BaselineFiles.open(copy).info().chosen().getFirst().candidate()));
        byte[] whole = Files.readAllBytes(model);
        Files.write(model, new byte[] {1, 2, 3});
        predict(copy, folder.resolve("none.csv")).failed(model.getFileName());
        Files.delete(model);
        predict(copy, folder.resolve("none.csv")).failed(model.getFileName(), "no such file");
        Files.createSymbolicLink(model, Files.write(folder.resolve("elsewhere.npz"), whole));
        predict(copy, folder.resolve("none.csv")).failed("is a link");
    }
}
