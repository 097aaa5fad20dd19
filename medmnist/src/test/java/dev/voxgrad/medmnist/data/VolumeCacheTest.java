package dev.voxgrad.medmnist.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.voxgrad.medmnist.data.npz.NpyArray;
import dev.voxgrad.medmnist.data.npz.NpyWriter;
import dev.voxgrad.medmnist.io.DataFileException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Checks that volumes from memory, from a mapped file and from an unpacked one are the same to the bit. */
class VolumeCacheTest {
    private static final List<String> SPLITS = List.of("train", "val", "test");

    @TempDir
    private Path folder;

    private final List<String> notes = new ArrayList<>();

    private VolumeData load(Path file, Window window, VolumeCache cache) {
        FileOptions options = new FileOptions(List.of(), Optional.empty(), false, Optional.ofNullable(window));
        return VolumeLoader.loadFile(
                file, options, Preparation.STUDY, new Loading(cache, Requirement.NONE, notes::add));
    }

    private Path floats(NpyWriter.Packing packing) {
        Map<String, NpyArray> arrays = new LinkedHashMap<>();
        for (String split : SPLITS) {
            float[] values = new float[3 * 2 * 3 * 4 * 2];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) Math.sin(i * 0.7) * 900;
            }
            arrays.put(split + "_images", NpyArray.ofFloats(values, 3, 2, 3, 4, 2));
            arrays.put(split + "_labels", NpyArray.ofLongs(new long[] {0, 1, 0}, 3));
        }
        Path file = folder.resolve(packing + ".npz");
        NpyWriter.writeNpz(file, arrays, packing);
        return file;
    }

    private static void assertSame(VolumeData first, VolumeData second) {
        for (String name : SPLITS) {
            for (int i = 0; i < first.split(name).size(); i++) {
                assertThat(first.split(name).values(i))
                        .isEqualTo(second.split(name).values(i));
            }
        }
    }

    /** All types, in C and Fortran order, with channels first and last; handmade archives are deflated. */
    @ParameterizedTest
    @CsvSource({
        "|u1, 3, false", "|b1, 3, false", "<i2, 3, false", ">i2, 3, false", "<f4, 3, false", ">f4, 3, false",
        "<f8, 3, false", "<f2, 3, true", "<i4, 3, false", "|i1, 3, true", ">u2, 3, true", "<f4, 3, true",
        "<u8, 20, false", "<i2, 20, true"
    })
    void readsTheSameFromMemoryAndFromFiles(String type, int lastAxis, boolean fortran) {
        double[] values = new double[2 * 2 * 4 * 5 * lastAxis];
        Arrays.setAll(values, i -> i * 7 % 120);
        NpzBytes bytes = new NpzBytes();
        String shape = "(2, 2, 4, 5, " + lastAxis + ")";
        SPLITS.forEach(split -> bytes.images(split, type, shape, fortran, values));
        Path file = bytes.write(folder.resolve("own.npz"));
        Window window = new Window(-3, 90.5);
        VolumeData inMemory = load(file, window, VolumeCache.RAM);
        assertThat(notes.toString()).doesNotContain("temporary");
        VolumeData inFile = load(file, window, VolumeCache.NONE);
        assertThat(notes.stream().filter(note -> note.contains("unpacked to a temporary file")))
                .hasSize(3);
        assertSame(inMemory, inFile);
        float[] first = inMemory.train().values(0);
        boolean bool = type.equals("|b1");
        assertThat(first[0]).isEqualTo((float) (3 / 93.5));
        assertThat(first).contains(bool ? (float) (4 / 93.5) : 1f);
    }

    @Test
    void mapsStoredArraysWithoutACopy() {
        VolumeData stored = load(floats(NpyWriter.Packing.STORED), null, VolumeCache.NONE);
        assertThat(notes).hasSize(2).noneMatch(note -> note.contains("temporary"));
        notes.clear();
        VolumeData deflated = load(floats(NpyWriter.Packing.DEFLATED), null, VolumeCache.NONE);
        assertThat(notes).hasSize(5);
        assertSame(stored, deflated);
        assertSame(stored, load(folder.resolve("STORED.npz"), null, VolumeCache.RAM));
    }

    /** Twelve bits survive, where 256 grey values would have merged sixteen neighbours into one. */
    @Test
    void keepsMoreThan256Values() {
        double[] values = new double[16];
        Arrays.setAll(values, i -> 1000 + i);
        values[0] = 0;
        values[15] = 4095;
        float[] read = load(NpzBytes.everywhere("<i2", values).write(folder.resolve("own.npz")), null, VolumeCache.RAM)
                .train()
                .values(0);
        for (int i = 1; i < 8; i++) {
            assertThat(read[i]).isEqualTo((float) ((1000 + i) / 4095.0));
        }
    }

    /** A run that kept 256 grey values is resumed with them. */
    @Test
    void roundsForOlderRuns() {
        double[] values = new double[16];
        Arrays.setAll(values, i -> 0.17 * i);
        Path file = NpzBytes.everywhere("<f4", values).write(folder.resolve("own.npz"));
        for (VolumeCache cache : List.of(VolumeCache.RAM, VolumeCache.NONE)) {
            float[] read = load(file, new Window(0, 2.55, null), cache).val().values(0);
            for (int i = 0; i < 8; i++) {
                assertThat(read[i]).isEqualTo(17 * i / 255f);
            }
        }
    }

    @Test
    void leavesNoTemporaryFile() throws IOException {
        Path scratch = Path.of(System.getProperty("java.io.tmpdir"));
        VolumeData data = load(floats(NpyWriter.Packing.DEFLATED), null, VolumeCache.NONE);
        try (Stream<Path> files = Files.list(scratch)) {
            assertThat(files.filter(file -> file.getFileName().toString().endsWith(".voxels")))
                    .isEmpty();
        }
        assertThat(data.train().values(2)).isNotEmpty();
    }

    @Test
    void noticesAChangeOfAMappedFile() throws IOException {
        Path file = floats(NpyWriter.Packing.STORED);
        VolumeData data = load(file, null, VolumeCache.NONE);
        Files.setLastModifiedTime(file, FileTime.fromMillis(5000));
        assertThatThrownBy(() -> data.train().values(1))
                .isInstanceOf(DataFileException.class)
                .hasMessageContaining("STORED.npz: has changed since it was opened")
                .hasMessageContaining("--cache RAM");
    }

    /** Access to a page that the file has lost would otherwise be an error of the JVM. */
    @Test
    void noticesATruncatedFile() throws IOException {
        Path file = floats(NpyWriter.Packing.STORED);
        VolumeData data = load(file, null, VolumeCache.NONE);
        Files.write(file, new byte[0], StandardOpenOption.TRUNCATE_EXISTING);
        assertThatThrownBy(() -> data.test().values(2))
                .isInstanceOf(DataFileException.class)
                .hasMessageContaining("has changed since it was opened");
    }

    @Test
    void acceptsAFileThatWasReplaced() throws IOException {
        Path file = floats(NpyWriter.Packing.STORED);
        VolumeData data = load(file, null, VolumeCache.NONE);
        float[] before = data.train().values(1);
        Files.delete(file);
        Files.write(file, new byte[9]);
        assertThat(data.train().values(1)).isEqualTo(before);
    }

    @Test
    void refusesADamagedStoredArray() throws IOException {
        Path file = floats(NpyWriter.Packing.STORED);
        byte[] bytes = Files.readAllBytes(file);
        bytes[400] ^= 1;
        Files.write(file, bytes);
        assertThatThrownBy(() -> load(file, Window.MASK, VolumeCache.NONE))
                .isInstanceOf(DataFileException.class)
                .hasMessageContaining("train_images")
                .hasMessageContaining("checksum (CRC-32) does not match");
    }

    @Test
    void choosesByTheHeap() {
        assertThat(VolumeCache.AUTO.isInMemory(25, 100)).isTrue();
        assertThat(VolumeCache.AUTO.isInMemory(26, 100)).isFalse();
        assertThat(VolumeCache.RAM.isInMemory(26, 100)).isTrue();
        assertThat(VolumeCache.NONE.isInMemory(1, 100)).isFalse();
        assertThatThrownBy(() -> VolumeCache.byFlag("disk")).hasMessage("cache is 'disk'; expected RAM, none");
    }
}
