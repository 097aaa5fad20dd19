package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.data.npz.NpyArray;
import dev.voxgrad.medmnist.data.npz.NpyWriter;
import dev.voxgrad.medmnist.data.npz.NpzFile;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests every command on volumes that are no cubes. */
class NonCubicRunTest {
    @TempDir
    private Path folder;

    private Path write(VolumeShape shape) {
        return TestVolumes.write(folder.resolve("own.npz"), TestVolumes.arrays(shape, 2, 8, 4, 4));
    }

    private Cli train(String nets, Object... more) {
        Object[] arguments = {
            "train",
            "--npz",
            folder.resolve("own.npz"),
            "--nets",
            nets,
            "--models",
            1,
            "--batch-size",
            4,
            "--threads",
            1
        };
        Object[] all = Arrays.copyOf(arguments, arguments.length + more.length);
        System.arraycopy(more, 0, all, arguments.length, more.length);
        return Cli.run(all);
    }

    /** The recipes of the study and of the ResNets, with the augmentation that moves and turns volumes. */
    @ParameterizedTest
    @CsvSource({"net1, 20, 28, 24, 3", "net2, 8, 13, 9, 1", "net3, 16, 48, 48, 1", "resnet18-3d, 5, 12, 9, 2"})
    void trainsEachNet(String net, int x, int y, int z, int channels) {
        write(new VolumeShape(channels, x, y, z));
        Cli cli = train(net, "--fast-dev-run", "--augment", "torchio");
        assertThat(cli.code()).as(cli.err()).isZero();
        assertThat(cli.out()).contains(net);
    }

    private static void assertCode(Cli cli, String warning) {
        assertThat(cli.code()).as(cli.err()).isZero();
        assertThat(cli.err()).contains(warning);
    }

    /** A run whose volumes are in memory, and one that reads them from the file, stored or compressed. */
    @ParameterizedTest
    @EnumSource(NpyWriter.Packing.class)
    void trainsOnFloatsInChannelsAndResumes(NpyWriter.Packing packing) throws IOException {
        Path npz = folder.resolve("own.npz");
        NpyWriter.writeNpz(npz, floats(new VolumeShape(3, 20, 12, 18)), packing);
        Path run = folder.resolve("run");
        Path whole = folder.resolve("whole");
        assertCode(train("net1", "--epochs", 2, "--out", whole, "--cache", "RAM"), "float32 values from -100 to ");
        assertCode(train("net1", "--epochs", 1, "--out", run, "--cache", "none"), "the range of train and val");
        assertCode(
                Cli.run("train", "--resume", run, "--epochs", 2, "--cache", "none"),
                packing == NpyWriter.Packing.STORED ? "" : "own.npz (val_images): unpacked to a temporary file");
        Path weights = Path.of("weights", "member-00-net1-last.safetensors");
        assertThat(run.resolve(weights)).hasSameBinaryContentAs(whole.resolve(weights));

        Path scores = folder.resolve("scores.csv");
        assertCode(
                Cli.run("predict", "--npz", npz, "--net", "net1", "--weights", run.resolve(weights), "--out", scores),
                "(window -100,");
        assertThat(Files.readAllLines(scores)).hasSize(4);
        String inMemory = ensemble(run, "RAM");
        assertThat(ensemble(run, "none")).isEqualTo(inMemory);
        assertCode(Cli.run("report", run, "--cache", "none"), "");
        assertThat(Files.readString(run.resolve("report.html"))).contains("20×12×18 voxels and 3 channels");
    }

    private static String ensemble(Path run, String cache) {
        Cli cli = Cli.run("ensemble", run, "--cache", cache);
        assertCode(cli, "");
        return cli.out();
    }

    /** Values from −100 on, of which no two are a grey level apart. */
    private static Map<String, NpyArray> floats(VolumeShape shape) {
        Map<String, NpyArray> arrays = TestVolumes.arrays(shape, 2, 8, 4, 4);
        arrays.replaceAll((name, array) -> {
            if (!name.endsWith("_images")) {
                return array;
            }
            float[] values = array.toFloats();
            for (int i = 0; i < values.length; i++) {
                values[i] = values[i] * 7.3f - 100 - 60 * 7.3f + i % 13 * 0.1f;
            }
            values[0] = -100;
            return NpyArray.ofFloats(values, array.shape());
        });
        return arrays;
    }

    @Test
    void namesTheAxesThatAreTooShort() {
        write(new VolumeShape(1, 16, 18, 3));
        train("net1", "--out", folder.resolve("run"))
                .failed("net1 halves a volume 2 times and needs at least 4 voxels along each axis", "16×18×3");
    }

    @Test
    void showsPlanesAndWritesArrays() {
        Path npz = write(new VolumeShape(2, 17, 18, 20));
        Path out = folder.resolve("draws.npz");
        Cli.run("show", "--npz", npz, "--index", 1, "--augment", "centred", "--draws", 2, "--out", out)
                .succeeded();
        try (NpzFile file = NpzFile.open(out)) {
            assertThat(file.read("draws").shape()).containsExactly(2, 2, 17, 18, 20);
        }
        Cli.run("show", "--npz", npz, "--index", 1, "--out", folder.resolve("planes.png"))
                .succeeded();
        assertThat(folder.resolve("planes.png")).isNotEmptyFile();
    }

    @Test
    void summarisesAndProfiles() {
        assertThat(Cli.run("summary", "--net", "net1", "--size", "16x48x40", "--channels", 2)
                        .succeeded()
                        .out())
                .contains("[1,32,16,48,40]", "[1,64,4,12,10]");
        Cli.run(
                        "lr-find",
                        "--npz",
                        write(new VolumeShape(1, 6, 8, 5)),
                        "--net",
                        "net1",
                        "--batch-size",
                        4,
                        "--steps",
                        20,
                        "--out",
                        folder.resolve("lr"))
                .succeeded();
    }

    /** A volume of many slices is read alike as (N,D,H,W), (N,D,H,W,1) and (N,1,D,H,W). */
    @Test
    void readsOneChannelInEveryNotation() throws IOException {
        VolumeShape shape = new VolumeShape(1, 6, 8, 10);
        int[][] shapes = {{6, 8, 10}, {6, 8, 10, 1}, {1, 6, 8, 10}};
        byte[] first = null;
        for (int[] axes : shapes) {
            Map<String, NpyArray> arrays = TestVolumes.arrays(shape, 2, 8, 4, 4);
            arrays.replaceAll((name, array) -> name.endsWith("_images")
                    ? NpyArray.ofBytes(
                            array.bytes(),
                            IntStream.concat(IntStream.of(array.shape()[0]), Arrays.stream(axes))
                                    .toArray())
                    : array);
            TestVolumes.write(folder.resolve("own.npz"), arrays);
            Path out = folder.resolve("volume.npz");
            Cli.run("show", "--npz", folder.resolve("own.npz"), "--index", 0, "--out", out)
                    .succeeded();
            byte[] shown = Files.readAllBytes(out);
            assertThat(first == null ? shown : first).isEqualTo(shown);
            first = shown;
        }
    }
}
