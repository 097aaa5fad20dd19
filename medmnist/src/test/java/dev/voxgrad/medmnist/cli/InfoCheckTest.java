package dev.voxgrad.medmnist.cli;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Consumer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import dev.voxgrad.medmnist.data.npz.NpyArray;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests what {@code info --check} finds in a file, and its exit codes. */
class InfoCheckTest {
    private static final int VOXELS = 8 * 8 * 8;

    @TempDir
    private Path folder;

    private Cli check(Consumer<Map<String, NpyArray>> edit, Object... more) {
        Map<String, NpyArray> arrays = TestVolumes.arrays(8, 1, 2, 24, 20, 20);
        edit.accept(arrays);
        Path file = TestVolumes.write(folder.resolve("own.npz"), arrays);
        Object[] arguments = {"info", "--npz", file, "--check"};
        Object[] all = Arrays.copyOf(arguments, arguments.length + more.length);
        System.arraycopy(more, 0, all, arguments.length, more.length);
        return Cli.run(all);
    }

    private void finds(Consumer<Map<String, NpyArray>> edit, int code, String... parts) {
        Cli cli = check(edit);
        assertThat(cli.err()).isEmpty();
        assertThat(cli.out()).contains(parts);
        assertThat(cli.code()).as(cli.out()).isEqualTo(code);
    }

    private static byte[] bytes(Map<String, NpyArray> arrays, String split) {
        return arrays.get(split + "_images").bytes();
    }

    private static void copy(Map<String, NpyArray> arrays, String from, int source, String to, int target) {
        System.arraycopy(bytes(arrays, from), source * VOXELS, bytes(arrays, to), target * VOXELS, VOXELS);
    }

    /** Replaces a split's images by floats, changed by {@code edit}. */
    private static void floats(Map<String, NpyArray> arrays, Consumer<float[]> edit, String... splits) {
        for (String split : splits) {
            NpyArray images = arrays.get(split + "_images");
            float[] values = images.toFloats();
            edit.accept(values);
            arrays.put(split + "_images", NpyArray.ofFloats(values, images.shape()));
        }
    }

    private static void labels(Map<String, NpyArray> arrays, String split, long... values) {
        arrays.put(split + "_labels", NpyArray.ofLongs(values, values.length));
    }

    @Test
    void praisesAGoodFile() {
        finds(
                arrays -> {},
                0,
                "train          24 volumes of 8×8×8 voxels, uint8 from ",
                "class 1        1, 12/10/10 volumes",
                "Nothing suspicious");
    }

    @Test
    void refusesVolumesOfHardlyAnyVoxels() {
        finds(
                arrays -> {
                    int count = arrays.get("val_images").shape()[0];
                    arrays.put("val_images", NpyArray.ofBytes(new byte[7 * count], count, 1, 7, 1));
                },
                1,
                "ERROR",
                "volumes of 1×7×1; expected at least 8 voxels in each",
                "np.stack(volumes)");
    }

    @Test
    void findsVolumesThatAreInTwoSplits() {
        finds(
                arrays -> {
                    copy(arrays, "train", 4, "test", 7);
                    copy(arrays, "train", 5, "test", 9);
                    copy(arrays, "val", 2, "test", 0);
                },
                1,
                "ERROR    2 volumes of test are also in train: test 7 = train 4, test 9 = train 5",
                "ERROR    1 volume of test is also in val: test 0 = val 2",
                "Split by patient",
                "ERROR    1 of the volumes that occur more than once have different labels: train 4 = test 7");
    }

    @Test
    void warnsOfCopiesInASplit() {
        finds(
                arrays -> {
                    copy(arrays, "train", 4, "train", 6);
                    copy(arrays, "train", 4, "train", 8);
                },
                0,
                "warning  train: 2 volumes occurred before: train 6 = train 4, train 8 = train 4",
                "0 errors, 1 warning");
    }

    /** The copy has another type, but the same values; where one value differs, it is none. */
    @Test
    void comparesValuesAndNotBytes() {
        finds(
                arrays -> {
                    copy(arrays, "train", 4, "test", 8);
                    copy(arrays, "train", 6, "test", 10);
                    bytes(arrays, "test")[10 * VOXELS + 99] ^= 1;
                    floats(arrays, values -> {}, "test");
                },
                1,
                "ERROR    1 volume of test is also in train: test 8 = train 4",
                "train is uint8 from",
                "but test is float32");
    }

    @Test
    void findsBlankVolumesAndBadNumbers() {
        finds(
                arrays -> {
                    Arrays.fill(bytes(arrays, "val"), 2 * VOXELS, 3 * VOXELS, (byte) 7);
                    Arrays.fill(bytes(arrays, "val"), 5 * VOXELS, 6 * VOXELS, (byte) 7);
                    floats(
                            arrays,
                            values -> {
                                values[3 * VOXELS + 1] = Float.NaN;
                                values[3 * VOXELS + 2] = Float.POSITIVE_INFINITY;
                            },
                            "train",
                            "val",
                            "test");
                },
                1,
                "ERROR    val: 2 volumes without contrast (blank, all values equal): 2 (all 7), 5 (all 7)",
                "--skip-blank",
                "ERROR    train: 1 volume with values that are NaN or infinite: 3 (2 values)",
                "numpy.isfinite");
    }

