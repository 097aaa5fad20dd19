package dev.voxgrad.medmnist.nifti;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.voxgrad.medmnist.io.DataFileException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

class NiftiFileTest {
    @TempDir
    private Path folder;

    /** Returns all values in the file's order. */
    private static double[] values(Path file) {
        List<Double> all = new ArrayList<>();
        NiftiFile.open(file).read((row, channel, y, z) -> Arrays.stream(row).forEach(all::add));
        return all.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private Path write(ScanBytes scan) {
        return scan.write(folder.resolve("scan.nii"));
    }

    private void assertRefused(ScanBytes scan, String... parts) {
        Path file = write(scan);
        assertThatThrownBy(() -> values(file))
                .isInstanceOf(DataFileException.class)
                .hasMessageStartingWith(file.toString())
                .hasMessageContainingAll(parts);
    }

    @ParameterizedTest
    @CsvSource({
        "2, 1, false, 0, 255",
        "256, 1, false, -128, 127",
        "4, 2, false, -32768, 32767",
        "512, 2, false, 0, 65535",
        "8, 4, false, -2147483648, 2147483647",
        "768, 4, false, 0, 4294967295",
        "1024, 8, false, -9007199254740993, 9223372036854775807",
        "16, 4, true, -1.5, 3e38",
        "64, 8, true, -1e300, 0.1"
    })
    void readsEveryTypeInBothOrdersAndVersions(int code, int bytes, boolean floats, double least, double greatest) {
        double[] expected = {least, 1, 2, greatest, 4, 5};
        for (int version = 1; version <= 2; version++) {
            for (ByteOrder order : List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN)) {
                Path file = write(new ScanBytes(version, order)
                        .shape(3, 2, 1)
                        .type(code, 8 * bytes)
                        .voxels(bytes, floats, expected));
                double[] rounded = floats && bytes == 4
                        ? Arrays.stream(expected).map(value -> (float) value).toArray()
                        : expected;
                assertThat(values(file)).containsExactly(rounded);
                assertThat(NiftiFile.open(file).header().version()).isEqualTo(version);
            }
        }
    }

    @Test
    void readsUnsignedIntegersOf64Bits() {
        ScanBytes scan = ScanBytes.little().shape(2, 1, 1).type(1280, 64);
        assertThat(values(write(scan.voxels(8, false, -1, -4096)))).containsExactly(0x1p64, 0x1p64 - 4096);
    }

    @Test
    void readsColoursAsChannels() {
        Path file = write(ScanBytes.little()
                .shape(2, 1, 1)
                .type(128, 24)
                .voxels((byte) 1, (byte) 2, (byte) -1, (byte) 4, (byte) 5, (byte) 6));
        assertThat(NiftiFile.open(file).header().channels()).isEqualTo(3);
        assertThat(values(file)).containsExactly(1, 4, 2, 5, 255, 6);
    }

    @Test
    void fourthOrFifthDimensionBecomesChannels() {
        byte[] voxels = {1, 2, 3, 4, 5, 6};
        for (long[] shape : new long[][] {{1, 2, 1, 3}, {1, 2, 1, 1, 3}, {1, 2, 1, 3, 1, 1}}) {
            NiftiHeader header = NiftiFile.open(
                            write(ScanBytes.little().shape(shape).voxels(voxels)))
                    .header();
            assertThat(header.shape()).containsExactly(1, 2, 1);
            assertThat(header.channels()).isEqualTo(3);
        }
        assertRefused(ScanBytes.little().shape(1, 1, 1, 2, 3).voxels(voxels), "more than one dimension");
    }

    @ParameterizedTest
    @CsvSource({
        "1, 0, 7",
        "0, 5, 7",
        "NaN, 5, 7",
        "Infinity, 1, 7",
        "2, 0, 14",
        "1, 0.5, 7.5",
        "-1.5, 100, 89.5",
        "2, -1024, -1010"
    })
    void scalesAsNibabelDoes(double slope, double intercept, double expected) {
        Path file = write(
                ScanBytes.little().shape(1, 1, 1).scaling(slope, intercept).voxels((byte) 7));
        assertThat(values(file)).containsExactly(expected);
    }

