package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.function.Consumer;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.nn.NamedTensor;
import dev.voxgrad.nn.weights.WeightsFile;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests weights that cannot be used, for prediction and as the start of a training. */
class BadWeightsTest {
    @TempDir
    private static Path folder;

    private static Path volumes;
    private static Path good;
    private static Path bad;
    private static Path out;

    @BeforeAll
    static void train() throws IOException {
        volumes = TestVolumes.write(folder.resolve("own.npz"), 8, 1, 2, 6, 4, 4);
        bad = folder.resolve("bad.safetensors");
        out = Files.writeString(folder.resolve("scores.csv"), "0,0.5\n");
        Cli.run("train", "--npz", volumes, "--out", folder.resolve("run"), "--models", 1, "--epochs", 1)
                .succeeded();
        good = folder.resolve("run/weights/member-00-net1-last.safetensors");
    }

    /** Asserts that both commands fail for the same reason and leave the folder unchanged. */
    private static void bothFail(Object... parts) throws IOException {
        Contents before = Contents.of(folder);
        Cli.run("predict", "--npz", volumes, "--net", "net1", "--weights", bad, "--out", out)
                .failed(parts);
        Cli.run(
                        "train",
                        "--npz",
                        volumes,
                        "--models",
                        1,
                        "--epochs",
                        1,
                        "--out",
                        folder.resolve("new"),
                        "--init-weights",
                        bad)
                .failed(parts);
        assertThat(Contents.of(folder)).isEqualTo(before);
    }

    private static void change(Consumer<SequencedMap<String, NamedTensor>> edit) {
        SequencedMap<String, NamedTensor> tensors =
                new LinkedHashMap<>(WeightsFile.read(good).tensors());
        edit.accept(tensors);
        new WeightsFile(tensors).write(bad);
    }

    private static void put(SequencedMap<String, NamedTensor> tensors, String name, int... shape) {
        Shape dims = Shape.of(shape);
        tensors.put(name, new NamedTensor.Floats(name, dims, new float[dims.elements()]));
    }

    @Test
    void refusesAMissingFile() throws IOException {
        Files.deleteIfExists(bad);
        bothFail(bad, "does not exist", "check the path");
    }

    @Test
    void refusesAFolder() throws IOException {
        Files.deleteIfExists(bad);
        Files.createDirectory(bad);
        bothFail(bad, "can't be read");
        Files.delete(bad);
    }

    @Test
    void refusesWeightsOfAnotherNet() throws IOException {
        Contents before = Contents.of(folder);
        Path edge = TestVolumes.write(folder.resolve("edge16.npz"), 16, 1, 2, 2, 2, 2);
        Cli.run("predict", "--npz", edge, "--net", "net3", "--weights", good, "--out", out)
                .failed(good, "belongs to another net", "missing", "layer3.0.weight");
        Cli.run(
                        "train",
                        "--npz",
                        edge,
                        "--nets",
                        "net1,net2",
                        "--models",
                        2,
                        "--epochs",
                        1,
                        "--out",
                        folder.resolve("new"),
                        "--init-weights",
                        good)
                .failed(good, "belongs to another net", "layer3");
        Files.delete(edge);
        assertThat(Contents.of(folder)).isEqualTo(before);
    }

    /** The second net is never used, so it is not an error that it does not fit. */
    @Test
    void doesNotCheckUnusedNets() {
        Cli.run(
                        "train",
                        "--npz",
                        volumes,
                        "--nets",
                        "net1,net3",
                        "--models",
                        1,
                        "--epochs",
                        1,
                        "--out",
                        folder.resolve("unused"),
                        "--init-weights",
                        good)
                .succeeded();
    }

    @Test
    void refusesAMissingTensor() throws IOException {
        change(tensors -> tensors.remove("fc.2.bias"));
        bothFail(bad, "1 missing (fc.2.bias [2])");
    }

    @Test
    void refusesAnExtraTensor() throws IOException {
        change(tensors -> put(tensors, "fc.4.bias", 2));
        bothFail(bad, "1 unexpected (fc.4.bias [2])");
    }

    @Test
    void refusesAWrongShape() throws IOException {
        change(tensors -> put(tensors, "fc.2.weight", 3, 64));
        bothFail(bad, "fc.2.weight is [3,64], expected [2,64]");
    }

    @Test
    void refusesNaN() throws IOException {
        change(tensors -> Arrays.fill(((NamedTensor.Floats) tensors.get("fc.2.bias")).values(), Float.NaN));
        Contents before = Contents.of(folder);
        Cli.run("predict", "--npz", volumes, "--net", "net1", "--weights", bad, "--out", out)
                .failed(bad, "volume 0", "NaN");
        Cli.run(
                        "train",
                        "--npz",
                        volumes,
                        "--models",
                        1,
                        "--epochs",
                        1,
                        "--out",
                        folder.resolve("new"),
                        "--init-weights",
                        bad)
                .failed("member 0 (net1): the loss is NaN in epoch 1, step 1");
        assertThat(Contents.of(folder)).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 7, 8, 100, 5000, -1})
    void refusesATruncatedFile(int length) throws IOException {
        byte[] bytes = Files.readAllBytes(good);
        Files.write(bad, Arrays.copyOf(bytes, length < 0 ? bytes.length - 1 : length));
        bothFail(bad, "damaged");
    }

    private static byte[] file(long headerBytes, String header, int dataBytes) {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + text.length + dataBytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(headerBytes)
                .put(text)
                .array();
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MAX_VALUE, 100_000_001, 41})
    void refusesAnOversizedHeader(long length) throws IOException {
        Files.write(bad, file(length, "{}", 30));
        bothFail(bad, "its header has " + Long.toUnsignedString(length) + " bytes");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "[2]; [0,8];    [2]; [4,12];            starts at byte 4, before tensor a ends",
                "[2]; [0,8];    [2]; [8,20];            is at bytes 8 to 20 of 16",
                "[2]; [0,8];    [2]; [16,8];            is at bytes 16 to 8",
                "[2]; [0,8];    [2]; [-8,0];            is at bytes -8 to 0",
                "[2]; [0,8];    [3]; [8,16];            needs 12",
                "[1]; [0,4];    [2]; [8,16];            after tensor a ends",
                "[1]; [0,4];    [1]; [4,8];             8 bytes at the end belong to no tensor",
                "[65536,65536]; [0,8]; [2]; [8,16];     needs 17179869184"
            })
    void refusesOverlappingOrOutlyingTensors(
            String shapeA, String offsetsA, String shapeB, String offsetsB, String part) throws IOException {
        String entry = "{\"dtype\":\"F32\",\"shape\":%s,\"data_offsets\":%s}";
        String header =
                "{\"a\":" + entry.formatted(shapeA, offsetsA) + ",\"b\":" + entry.formatted(shapeB, offsetsB) + "}";
        Files.write(bad, file(header.length(), header, 16));
        bothFail(bad, part, "damaged");
    }

    @Test
    void refusesOtherKindsOfFiles() throws IOException {
        Files.deleteIfExists(bad);
        Files.copy(volumes, bad);
        bothFail(bad, "is a zip file");
        Files.writeString(bad, "These are no weights at all, but a letter.");
        bothFail(bad, "damaged");
    }
}
