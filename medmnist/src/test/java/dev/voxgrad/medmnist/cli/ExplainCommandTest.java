package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.medmnist.data.SyntheticShapes;
import dev.voxgrad.medmnist.data.npz.NpyArray;
import dev.voxgrad.medmnist.data.npz.NpyWriter;
import dev.voxgrad.medmnist.data.npz.NpzFile;
import dev.voxgrad.medmnist.model.TinyRun;
import dev.voxgrad.medmnist.nets.Nets;
import dev.voxgrad.medmnist.nifti.NiftiFile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/** Explains answers of a small run through the command line. */
class ExplainCommandTest {
    private static final int EDGE = 12;
    private static final int VOXELS = EDGE * EDGE * EDGE;

    @TempDir
    private static Path folder;

    private static Path run;

    @BeforeAll
    static void train() {
        run = folder.resolve("run");
        SyntheticShapes.Settings shapes = new SyntheticShapes.Settings(1, EDGE, 20, 10, 10, 0.4);
        try (CpuDevice device = new CpuDevice(1)) {
            TinyRun.train(run, shapes, List.of(Nets.named("net1"), Nets.named("net2")), device);
        }
    }

    private static float[] array(Path npz, String name) {
        try (NpzFile file = NpzFile.open(npz)) {
            return file.read(name).toFloats();
        }
    }

    private static Cli explain(Path out, Object... options) {
        Object[] words = new Object[options.length + 4];
        words[0] = "explain";
        words[1] = run;
        words[2] = "--out";
        words[3] = out;
        System.arraycopy(options, 0, words, 4, options.length);
        return Cli.run(words);
    }

    @Test
    void writesThePictureAndTheArrays() throws IOException {
        Path out = folder.resolve("new folder");
        String text = explain(out, "--index", 3, "--class", "torus").succeeded().out();
        assertThat(text)
                .contains("test volume 3 is ", "with probability 0.", "logit of torus: ", "; map ")
                .contains("net1: Grad-CAM of stage layer2.5 (6x6x6 voxels); net2: Grad-CAM of stage ")
                .contains("weighted mean of 4 nets");
        Path npz = out.resolve("test-3-grad-cam-class-2.npz");
        assertThat(array(npz, "map")).hasSize(VOXELS);
        assertThat(array(npz, "volume")).hasSize(VOXELS);
        assertThat(ImageIO.read(out.resolve("test-3-grad-cam-class-2.png").toFile())
                        .getHeight())
                .isGreaterThan(3 * EDGE);
    }

    /** Values are those of the arrays, in the order of a viewer, in which X runs fastest. */
    @Test
    void mapOpensOverTheVolume() {
        Path out = folder.resolve("scans");
        assertThat(explain(out, "--index", 2, "--class", 0).succeeded().out())
                .contains(".nii.gz, which opens over " + out.resolve("test-2.nii.gz"));
        float[] map = array(out.resolve("test-2-grad-cam-class-0.npz"), "map");
        NiftiFile file = NiftiFile.open(out.resolve("test-2-grad-cam-class-0.nii.gz"));
        assertThat(file.header().affine())
                .isEqualTo(NiftiFile.open(out.resolve("test-2.nii.gz")).header().affine());
        file.read((values, channel, y, z) -> {
            for (int x = 0; x < EDGE; x++) {
                assertThat((float) values[x]).isEqualTo(map[(x * EDGE + y) * EDGE + z]);
            }
        });
    }

    @Test
    void sameCommandWritesTheSameBytes() throws IOException {
        Object[] options = {"--index", "1,4", "--method", "integrated-gradients", "--steps", 5};
        explain(folder.resolve("a"), options).succeeded();
        explain(folder.resolve("b"), options).succeeded();
        try (var files = Files.list(folder.resolve("a"))) {
            List<Path> all = files.toList();
            assertThat(all).hasSizeGreaterThanOrEqualTo(4);
            for (Path file : all) {
                assertThat(folder.resolve("b").resolve(file.getFileName())).hasSameBinaryContentAs(file);
            }
        }
    }

    /** The weights 0.5 and 1.5 of last and best models make the ensemble's map out of the models' maps. */
    @Test
    void mapOfTheEnsembleIsTheWeightedMeanOfItsNets() {
        double[] mean = new double[VOXELS];
        for (int member = 0; member < 2; member++) {
            for (String kind : List.of("last", "best")) {
                float[] map = occlusion("--member", member, "--ensemble", kind);
                for (int i = 0; i < VOXELS; i++) {
                    mean[i] += (kind.equals("last") ? 0.5 : 1.5) / 4 * map[i];
                }
            }
        }
        float[] ensemble = occlusion();
        for (int i = 0; i < VOXELS; i++) {
            assertThat((double) ensemble[i]).isCloseTo(mean[i], within(1e-5));
        }
    }