    @Test
    void findsMissingAndRareClasses() {
        finds(
                arrays -> {
                    long[] rare = new long[24];
                    rare[3] = 1;
                    rare[5] = 1;
                    labels(arrays, "train", rare);
                    labels(arrays, "val", new long[20]);
                    long[] few = new long[20];
                    few[0] = 1;
                    labels(arrays, "test", few);
                },
                1,
                "warning  train: the largest class has 22 volumes and the smallest 2",
                "--class-weights balanced",
                "ERROR    val: no volume has class 1 (1)",
                "--folds K",
                "warning  test: class 1 (1) has 1 of 20 volumes");
    }

    @Test
    void findsVolumesOnAnotherScale() {
        finds(
                arrays -> {
                    floats(arrays, values -> {}, "train", "val", "test");
                    floats(arrays, values -> multiply(values, 0, values.length, 1 / 255f), "test");
                    floats(arrays, values -> multiply(values, 4 * VOXELS, 5 * VOXELS, 300), "train");
                },
                1,
                "ERROR    train is float32 from",
                "but test is float32 from 0.",
                "warning  train: 1 volume with values far from the usual range of",
                "--window LO,HI");
    }

    @Test
    void findsBytesThatUseLittleOfTheirRange() {
        finds(
                arrays -> {
                    for (String split : new String[] {"train", "val", "test"}) {
                        byte[] voxels = bytes(arrays, split);
                        for (int i = 0; i < voxels.length; i++) {
                            voxels[i] = (byte) ((voxels[i] & 0xFF) % 7);
                        }
                    }
                },
                0,
                "warning  train is uint8 from 0 to 6, of which 255 would be white",
                "--window 0,6");
    }

    private static void multiply(float[] values, int from, int to, float factor) {
        for (int i = from; i < to; i++) {
            values[i] *= factor;
        }
    }

    /** One array that cannot be read does not hide what is wrong with the others. */
    @Test
    void reportsUnreadableArraysAndLooksAtTheOthers() {
        finds(
                arrays -> {
                    arrays.put("val_images", NpyArray.ofFloats(new float[20], 20));
                    copy(arrays, "train", 4, "test", 8);
                },
                1,
                "ERROR    " + folder.resolve("own.npz") + " (val_images): found <f4[20], expected volumes as (N,D,H,W)",
                "1 volume of test is also in train");
        finds(arrays -> arrays.put("val_labels", NpyArray.ofLongs(new long[3], 3)), 1, "20 volumes and 3 labels");
        finds(arrays -> arrays.remove("test_labels"), 0, "warning  no labels for test", "test_labels");
    }

    @Test
    void writesJson() {
        Cli cli = check(arrays -> copy(arrays, "train", 4, "test", 8), "--json");
        assertThat(cli.code()).isEqualTo(1);
        JsonNode json = JsonMapper.shared().readTree(cli.out());
        assertThat(json.get("splits").get(0).get("size").toString()).isEqualTo("[8,8,8]");
        assertThat(json.get("splits").get(2).get("classes").toString()).isEqualTo("[10,10]");
        assertThat(json.get("findings").get(0).get("kind").stringValue()).isEqualTo("leakage");
        assertThat(json.get("findings").get(0).get("severity").stringValue()).isEqualTo("error");
    }

    @Test
    void describesWithoutLookingAtValues() {
        Path file = TestVolumes.write(folder.resolve("own.npz"), 8, 3, 2, 4, 2, 2);
        assertThat(Cli.run("info", "--npz", file, "--labels", "benign,malignant")
                        .succeeded()
                        .out())
                .contains(
                        "4 volumes of 8×8×8 voxels and 3 channels, uint8\n", "class 1        malignant, 2/1/1 volumes");
        JsonNode official = JsonMapper.shared()
                .readTree(Cli.run("info", "--flag", "organmnist3d", "--json")
                        .succeeded()
                        .out());
        assertThat(official.get("labels").size()).isEqualTo(11);
        assertThat(official.get("files").get(1).get("size").intValue()).isEqualTo(64);
    }

    @Test
    void refusesWhatIsNoSet() {
        Cli.run("info", "--npz", folder.resolve("none.npz"), "--check").failed("none.npz", "no such file");
        Path file =
                TestVolumes.write(folder.resolve("other.npz"), Map.of("arr_0", NpyArray.ofLongs(new long[] {1}, 1)));
        Cli.run("info", "--npz", file, "--check").failed("has none of the arrays train_images", "arr_0");
        Cli.run("info", "--flag", "organmnist3d", "--root", folder).refused("--root and --size are for --flag");
        Cli.run("info", "--flag", "organmnist3d", "--root", folder, "--check").failed("organmnist3d.npz");
    }
}
