package dev.voxgrad.medmnist.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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

class NpzFileTest {
    private static final byte[] IMAGES = {1, 2, 3, 4, 5, 6};
    private static final float[] SCORES = {0.25f, -8};

    @TempDir
    private Path folder;

    /** Written by numpy.savez(f, a=arange(4, dtype=uint8).reshape(2, 2), b=float32([1, 2.5])): stored, zip64. */
    @Test
    void readsNumPysArchive() throws IOException {
        Path file = folder.resolve("numpy.npz");
        Files.write(file, Bytes.unpack("eNoL8GZm0WWAAEWGGKW71/5DASuDCEOiXl5BJSODAEMLVAmMnuwX6hsQychQxlCtnpJanFykbqWg"
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
                assertThatThrownBy(() -> npz.read("labels")).isInstanceOf(DataFileException.class)
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
    void everyChangedByteIsFoundOutOrHarmless() throws IOException {
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
    void randomDamageNeverGivesAWrongArray(@ForAll @IntRange(min = 1, max = 6) int changes, @ForAll long seed,
            @ForAll NpyWriter.Packing packing) throws IOException {
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
    void refusesAMemberTwice() throws IOException {
        Map<String, NpyArray> arrays = new LinkedHashMap<>();
        arrays.put("images", NpyArray.ofBytes(IMAGES, 6));
        arrays.put("imagez", NpyArray.ofBytes(IMAGES, 6));
        Path file = folder.resolve("twice.npz");
        NpyWriter.writeNpz(file, arrays, NpyWriter.Packing.STORED);
        String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        assertRefused(text.replace("imagez", "images").getBytes(StandardCharsets.ISO_8859_1),
                "has two members named images");
    }

    @Test
    void refusesAMemberThatIsNoArrayOrHasJunkAfterIt() throws IOException {
        byte[] array = NpyArray.ofBytes(IMAGES, 6).encode();
        assertThatThrownBy(() -> readMember("hello".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(DataFileException.class).hasMessageContaining("is not a .npy array");
        assertThatThrownBy(() -> readMember(Arrays.copyOf(array, array.length + 3)))
                .isInstanceOf(DataFileException.class).hasMessageContaining("needs 6 bytes of data but there are 9");
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
        }).isInstanceOf(DataFileException.class).hasMessageStartingWith(file.toString()).hasMessageContaining(message);
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