    private static float[] occlusion(Object... more) {
        Object[] options = new Object[more.length + 8];
        System.arraycopy(
                new Object[] {"--index", 0, "--class", 1, "--method", "occlusion", "--cube", 6}, 0, options, 0, 8);
        System.arraycopy(more, 0, options, 8, more.length);
        explain(folder.resolve("occlusion"), options).succeeded();
        return array(folder.resolve("occlusion/test-0-occlusion-class-1.npz"), "map");
    }

    @Test
    void bundleIsExplainedAsItsRun() {
        Path bundle = folder.resolve("model.zip");
        Cli.run("bundle", run, "--out", bundle).succeeded();
        Cli.run("explain", bundle, "--index", 5, "--class", 0, "--out", folder.resolve("bundle"))
                .succeeded();
        explain(folder.resolve("folder"), "--index", 5, "--class", 0).succeeded();
        assertThat(folder.resolve("bundle/test-5-grad-cam-class-0.npz"))
                .hasSameBinaryContentAs(folder.resolve("folder/test-5-grad-cam-class-0.npz"));
    }

    /** A bundle carries weights of its own, and takes volumes without labels. */
    @Test
    void bundleExplainsUnlabelledVolumesWithItsOwnWeights() {
        Path bundle = folder.resolve("best.zip");
        Cli.run("bundle", run, "--ensemble", "best", "--out", bundle).succeeded();
        Path npz = folder.resolve("unlabelled.npz");
        writeImages(npz);
        String text = Cli.run("explain", bundle, "--npz", npz, "--index", 1, "--out", folder.resolve("unlabelled"))
                .succeeded()
                .out();
        assertThat(text)
                .contains("\nvolume 1 was predicted as ", "weighted mean of 2 nets")
                .doesNotContain("volume 1 is ");
        Path byRun = folder.resolve("labelled");
        String same = Cli.run("explain", run, "--npz", npz, "--index", 1, "--ensemble", "best", "--out", byRun)
                .succeeded()
                .out();
        assertThat(same.replace("labelled", "unlabelled")).isEqualTo(text);
    }

    private static void writeImages(Path npz) {
        byte[] voxels = new byte[2 * VOXELS];
        for (int i = 0; i < voxels.length; i++) {
            voxels[i] = (byte) (i * 31 % 251);
        }
        NpyWriter.writeNpz(
                npz, Map.of("images", NpyArray.ofBytes(voxels, 2, EDGE, EDGE, EDGE)), NpyWriter.Packing.STORED);
    }

    @Test
    void worstExplainsConfidentMistakesFirst() {
        String text = explain(folder.resolve("worst"), "--worst", 2, "--split", "val")
                .succeeded()
                .out();
        List<String> wrong =
                text.lines().filter(line -> line.startsWith("val volume")).toList();
        assertThat(wrong).hasSize(2).allMatch(line -> line.contains("was predicted as"));
        assertThat(probability(wrong.getFirst())).isGreaterThanOrEqualTo(probability(wrong.getLast()));
    }

    private static double probability(String line) {
        return Double.parseDouble(line.substring(line.lastIndexOf(' ')));
    }

    @Test
    void integratedGradientsReportTheirSum() {
        Cli cli = explain(
                folder.resolve("steps"),
                "--index",
                0,
                "--class",
                "true",
                "--method",
                "integrated-gradients",
                "--steps",
                1,
                "--fill",
                "mean");
        assertThat(cli.code()).isZero();
        assertThat(cli.out()).contains("sum of the map", "logit minus that of the blank volume");
    }

    @Test
    void wrongUseIsExplained() {
        Path out = folder.resolve("none");
        explain(out).refused("--index", "--worst");
        explain(out, "--index", 0, "--worst", 1).refused("mutually exclusive");
        explain(out, "--worst", 0).refused("--worst is 0", "1 to 1000");
        explain(out, "--index", 10).refused("--index is 10", "0 to 9");
        explain(out, "--index", 0, "--class", "sphere").refused("--class is 'sphere'", "ellipsoid", "'true'");
        explain(out, "--index", 0, "--method", "lime").refused("'lime'", "grad-cam, occlusion or integrated-gradients");
        explain(out, "--index", 0, "--steps", 9).refused("--steps has no effect with --method grad-cam");
        explain(out, "--index", 0, "--method", "occlusion", "--fill", "red").refused("'red'", "darkest, mean");
        explain(out, "--index", 0, "--method", "occlusion", "--cube", 3, "--stride", 4)
                .refused("--cube is 3 and --stride 4");
        explain(out, "--index", 0, "--member", 2).refused("members is '2'");
        explain(out, "--index", 0, "--stage", "layer7").failed("stage 'layer7'", "layer1.0, layer1.1");
    }

    @Test
    void outThatIsAFileIsRefused() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "mine");
        explain(file, "--index", 0).failed("file", "cannot be made as a folder");
        assertThat(file).hasContent("mine");
    }
}
