package dev.voxgrad.medmnist.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.voxgrad.medmnist.data.npz.NpzFile;
import dev.voxgrad.medmnist.io.DataException;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.io.FileStamp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Checks that volumes of all types and shapes become grey values by the window, or are refused by name. */
class VolumeReaderTest {
    @TempDir
    private Path folder;

    private final List<String> notes = new ArrayList<>();

    private VolumeData load(NpzBytes file) {
        return load(file, null);
    }

    private VolumeData load(NpzBytes file, Window window) {
        return VolumeLoader.loadFile(
                file.write(folder.resolve("own.npz")),
                new FileOptions(List.of(), Optional.empty(), false, Optional.ofNullable(window)),
                notes::add);
    }

    private void assertRefused(NpzBytes file, String... parts) {
        assertThatThrownBy(() -> load(file))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("own.npz")
                .hasMessageContainingAll(parts);
    }

    /** Values 0, 1, … 15, times a step, plus an offset. */
    private static double[] ramp(double offset, double step) {
        return IntStream.range(0, 16).mapToDouble(i -> offset + step * i).toArray();
    }

    /** What a ramp becomes over its own range. */
    private static byte[] wholeRange() {
        byte[] greys = new byte[16];
        for (int i = 0; i < 16; i++) {
            greys[i] = (byte) (17 * i);
        }
        return greys;
    }

    @ParameterizedTest
    @CsvSource({
        "<f2, 0, 0.0625",
        "<f4, -1, 0.125",
        ">f8, 1e10, 1000",
        "<i2, -1000, 100",
        ">u2, 0, 4369",
        "<i4, -2000000000, 200000000",
        "<u4, 0, 268435456",
        "<i8, 0, 1000000000000",
        "|i1, -15, 2",
        "<u8, 300, 1"
    })
    void readsEveryTypeOverItsOwnRange(String type, double offset, double step) {
        VolumeData data = load(NpzBytes.everywhere(type, ramp(offset, step)));
        assertThat(data.train().voxels()).isEqualTo(wholeRange());
        assertThat(data.test().voxels()).isEqualTo(wholeRange());
        assertThat(data.window()).contains(new Window(offset, offset + 15 * step));
        assertThat(notes)
                .singleElement()
                .asString()
                .contains("own.npz", "are read as 0 to 1", "the range of train and val", "--window LO,HI");
    }

    @Test
    void readsFloat16BeyondTheRangeOfItsSquares() {
        double[] values = ramp(-60000, 8000);
        assertThat(load(NpzBytes.everywhere("<f2", values)).train().voxels())
                .startsWith(0)
                .endsWith(-1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"|b1", "|u1", "<i4", "<f4"})
    void scalesMasksOfZeroAndOne(String type) {
        double[] mask = {0, 0, 1, 1, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1};
        VolumeData data = load(NpzBytes.everywhere(type, mask));
        assertThat(data.val().voxels()).containsExactly(0, 0, -1, -1, 0, -1, 0, 0, -1, 0, 0, 0, 0, 0, 0, -1);
        assertThat(data.window()).contains(Window.MASK);
        assertThat(notes).singleElement().asString().contains("volumes hold only 0 and 1: read as masks (window 0,1)");
    }

    /** NumPy writes 0 and 1; a file of others may hold any byte. */
    @Test
    void readsNonZeroBytesAsTrue() {
        double[] mask = {0, 2, 255, 1, 0, 0, 0, 128, 1, 0, 0, 0, 0, 0, 0, 1};
        assertThat(load(NpzBytes.everywhere("|b1", mask)).train().voxels()).startsWith(0, -1, -1, -1, 0, 0, 0, -1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"|u1", "<i2", "<u8"})
    void leavesIntegersUpTo255AsTheyAre(String type) {
        VolumeData data = load(NpzBytes.everywhere(type, ramp(3, 7)));
        assertThat(data.train().voxels()).startsWith(3, 10, 17).endsWith(108);
        assertThat(data.window()).contains(Window.BYTES);
        assertThat(notes).isEmpty();
    }

