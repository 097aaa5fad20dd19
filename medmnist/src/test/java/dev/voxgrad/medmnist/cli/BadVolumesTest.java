package dev.voxgrad.medmnist.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Consumer;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.data.npz.NpyArray;
import dev.voxgrad.medmnist.nets.study.StudyNet;
import dev.voxgrad.nn.weights.WeightsFile;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests volumes that cannot be used: training reports why and changes no files. */
class BadVolumesTest {
    @TempDir
    private Path folder;

    private Path good;
    private Path bad;

    @BeforeEach
    void writeGoodVolumes() {
        good = TestVolumes.write(folder.resolve("good.npz"), 8, 1, 2, 6, 4, 4);
        bad = folder.resolve("bad.npz");
    }

    @AfterEach
    void nothingIsLeftBehind() throws IOException {
        assertThat(Contents.of(folder).files().keySet()).isSubsetOf("", "good.npz", "bad.npz");
    }

    private Cli train(Object... more) {
        Object[] arguments = {"train", "--npz", bad, "--out", folder.resolve("run"), "--models", 1, "--epochs", 1};
        Object[] all = Arrays.copyOf(arguments, arguments.length + more.length);
        System.arraycopy(more, 0, all, arguments.length, more.length);
        return Cli.run(all);
    }

    private void change(Consumer<Map<String, NpyArray>> edit) {
        Map<String, NpyArray> arrays = TestVolumes.arrays(8, 1, 2, 6, 4, 4);
        edit.accept(arrays);
        TestVolumes.write(bad, arrays);
    }

    @Test
    void refusesAMissingFile() {
        train().failed(bad, "no such file", "--npz");
    }