    @Test
    void infiniteInterceptIsRefused() {
        assertRefused(ScanBytes.little().shape(1, 1, 1).scaling(2, Double.NaN).voxels((byte) 7), "scl_inter", "finite");
    }

    @Test
    void skipsExtensions() {
        byte[] extension = new byte[48];
        Arrays.fill(extension, (byte) 99);
        Path file = write(ScanBytes.little().shape(2, 1, 1).extension(extension).voxels((byte) 7, (byte) 8));
        assertThat(values(file)).containsExactly(7, 8);
    }

    @ParameterizedTest
    @ValueSource(strings = {"scan.hdr", "scan.hdr.gz"})
    void readsPairsByEitherName(String name) {
        ScanBytes scan = ScanBytes.little().pair().shape(2, 1, 1).voxels((byte) 7, (byte) 8);
        Path header = scan.write(folder.resolve(name));
        assertThat(values(header)).containsExactly(7, 8);
        assertThat(values(folder.resolve(name.replace("hdr", "img")))).containsExactly(7, 8);
    }

    @Test
    void halfOfAPairIsRefused() throws IOException {
        Path header = ScanBytes.little().pair().shape(1, 1, 1).voxels((byte) 7).write(folder.resolve("scan.hdr"));
        Files.delete(folder.resolve("scan.img"));
        assertThatThrownBy(() -> NiftiFile.open(header)).hasMessageContaining("expected scan.img next to it");
        Path renamed = Files.write(
                folder.resolve("scan.nii"),
                ScanBytes.little().pair().shape(1, 1, 1).bytes());
        assertThatThrownBy(() -> NiftiFile.open(renamed)).hasMessageContaining("Rename it to .hdr");
        Path single = ScanBytes.little().shape(1, 1, 1).voxels((byte) 7).write(folder.resolve("one.hdr"));
        Files.write(folder.resolve("one.img"), new byte[1]);
        assertThatThrownBy(() -> NiftiFile.open(single)).hasMessageContaining("Rename it to .nii");
    }

    @Test
    void packedFilesAreCheckedToTheirEnd() throws IOException {
        byte[] whole = ScanBytes.gzip(ScanBytes.little()
                .shape(3, 1, 1)
                .voxels((byte) 7, (byte) 8, (byte) 9)
                .bytes());
        Path file = Files.write(folder.resolve("scan.nii.gz"), whole);
        assertThat(values(file)).containsExactly(7, 8, 9);
        Path unusualName = Files.write(folder.resolve("packed.nii"), whole);
        assertThat(values(unusualName)).containsExactly(7, 8, 9);
        byte[] wrongSum = whole.clone();
        wrongSum[whole.length - 8] ^= 1;
        Files.write(file, wrongSum);
        assertThatThrownBy(() -> values(file)).hasMessageContaining("packed data are damaged");
        Files.write(file, Arrays.copyOf(whole, whole.length - 12));
        assertThatThrownBy(() -> values(file)).hasMessageContaining("truncated");
    }

    @Test
    void fileThatClaimsMoreThanItHasIsRefusedBeforeMemoryIsTaken() throws IOException {
        assertRefused(ScanBytes.little().shape(30000, 30000, 2).voxels((byte) 7), "truncated", "1800000352");
        Path packed =
                ScanBytes.little().shape(1000, 1000, 1000).voxels((byte) 7).write(folder.resolve("scan.nii.gz"));
        assertThatThrownBy(() -> NiftiFile.open(packed)).hasMessageContaining("packed; its header states");
        assertRefused(ScanBytes.little().shape(30000, 30000, 30000), "at most 2147483639");
    }

    @Test
    void otherVoxelsAreRefusedWithAdvice() {
        assertRefused(ScanBytes.little().shape(1, 1, 1).type(32, 64), "complex", "numpy.abs");
        assertRefused(ScanBytes.little().shape(1, 1, 1).type(1536, 128), "128 bits", "float64");
        assertRefused(ScanBytes.little().shape(1, 1, 1).type(1, 1), "single bits");
        assertRefused(ScanBytes.little().shape(1, 1, 1).type(77, 8), "type 77", "does not define");
    }