    @Test
    void ignoresTestWhenChoosingAWindow() {
        NpzBytes file = new NpzBytes()
                .cubes("train", "<f4", ramp(0, 1))
                .cubes("val", "<f4", ramp(0, 2))
                .cubes("test", "<f4", ramp(-20, 4));
        VolumeData data = load(file);
        assertThat(data.window()).contains(new Window(0, 30));
        assertThat(data.test().voxels()).startsWith(0, 0).endsWith(-1, -1);
        assertThat(notes).singleElement().asString().contains("values of test outside it, from -20 to 40, are clamped");
    }

    @Test
    void appliesAGivenWindow() {
        assertThat(load(NpzBytes.everywhere("<i2", ramp(-1000, 200)), new Window(-1000, 1000))
                        .train()
                        .voxels())
                .startsWith(0, 26, 51)
                .endsWith(-1, -1, -1);
        assertThat(load(NpzBytes.everywhere("|u1", ramp(0, 1)), new Window(0, 15))
                        .test()
                        .voxels())
                .isEqualTo(wholeRange());
        double[] mask = {0, 0, 1, 1, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1};
        VolumeData asTheyAre = load(NpzBytes.everywhere("|u1", mask), Window.BYTES);
        assertThat(asTheyAre.train().voxels()).startsWith(0, 0, 1, 1);
        assertThat(asTheyAre.window()).contains(Window.BYTES);
        assertThat(notes).hasSize(2);
    }

    @Test
    void refusesSplitsOnDifferentScales() {
        double[] mask = {0, 0, 1, 1, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1};
        assertRefused(
                new NpzBytes()
                        .cubes("train", "|u1", mask)
                        .cubes("val", "|u1", mask)
                        .cubes("test", "|u1", ramp(0, 17)),
                "train_images holds only 0 and 1",
                "test_images holds other values",
                "--window 0,1",
                "--window 0,255");
        assertRefused(
                new NpzBytes()
                        .cubes("train", "|u1", ramp(0, 17))
                        .cubes("val", "|b1", mask)
                        .cubes("test", "|u1", ramp(0, 17)),
                "val_images holds only 0 and 1");
        assertRefused(
                new NpzBytes()
                        .cubes("train", "|u1", ramp(0, 17))
                        .cubes("val", "<f4", ramp(0, 0.06))
                        .cubes("test", "|u1", ramp(0, 17)),
                "train_images is uint8 but val_images float32",
                "--window");
    }

    @ParameterizedTest
    @CsvSource({"NaN, is NaN", "Infinity, is infinite", "-Infinity, is infinite"})
    void namesNonFiniteVoxelsWithOrWithoutWindow(double bad, String words) {
        double[] values = ramp(0, 1);
        values[13] = bad;
        NpzBytes file = new NpzBytes()
                .cubes("train", "<f4", ramp(0, 1))
                .cubes("val", "<f4", ramp(0, 1))
                .cubes("test", "<f4", values);
        String where = "own.npz (test_images): volume 1 at voxel (1, 0, 1) " + words;
        assertRefused(file, where, "numpy.isfinite");
        assertThatThrownBy(() -> load(file, Window.MASK))
                .isInstanceOf(DataException.class)
                .hasMessageContaining(where);
    }

    @Test
    void namesVoxelsOfFortranOrderedColour() {
        double[] values = new double[2 * 24];
        Arrays.setAll(values, i -> i);
        values[1 + 2 * (1 + 2 * (0 + 2 * (1 + 2 * 2)))] = Double.NaN;
        assertRefused(
                new NpzBytes()
                        .images("train", "<f8", "(2, 2, 2, 2, 3)", true, values)
                        .images("val", "<f8", "(2, 2, 2, 2, 3)", true, values)
                        .images("test", "<f8", "(2, 2, 2, 2, 3)", true, values),
                "(train_images): volume 1 at voxel (1, 0, 1), channel 2 is NaN");
    }