    @Test
    void refusesAFolder() {
        bad = folder;
        train().failed(bad, "is not a file");
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.01, 0.5, 0.999})
    void refusesATruncatedFile(double share) throws IOException {
        byte[] bytes = Files.readAllBytes(good);
        Files.write(bad, Arrays.copyOf(bytes, (int) (bytes.length * share)));
        train().failed(bad, "truncated", "fetch it again");
    }

    /** Flips bits at positions spread over the data of all members. */
    @ParameterizedTest
    @ValueSource(doubles = {0.1, 0.3, 0.4, 0.6, 0.8, 0.9})
    void refusesFlippedBits(double place) throws IOException {
        byte[] bytes = Files.readAllBytes(good);
        bytes[(int) (bytes.length * place)] ^= 0x10;
        Files.write(bad, bytes);
        train().failed(bad, "damaged");
    }

    @Test
    void refusesAMissingArray() {
        change(arrays -> arrays.remove("val_labels"));
        train().failed(bad, "has no array val_labels", "it holds train_images");
    }

    private static byte[] npy(String magic, int headerBytes, String header, int dataBytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(magic.getBytes(StandardCharsets.ISO_8859_1));
        out.writeBytes(new byte[] {2, 0});
        for (int shift = 0; shift < 32; shift += 8) {
            out.write(headerBytes >> shift);
        }
        out.writeBytes(header.getBytes(StandardCharsets.ISO_8859_1));
        out.writeBytes(new byte[dataBytes]);
        return out.toByteArray();
    }

    private static String header(String type, String shape) {
        return "{'descr': '" + type + "', 'fortran_order': False, 'shape': " + shape + "}";
    }

    private Cli trainWithTestImages(byte[] npy) {
        TestVolumes.withMember(good, bad, "test_images.npy", npy);
        return train();
    }

    @Test
    void refusesAWrongMagic() {
        String header = header("|u1", "(1, 8, 8, 8)");
        trainWithTestImages(npy("\u0093NUMPX", header.length(), header, 512)).failed(bad, "test_images", "NUMPY");
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, Integer.MAX_VALUE, 10_001, 4_000})
    void refusesAnAbsurdHeaderLength(int length) {
        String header = header("|u1", "(1, 8, 8, 8)");
        trainWithTestImages(npy("\u0093NUMPY", length, header, 512))
                .failed(bad, "test_images", "header of " + Integer.toUnsignedString(length) + " bytes");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "|O;  (1, 8, 8, 8);                             element type '|O' is not supported",
                "<f4; (1, 4, 4, 8);                             test has volumes of [1,4,4,8]",
                "|u1; (2, 8, 8, 8);                             needs 1024 bytes of data but there are 512",
                "|u1; (1, 8, 8, 4);                             needs 256 bytes of data but there are 512",
                "|u1; (65536, 65536, 65536, 65536);             has more elements than any file",
                "|u1; (4294967296, 4294967296);                 expected a dimension from 0",
                "|u1; (-1, 8, 8, 8);                            expected a dimension from 0",
                "|u1; (8, 8, 8);                                volumes as (N,D,H,W)",
                "|u1; (1, 1, 8, 8, 8, 1);                       volumes as (N,D,H,W)",
                "|u1; (1, 512);                                 volumes as (N,D,H,W)"
            })
    void refusesAHostileHeader(String type, String shape, String part) {
        String header = header(type, shape);
        trainWithTestImages(npy("\u0093NUMPY", header.length(), header, 512)).failed(bad, "test", part);
    }

    @Test
    void refusesAFileWithoutVolumes() {
        String header = header("|u1", "(0, 8, 8, 8)");
        trainWithTestImages(npy("\u0093NUMPY", header.length(), header, 0)).failed(bad, "at least one volume");
    }

    @Test
    void refusesImagesAndLabelsOfOtherLengths() {
        change(arrays -> arrays.put("val_labels", NpyArray.ofLongs(new long[] {0, 1, 0}, 3, 1)));
        train().failed(bad, "val_images and _labels", "4 volumes and 3 labels");
    }

    @ParameterizedTest
    @CsvSource({"2, a;b", "-1, a;b", "-1, ''"})
    void refusesALabelOutOfRange(long label, String names) {
        change(arrays -> arrays.put("test_labels", NpyArray.ofLongs(new long[] {0, 1, 0, label}, 4)));
        Object[] labels = names.isEmpty() ? new Object[0] : new Object[] {"--labels", names.replace(';', ',')};
        train(labels).failed("bad.npz", "label " + label + " of volume 3 in test", "expected 0 to 1");
    }

    @ParameterizedTest
    @ValueSource(longs = {1000, Integer.MAX_VALUE, 1L << 40})
    void refusesLabelsThatAreNotClassNumbers(long label) {
        change(arrays -> arrays.put("test_labels", NpyArray.ofLongs(new long[] {0, 1, 0, label}, 4)));
        train().failed(bad, label > Integer.MAX_VALUE ? "beyond 32 bits" : "has label " + label);
    }

    @Test
    void refusesOneClassOnly() {
        change(arrays -> {
            for (String split : new String[] {"train", "val", "test"}) {
                int count = arrays.get(split + "_labels").count();
                arrays.put(split + "_labels", NpyArray.ofLongs(new long[count], count));
            }
        });
        train().failed(bad, "expected at least two");
    }

    @Test
    void refusesABlankVolume() {
        change(arrays -> Arrays.fill(arrays.get("val_images").bytes(), 2 * 512, 3 * 512, (byte) 7));
        train().failed("bad.npz", "val: volume 2 is blank", "Take it out");
    }

    @Test
    void refusesSplitsOfDifferentShapes() {
        change(arrays ->
                arrays.put("test_images", TestVolumes.arrays(9, 1, 2, 1, 1, 4).get("test_images")));
        train().failed("bad.npz", "test has volumes of [1,9,9,9] but train has [1,8,8,8]");
    }

    /** The validation AUC would be undefined, which is found before the training starts. */
    @Test
    void refusesAValSplitThatLacksAClass() {
        change(arrays -> arrays.put("val_labels", NpyArray.ofLongs(new long[4], 4)));
        train().failed("bad.npz val", "AUC is not defined", "class 1 (1) has 0 of 4");
    }

    @Test
    void refusesVolumesTooSmallForTheNet() {
        bad = good;
        train("--nets", "net3").failed("net3", "needs at least 16 voxels along each axis, but these have 8³");
    }

    @Test
    void failedPredictKeepsTheOldOutput() throws IOException {
        byte[] bytes = Files.readAllBytes(good);
        Files.write(bad, Arrays.copyOf(bytes, bytes.length / 2));
        Path out = Files.writeString(folder.resolve("scores.csv"), "0,0.5\n");
        Path weights = folder.resolve("weights.safetensors");
        try (CpuDevice device = new CpuDevice(1)) {
            WeightsFile.save(StudyNet.NET1.build(device, new VolumeShape(1, 8), 2), weights);
        }
        Cli.run("predict", "--npz", bad, "--net", "net1", "--weights", weights, "--out", out)
                .failed(bad, "truncated");
        assertThat(out).hasContent("0,0.5\n");
        Files.delete(out);
        Files.delete(weights);
    }
}
