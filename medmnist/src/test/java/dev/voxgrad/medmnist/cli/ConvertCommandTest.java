package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.medmnist.data.npz.NpyArray;
import dev.voxgrad.medmnist.data.npz.NpyWriter;
import dev.voxgrad.medmnist.data.npz.NpzFile;
import dev.voxgrad.nn.NamedTensor;
import dev.voxgrad.nn.weights.WeightsFile;

import static org.assertj.core.api.Assertions.assertThat;

/** Converts the weights of a small run from each format to each other, and what cannot be converted. */
class ConvertCommandTest {
    @TempDir
    private static Path folder;

    private static Path volumes;
    private static Path own;

    @TempDir
    private Path made;

    @BeforeAll
    static void train() {
        volumes = TestVolumes.write(folder.resolve("own.npz"), 8, 1, 2, 6, 4, 4);
        Cli.run(
                        "train",
                        "--npz",
                        volumes,
                        "--labels",
                        "benign,\"atypical, other\"",
                        "--out",
                        folder.resolve("run"),
                        "--models",
                        1,
                        "--epochs",
                        1)
                .succeeded();
        own = folder.resolve("run/weights/member-00-net1-best.safetensors");
    }

    private Cli convert(Path from, String to) {
        return Cli.run("convert", from, made.resolve(to));
    }

    @ParameterizedTest
    @ValueSource(strings = {"net.pth", "net.PT", "copy.safetensors"})
    void keepsEverything(String name) throws IOException {
        convert(own, name).succeeded();
        assertThat(WeightsFile.read(made.resolve(name))).isEqualTo(WeightsFile.read(own));
        Cli back = convert(made.resolve(name), "back.safetensors").succeeded();
        assertThat(back.out()).isEqualTo(made.resolve("back.safetensors") + "  32 tensors, 199654 values\n");
        assertThat(Files.readAllBytes(made.resolve("back.safetensors"))).isEqualTo(Files.readAllBytes(own));
    }

    @Test
    void convertsToNumPyAndBack() throws IOException {
        Cli there = convert(own, "net.npz");
        assertThat(there.code()).isZero();
        assertThat(there.err())
                .contains("has no metadata, as .npz files cannot contain any; lost: format, voxgrad.net,");
        try (NpzFile npz = NpzFile.open(made.resolve("net.npz"))) {
            assertThat(npz.read("layer1.0.weight").shape()).containsExactly(32, 1, 3, 3, 3);
            assertThat(npz.read("layer1.1.num_batches_tracked").shape()).isEmpty();
        }
        convert(made.resolve("net.npz"), "net.pth").succeeded();
        assertThat(WeightsFile.read(made.resolve("net.pth")).tensors())
                .isEqualTo(WeightsFile.read(own).tensors());
    }

    @Test
    void predictsTheSameFromEveryFormat() throws IOException {
        convert(own, "net.pth").succeeded();
        String expected = predict(own);
        assertThat(predict(made.resolve("net.pth"))).isEqualTo(expected);
        Cli next = Cli.run(
                "train",
                "--npz",
                volumes,
                "--models",
                1,
                "--epochs",
                1,
                "--out",
                made.resolve("next"),
                "--init-weights",
                made.resolve("net.pth"));
        assertThat(next.succeeded().out()).doesNotContain("was trained on volumes");
    }

    private String predict(Path weights) throws IOException {
        Path scores = made.resolve("scores.csv");
        Cli.run("predict", "--npz", volumes, "--net", "net1", "--weights", weights, "--logits", "--out", scores)
                .succeeded();
        return Files.readString(scores);
    }

    @Test
    void showsMetadataAndTensors() {
        assertThat(Cli.run("convert", own).succeeded().out())
                .startsWith("""
                    format = pt
                    voxgrad.net = net1
                    voxgrad.task = binary-class
                    voxgrad.classes = 2
                    voxgrad.labels = ["benign","atypical, other"]
                    voxgrad.z_normalised = true
                    voxgrad.volumes.normalise = study
                    """)
                .contains("layer1.0.weight float32 [32,1,3,3,3]\n", "layer1.1.num_batches_tracked int64 []\n")
                .endsWith(own + "  32 tensors, 199654 values\n");
    }

    @Test
    void removesTheWrapperOfDataParallel() {
        SequencedMap<String, NamedTensor> tensors = new LinkedHashMap<>();
        tensors.put("module.a", new NamedTensor.Floats("module.a", Shape.of(1), new float[] {1}));
        new WeightsFile(tensors).writeTorch(made.resolve("wrapped.pth"));
        Cli result = convert(made.resolve("wrapped.pth"), "plain.safetensors");
        assertThat(result.err())
                .isEqualTo(made.resolve("wrapped.pth") + ": the prefix 'module.' was removed from all names\n");
        assertThat(WeightsFile.read(made.resolve("plain.safetensors")).tensors().keySet())
                .containsExactly("a");
    }

    @Test
    void replacesFilesOnlyOnRequest() throws IOException {
        Files.writeString(made.resolve("net.pth"), "mine");
        convert(own, "net.pth").refused("net.pth exists; choose another name, or add --replace");
        assertThat(made.resolve("net.pth")).hasContent("mine");
        Cli.run("convert", own, made.resolve("net.pth"), "--replace").succeeded();
        convert(own, "net.onnx").refused("unknown extension", ".safetensors, .pth, .pt, .npz");
        Cli.run("convert", own, own, "--replace").refused("is the file that is read");
        convert(own, "absent/net.pth").failed("there is no folder");
    }

    @Test
    void refusesHostileAndOtherFiles() throws IOException {
        byte[] hostile = "\u0080\u0002cposix\nsystem\nX\u0004\0\0\0exit\u0085R.".getBytes(StandardCharsets.ISO_8859_1);
        Path pickle = Files.write(made.resolve("hostile.pth"), hostile);
        convert(pickle, "out.safetensors").failed(pickle, "names posix.system, which is refused");
        Cli.run("predict", "--npz", volumes, "--net", "net1", "--weights", pickle, "--out", made.resolve("scores.csv"))
                .failed(pickle, "names posix.system, which is refused");
        convert(made.resolve("absent.pth"), "out.safetensors").failed("does not exist");
        Path text = Files.writeString(made.resolve("text.npz"), "no zip");
        convert(text, "out.safetensors").failed("text.npz", "not a readable .npz");
        NpyWriter.writeNpz(
                made.resolve("odd.npz"),
                Map.of("__metadata__", NpyArray.ofFloats(new float[1], 1)),
                NpyWriter.Packing.STORED);
        convert(made.resolve("odd.npz"), "out.safetensors").failed("odd.npz", "has a name that no tensor can have");
        Cli.run("convert", own, made.resolve("out.pth"), "--key", "net").failed(own, "is no checkpoint of PyTorch");
        try (var files = Files.list(made)) {
            assertThat(files).containsExactlyInAnyOrder(pickle, text, made.resolve("odd.npz"));
        }
    }
}
