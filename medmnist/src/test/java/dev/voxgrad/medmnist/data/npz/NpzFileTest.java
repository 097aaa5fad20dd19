package dev.voxgrad.medmnist.data.npz;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.voxgrad.medmnist.data.Bytes;
import dev.voxgrad.medmnist.io.DataFileException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class NpzFileTest {
    private static final byte[] IMAGES = {1, 2, 3, 4, 5, 6};
    private static final float[] SCORES = {0.25f, -8};

    @TempDir
    private Path folder;

    /** Written by numpy.savez(f, a=arange(4, dtype=uint8).reshape(2, 2), b=float32([1, 2.5])): stored, zip64. */
    @Test
    void readsNumPysArchive() throws IOException {
        Path file = folder.resolve("numpy.npz");
        Files.write(
                file,
                Bytes.unpack(
                        "eNoL8GZm0WWAAEWGGKW71/5DASuDCEOiXl5BJSODAEMLVAmMnuwX6hsQychQxlCtnpJanFykbqWg"
                                + "XlNqqK6joJ6WX1RSlJgXn1+UkgoSd0vMKU4FihdnJBakAvkaRjoKRpo6CrUKZAMuBkYm5gAUp1u80y9CdnoSzOkdUCUd+Jxuk2ZCpN"
                                + "MpczjI6QwN9gwMCg4B3oxMusyoYd8CDWJWBgRoYASR4JhA1wLycwfUa6hadgPJJIgWVjaQEBMQpgHpKrBpAEZrY5w="));
        try (NpzFile npz = NpzFile.open(file)) {
            assertThat(npz.names()).containsExactly("a", "b");
            assertThat(npz.read("a").shape()).containsExactly(2, 2);
            assertThat(npz.read("a").bytes()).containsExactly(0, 1, 2, 3);
            assertThat(npz.read("b").toFloats()).containsExactly(1, 2.5f);
        }
    }

    @Test
    void readsBothPackingsAndNamesWhatIsMissing() {
        for (NpyWriter.Packing packing : NpyWriter.Packing.values()) {
            try (NpzFile npz = NpzFile.open(sample(packing))) {
                assertThat(npz.read("images").bytes()).containsExactly(IMAGES);
                assertThat(npz.read("scores").toFloats()).containsExactly(SCORES);
                assertThatThrownBy(() -> npz.read("labels"))
                        .isInstanceOf(DataFileException.class)
                        .hasMessageContaining("has no array labels; it holds images, scores");
            }
        }
        assertThatThrownBy(() -> NpzFile.open(folder.resolve("none.npz"))).hasMessageContaining("no such file");
        assertThatThrownBy(() -> NpzFile.open(folder)).hasMessageContaining("is not a file");
    }

    @Test
    void refusesEveryTruncationAndJunkAtTheEnd() throws IOException {
        for (NpyWriter.Packing packing : NpyWriter.Packing.values()) {
            byte[] good = Files.readAllBytes(sample(packing));
            for (int length = 0; length < good.length; length++) {
                assertRefused(Arrays.copyOf(good, length), "is not a readable .npz");
            }
            assertRefused(Arrays.copyOf(good, good.length + 7), "is not a readable .npz");
        }
    }

    /** Every byte of the file, changed in one bit, in all bits and to zero. */
    @Test
    void detectsChangedBytesOrReadsThemUnharmed() throws IOException {
        int refused = 0;
        for (NpyWriter.Packing packing : NpyWriter.Packing.values()) {
            byte[] good = Files.readAllBytes(sample(packing));
            for (int i = 0; i < good.length; i++) {
                for (int value : new int[] {good[i] ^ 1 << i % 8, ~good[i], 0}) {
                    byte[] bad = good.clone();
                    bad[i] = (byte) value;
                    refused += rightOrRefused(bad) ? 0 : 1;
                }
            }
        }
        assertThat(refused).as("changes that were noticed").isGreaterThan(1000);
    }

    @Property(tries = 2000)
    void randomDamageNeverYieldsAWrongArray(
            @ForAll @IntRange(min = 1, max = 6) int changes, @ForAll long seed, @ForAll NpyWriter.Packing packing)
            throws IOException {
        folder = Files.createTempDirectory("npz");
        try {
            byte[] bad = Files.readAllBytes(sample(packing));
            Random random = new Random(seed);
            for (int i = 0; i < changes; i++) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt();
            }
            rightOrRefused(bad);
        } finally {
            Files.delete(folder.resolve("sample.npz"));
            Files.deleteIfExists(folder.resolve("bad.npz"));
            Files.delete(folder);
        }
    }

    @Test
    void refusesDuplicateMembers() throws IOException {
        Map<String, NpyArray> arrays = new LinkedHashMap<>();
        arrays.put("images", NpyArray.ofBytes(IMAGES, 6));
        arrays.put("imagez", NpyArray.ofBytes(IMAGES, 6));
        Path file = folder.resolve("twice.npz");
        NpyWriter.writeNpz(file, arrays, NpyWriter.Packing.STORED);
        String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        assertRefused(
                text.replace("imagez", "images").getBytes(StandardCharsets.ISO_8859_1), "has two members named images");
    }

    @Test
    void refusesMembersThatAreNotPureArrays() throws IOException {
        byte[] array = NpyArray.ofBytes(IMAGES, 6).encode();
        assertThatThrownBy(() -> readMember("hello".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(DataFileException.class)
                .hasMessageContaining("is not a .npy array");
        assertThatThrownBy(() -> readMember(Arrays.copyOf(array, array.length + 3)))
                .isInstanceOf(DataFileException.class)
                .hasMessageContaining("needs 6 bytes of data but there are 9");
        assertThat(readMember(array).bytes()).containsExactly(IMAGES);
    }

    /** The directory says that a few bytes unpack to 4 GB: no memory is taken for them. */
    @Test
    void refusesAnAbsurdSizeBeforeUnpacking() throws IOException {
        byte[] bad = Files.readAllBytes(sample(NpyWriter.Packing.DEFLATED));
        String text = new String(bad, StandardCharsets.ISO_8859_1);
        int directory = text.indexOf("PK\1\2");
        Arrays.fill(bad, directory + 24, directory + 27, (byte) 0xF0);
        assertRefused(bad, "which cannot be");
    }

    /** Python's zipfile can write them, and 7-Zip does; Java's cannot, so the fields of a stored file are changed. */
    @ParameterizedTest
    @CsvSource({"12, bzip2", "14, LZMA", "93, Zstandard", "9, Deflate64", "99, AES", "77, an unknown method"})
    void namesUnsupportedCompression(int method, String name) throws IOException {
        byte[] bytes = Files.readAllBytes(sample(NpyWriter.Packing.STORED));
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        int second = text.lastIndexOf("PK\1\2");
        bytes[text.lastIndexOf("PK\3\4") + 8] = (byte) method;
        bytes[second + 10] = (byte) method;
        assertRefused(bytes, "its member scores.npy is packed with " + name);
        assertRefused(
                bytes,
                "(zip method " + method + "), but only stored and Deflate are read. Save the arrays "
                        + "again with numpy.savez_compressed");
        assertRefused(concat("#!/bin/sh\nexit\n".getBytes(StandardCharsets.UTF_8), bytes), "packed with " + name);
    }

    @Test
    void namesAnEncryptedMember() throws IOException {
        byte[] bytes = Files.readAllBytes(sample(NpyWriter.Packing.DEFLATED));
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        bytes[text.indexOf("PK\3\4") + 6] |= 1;
        bytes[text.indexOf("PK\1\2") + 8] |= 1;
        assertRefused(bytes, "its member images.npy is encrypted. Unpack it with its password");
    }

    /** A self-extracting archive has a program before it. */
    @Test
    void readsArchiveWithAPrefix() throws IOException {
        byte[] bytes = concat(
                "#!/bin/sh\nexit 0\n".getBytes(StandardCharsets.UTF_8),
                Files.readAllBytes(sample(NpyWriter.Packing.DEFLATED)));
        assertThat(rightOrRefused(bytes)).isTrue();
    }

    @Test
    void readsMembersWithoutTheSuffix() throws IOException {
        Path file = folder.resolve("plain.npz");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            zip.putNextEntry(new ZipEntry("images"));
            zip.write(NpyArray.ofBytes(IMAGES, 6).encode());
        }
        try (NpzFile npz = NpzFile.open(file)) {
            assertThat(npz.read("images").bytes()).containsExactly(IMAGES);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "HDF; is an HDF5 file; h5py",
                "MATLAB 5.0 MAT-file; is a MATLAB file; scipy.io.loadmat",
                "MATLAB 7.3 MAT-file; is an HDF5 file; h5py",
                "version https://git-lfs.github.com/spec/v1; Git LFS pointer; git lfs pull",
                "<!DOCTYPE html><html>; a web page; in a browser",
                "<html><body>404</body></html>; a web page; in a browser",
                "BZh91AY; packed with bzip2; Unpack it first",
                "GZIP; packed with gzip; medmnist import",
                "PICKLE; a Python pickle; runs code",
                "NUMPY; a single array (.npy); numpy.savez_compressed('volumes.npz', train_images=",
                "NIFTI; a NIfTI image; medmnist import",
                "DICOM; a DICOM image; dcm2niix",
                "TAR; packed with tar; Unpack it first",
                "EMPTY; it is empty; fetch it again",
                "hello; is not a readable .npz (zip) file; fetch it again"
            })
    void namesOtherKindsOfFiles(String what, String name, String advice) throws IOException {
        byte[] content = switch (what) {
            case "HDF" -> concat(new byte[] {(byte) 0x89}, "HDF\r\n\32\n".getBytes(StandardCharsets.ISO_8859_1));
            case "GZIP" -> new byte[] {0x1F, (byte) 0x8B, 8, 0, 0};
            case "PICKLE" -> new byte[] {(byte) 0x80, 5, (byte) 0x95};
            case "NUMPY" -> NpyArray.ofBytes(IMAGES, 6).encode();
            case "NIFTI" -> concat(new byte[344], "n+1\0".getBytes(StandardCharsets.ISO_8859_1));
            case "DICOM" -> concat(new byte[128], "DICM".getBytes(StandardCharsets.ISO_8859_1));
            case "TAR" -> concat(new byte[257], "ustar".getBytes(StandardCharsets.ISO_8859_1));
            case "EMPTY" -> new byte[0];
            default -> what.getBytes(StandardCharsets.ISO_8859_1);
        };
        assertRefused(content, name);
        assertRefused(content, advice);
    }

    /** Names come from the file: a terminal must not take them for commands, nor drown in them. */
    @Test
    void showsNamesEscapedAndAbbreviated() {
        Map<String, NpyArray> arrays = new LinkedHashMap<>();
        for (int i = 0; i < 5000; i++) {
            arrays.put("\33]0;" + "x".repeat(200) + i, NpyArray.ofBytes(IMAGES, 6));
        }
        Path file = folder.resolve("many.npz");
        NpyWriter.writeNpz(file, arrays, NpyWriter.Packing.STORED);
        try (NpzFile npz = NpzFile.open(file)) {
            assertThatThrownBy(() -> npz.read("train_images"))
                    .isInstanceOf(DataFileException.class)
                    .hasMessageContaining("and 4988 more")
                    .message()
                    .doesNotContain("\33")
                    .hasSizeLessThan(2500);
        }
    }

    private static byte[] concat(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    private NpyArray readMember(byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            try (ZipOutputStream zip = new ZipOutputStream(out)) {
                zip.putNextEntry(new ZipEntry("images.npy"));
                zip.write(content);
            }
            Path file = folder.resolve("member.npz");
            Files.write(file, out.toByteArray());
            try (NpzFile npz = NpzFile.open(file)) {
                return npz.read("images");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path sample(NpyWriter.Packing packing) {
        Map<String, NpyArray> arrays = new LinkedHashMap<>();
        arrays.put("images", NpyArray.ofBytes(IMAGES.clone(), 2, 3));
        arrays.put("scores", NpyArray.ofFloats(SCORES, 2));
        Path file = folder.resolve("sample.npz");
        NpyWriter.writeNpz(file, arrays, packing);
        return file;
    }

    private void assertRefused(byte[] content, String message) throws IOException {
        Path file = folder.resolve("bad.npz");
        Files.write(file, content);
        assertThatThrownBy(() -> {
                    try (NpzFile npz = NpzFile.open(file)) {
                        npz.read("images");
                    }
                })
                .isInstanceOf(DataFileException.class)
                .hasMessageStartingWith(file.toString())
                .hasMessageContaining(message);
    }

    /** True if both arrays are read and right, false if the file was refused; anything else fails the test. */
    private boolean rightOrRefused(byte[] content) throws IOException {
        Path file = folder.resolve("bad.npz");
        Files.write(file, content);
        try (NpzFile npz = NpzFile.open(file)) {
            NpyArray images = npz.read("images");
            NpyArray scores = npz.read("scores");
            assertThat(images.shape()).containsExactly(2, 3);
            assertThat(images.bytes()).containsExactly(IMAGES);
            assertThat(scores.toFloats()).containsExactly(SCORES);
            return true;
        } catch (DataFileException e) {
            assertThat(e).hasMessageStartingWith(file.toString());
            return false;
        }
    }
}