    @Test
    void refusesVolumesWithoutContrast() {
        double[] constant = new double[16];
        Arrays.fill(constant, 0.25);
        assertRefused(NpzBytes.everywhere("<f4", constant), "all voxels of train and val are 0.25");
        double[] apart = ramp(0, 0);
        apart[3] = -1.7e308;
        apart[4] = 1.7e308;
        assertRefused(NpzBytes.everywhere("<f8", apart), "too far apart", "--window LO,HI");
    }

    @Test
    void refusesOtherValuesInAnOfficialSet() {
        NpzBytes file = NpzBytes.everywhere("<i2", ramp(-5, 20));
        file.write(folder.resolve("adrenalmnist3d.npz"));
        assertThatThrownBy(() -> VolumeLoader.load(DatasetInfo.ADRENAL, folder, 28, false, notes::add))
                .isInstanceOf(DataFileException.class)
                .hasMessageContaining("train_images: found int16 from -5 to 295, expected integers from 0 to 255")
                .hasMessageContaining("--npz");
    }

    /** Masks of an official set stay as they are published. */
    @Test
    void leavesOfficialSetsUnchanged() {
        double[] mask = {0, 0, 1, 1, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1};
        NpzBytes.everywhere("|u1", mask).write(folder.resolve("adrenalmnist3d.npz"));
        VolumeData data = VolumeLoader.load(DatasetInfo.ADRENAL, folder, 28, false, notes::add);
        assertThat(data.train().voxels()).startsWith(0, 0, 1, 1);
        assertThat(data.window()).isEmpty();
    }

    /** Voxel (x, y, z) of volume n in channel c is {@code 100n + 48c + 16x + 4y + z + 1}; edge 4. */
    private static double value(int n, int c, int x, int y, int z) {
        return 100 * n + 48 * (c % 2) + 16 * x + 4 * y + z + 1 + c;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {"NXYZ; false", "NXYZ; true", "NXYZC; false", "NXYZC; true", "NCXYZ; false", "NCXYZ; true"})
    void readsChannelsFirstAndLastInBothOrders(String axes, boolean fortran) {
        for (int channels : axes.indexOf('C') < 0 ? new int[] {1} : new int[] {1, 3}) {
            for (String type : List.of("|u1", "<u2")) {
                Split split = load(ordered(axes, fortran, channels, type)).train();
                assertThat(split.shape()).isEqualTo(new VolumeShape(channels, 4));
                byte[] voxels = split.volume(1);
                int at = 0;
                for (int v = 0; v < 64; v++) {
                    for (int c = 0; c < channels; c++) {
                        assertThat(voxels[at++] & 0xFF).isEqualTo((int) value(1, c, v / 16, v / 4 % 4, v % 4));
                    }
                }
            }
        }
        assertThat(notes)
                .hasSize(axes.equals("NCXYZ") ? 2 : 0)
                .allSatisfy(note -> assertThat(note)
                        .contains("own.npz: volumes are taken to have their 3 channels first, (N,C,D,H,W)"));
    }

    private static NpzBytes ordered(String axes, boolean fortran, int channels, String type) {
        int[] lengths = axes.chars()
                .map(axis -> axis == 'N' ? 2 : axis == 'C' ? channels : 4)
                .toArray();
        double[] values = new double[2 * channels * 64];
        for (int i = 0; i < values.length; i++) {
            int rest = i;
            int[] index = new int[128];
            for (int j = 0; j < lengths.length; j++) {
                int d = fortran ? j : lengths.length - 1 - j;
                index[axes.charAt(d)] = rest % lengths[d];
                rest /= lengths[d];
            }
            values[i] = value(index['N'], index['C'], index['X'], index['Y'], index['Z']);
        }
        String shape = Arrays.toString(lengths).replace("[", "(").replace("]", ")");
        NpzBytes file = new NpzBytes();
        for (String split : List.of("train", "val", "test")) {
            file.images(split, type, shape, fortran, values);
        }
        return file;
    }