    @Test
    void damagedHeadersAreRefused() throws IOException {
        assertRefused(ScanBytes.little().shape(1, 0, 1), "length 0 of dimension 2");
        assertRefused(ScanBytes.little().shape(1, -3, 1), "length -3");
        assertRefused(ScanBytes.little().dimension(0, 9), "9 dimensions");
        assertRefused(ScanBytes.little().shape(1, 1, 1).mark("abc"), "mark 'abc'", "Analyze");
        Path text = Files.writeString(folder.resolve("text.nii"), "hello");
        assertThatThrownBy(() -> NiftiFile.open(text)).hasMessageContaining("is not a NIfTI scan");
        byte[] dicom = new byte[600];
        System.arraycopy("DICM".getBytes(StandardCharsets.US_ASCII), 0, dicom, 128, 4);
        Path other = Files.write(folder.resolve("dicom.nii"), dicom);
        assertThatThrownBy(() -> NiftiFile.open(other)).hasMessageContaining("it is a DICOM image");
        assertThatThrownBy(() -> NiftiFile.open(folder.resolve("none.nii"))).hasMessageContaining("no such file");
        assertThatThrownBy(() -> NiftiFile.open(folder)).isInstanceOf(DataFileException.class);
    }

    @Test
    void offsetOutOfBoundsIsRefused() throws IOException {
        for (float offset : new float[] {8, -1, Float.NaN, Float.POSITIVE_INFINITY, 1e9f}) {
            byte[] bytes = ScanBytes.little().shape(1, 1, 1).voxels((byte) 7).bytes();
            ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putFloat(108, offset);
            Path file = Files.write(folder.resolve("scan.nii"), bytes);
            assertThatThrownBy(() -> values(file)).as("%s", offset).isInstanceOf(DataFileException.class);
        }
    }

    @Test
    void sformComesBeforeQformAndSpacing() {
        double[] rows = {0, -2, 0, 5, 1.5, 0, 0, -7, 0, 0, 3, 0.25};
        ScanBytes scan = ScanBytes.little()
                .shape(3, 5, 7)
                .voxels(new byte[105])
                .spacing(-1, 2, 3, 4)
                .sform(rows)
                .qform(0, 0, 1, 9, 8, 7);
        assertThat(affine(scan.codes(1, 2)).rows()).containsExactly(rows);
        assertThat(affine(scan.codes(1, 2)).spacing()).containsExactly(1.5, 2, 3);
        // Half a turn about z; qfac −1 turns the third axis around.
        assertThat(affine(scan.codes(1, 0)).rows()).containsExactly(-2, 0, 0, 9, 0, -3, 0, 8, 0, 0, -4, 7);
        assertThat(affine(scan.codes(0, 0)).rows()).containsExactly(-2, 0, 0, 2, 0, 3, 0, -6, 0, 0, 4, -12);
    }

    private Affine affine(ScanBytes scan) {
        return NiftiFile.open(write(scan)).header().affine();
    }

    /** A third of a turn about (1, 1, 1) takes x to y, y to z and z to x. */
    @Test
    void quaternionTurnsAxes() {
        ScanBytes scan = new ScanBytes(2, ByteOrder.BIG_ENDIAN).shape(1, 1, 1).voxels((byte) 7);
        double[] rows = affine(scan.codes(1, 0).qform(0.5, 0.5, 0.5, 0, 0, 0).spacing(1, 2, 3, 4))
                .rows();
        assertThat(rows).containsExactly(new double[] {0, 0, 4, 0, 2, 0, 0, 0, 0, 3, 0, 0}, within(1e-15));
    }

    @Test
    void impossibleAffinesAreRefused() {
        ScanBytes scan = ScanBytes.little().shape(1, 1, 1).voxels((byte) 7);
        assertRefused(scan.codes(1, 0).qform(0.9, 0.9, 0.9, 0, 0, 0), "quaternion", "longer than 1");
        assertRefused(scan.codes(1, 0).qform(Double.NaN, 0, 0, 0, 0, 0), "quaternion");
        assertRefused(scan.codes(0, 1).sform(1, 0, 0, Double.NaN, 0, 1, 0, 0, 0, 0, 1, 0), "NaN");
        assertRefused(scan.codes(0, 0).spacing(1, 1, Double.POSITIVE_INFINITY, 1), "NaN or infinite");
    }
}