    /** In each case the message says what to type. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "(2, 4, 4, 2); If these are 2D images in colour; three axes of space; a[..., numpy.newaxis]",
                "(2, 28, 28, 3); If these are 2D images in colour; three axes of space; a[..., numpy.newaxis]",
                "(2, 3, 9, 9); If these are 2D images in colour; three axes of space; a[..., numpy.newaxis]",
                "(4, 4, 4, 2); numpy.moveaxis(a, -1, 0); last axis counts the volumes; put it first",
                "(2, 17, 4, 4, 17); Keep at most 16 channels; a[..., :16]; a[:, :16]",
                "(20, 20, 20, 3, 20); numpy.moveaxis(a, -1, 0); channel; number of the volume",
                "(4, 4, 4); If this is one volume; a[numpy.newaxis]; axis",
                "(5, 28, 28); 2D images; numpy.stack; a[numpy.newaxis]",
                "(2, 64); a.reshape(-1, 4, 4, 4); each row is a volume; axes",
                "(2, 81); a.reshape(-1, 3, 3, 3, 3); a.reshape(-1, 3, 3, 3, 3) with channels first; row",
                "(7,); numpy.stack(list_of_volumes); Stack; volumes",
                "(2, 1, 1, 4, 4, 4); a.reshape(2, 4, 4, 4); Take out; length 1",
                "(2, 4, 4, 4, 1, 1); a.reshape(2, 4, 4, 4); Take out; length 1",
                "(2, 2, 2, 2, 2, 2); 6 dimensions; number of the volume; channels"
            })
    void advisesOnOtherShapes(String shape, String first, String second, String third) {
        int count = Arrays.stream(shape.replaceAll("[() ]", "").split(","))
                .mapToInt(Integer::parseInt)
                .reduce(1, (a, b) -> a * b);
        double[] values = new double[count];
        Arrays.setAll(values, i -> i % 200);
        NpzBytes file = new NpzBytes();
        for (String split : List.of("train", "val", "test")) {
            file.images(split, "|u1", shape, false, values);
        }
        assertRefused(file, "(train_images): found |u1[", "expected volumes as (N,D,H,W)", first, second, third);
    }

    @Test
    void reportsMissingHeap() {
        Path file = NpzBytes.everywhere("<f8", ramp(0, 1)).write(folder.resolve("own.npz"));
        Window window = new Window(0, 15);
        try (NpzFile npz = NpzFile.open(file)) {
            List<String> splits = List.of("train", "val", "test");
            FileStamp stamp = FileStamp.of(file);
            assertThat(VolumeReader.open(npz, stamp, splits, 192).read(window, VolumeCache.RAM, notes::add))
                    .hasSize(3);
            assertThatThrownBy(
                            () -> VolumeReader.open(npz, stamp, splits, 191).read(window, VolumeCache.RAM, notes::add))
                    .isInstanceOf(DataFileException.class)
                    .hasMessageContaining("own.npz: holds volumes of 192 bytes, which take 0.0 GiB of heap")
                    .hasMessageContaining("--cache none")
                    .hasMessageContaining("VOXGRAD_OPTS=-Xmx3g");
        }
        assertThat(notes).isEmpty();
    }

    @Test
    void takesNoMemoryForImpossibleLabels() {
        NpzBytes file = new NpzBytes()
                .cubes("train", "|u1", ramp(0, 9))
                .cubes("val", "|u1", ramp(0, 9))
                .cubes("test", "|u1", ramp(0, 9))
                .labels("val", 50_000);
        assertRefused(file, "(val_labels): found 50000 numbers, expected (N), (N,1)");
    }
}
