package dev.voxgrad.medmnist.importing;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.voxgrad.medmnist.data.Window;
import dev.voxgrad.medmnist.data.npz.NpyArray;
import dev.voxgrad.medmnist.data.npz.NpyWriter;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.nifti.ScanBytes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ScanPreparerTest {
    @TempDir
    private Path folder;

    private Path floats(double... values) {
        return ScanBytes.little()
                .shape(values.length, 1, 1)
                .type(16, 32)
                .codes(0, 1)
                .sform(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0)
                .voxels(4, true, values)
                .write(folder.resolve("scan.nii"));
    }

    private static PreparedVolume prepare(
            Path file, int x, String window, Double nanAs, StoredType type, int channels) {
        return new ScanPreparer(new PrepareSettings(List.of(x, 1, 1), window, 1.0, nanAs, type, channels))
                .prepare(file);
    }

    private static int[] bytes(Path file, int x, String window) {
        byte[] bytes = prepare(file, x, window, null, StoredType.UINT8, 1).bytes();
        int[] values = new int[bytes.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = bytes[i] & 0xFF;
        }
        return values;
    }

    @Test
    void fixedWindowIsSpreadOverTheGreyValues() {
        Path file = floats(-2000, -1000, -300, 400, 3000);
        assertThat(bytes(file, 5, "-1000,400")).containsExactly(0, 0, 128, 255, 255);
        assertThat(bytes(file, 7, "-1000,400")).containsExactly(0, 0, 0, 128, 255, 255, 0);
    }

    /** Metal of 30000 must not brighten its neighbours when voxels are averaged. */
    @Test
    void valuesAreClampedBeforeTheyAreAveraged() {
        Path file = floats(0, 0, 0, 30000, 0, 0, 0, 0);
        byte[] bytes = new ScanPreparer(new PrepareSettings(List.of(4, 1, 1), "0,80", 2.0, null, StoredType.UINT8, 1))
                .prepare(file)
                .bytes();
        assertThat(bytes[1] & 0xFF).isEqualTo(Math.round(255 * 3 / 8f));
    }

    @Test
    void percentilesAreThoseOfNumpy() {
        float[] values = new float[1001];
        for (int i = 0; i < values.length; i++) {
            values[i] = (i * 389) % 1001;
        }
        Window window = Percentiles.window(values);
        assertThat(window.low()).isEqualTo(5);
        assertThat(window.high()).isEqualTo(995);
        assertThat(Percentiles.window(new float[] {0, 10}).low()).isEqualTo(0.05);
        float[] background = new float[1000];
        background[7] = 4;
        assertThat(Percentiles.window(background)).isEqualTo(new Window(0, 4));
        assertThat(Percentiles.window(new float[] {3, 3})).isEqualTo(new Window(3, 4));
    }

    @Test
    void masksBecomeBlackAndWhite() {
        assertThat(bytes(floats(0, 0.001, 7, -1, 0), 5, "mask")).containsExactly(0, 255, 255, 255, 0);
    }

    @Test
    void valuesAreKept() {
        Path file = floats(-5.5, 7, 300);
        byte[] bytes = prepare(file, 4, "none", null, StoredType.FLOAT32, 1).bytes();
        ByteBuffer values = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        // Half a voxel aside, so values are between two others, and the rest is the smallest value.
        assertThat(values.getFloat(4)).isEqualTo(0.75f);
        byte[] shorts = prepare(file, 3, "none", null, StoredType.INT16, 1).bytes();
        assertThat(ByteBuffer.wrap(shorts).order(ByteOrder.LITTLE_ENDIAN).getShort(4))
                .isEqualTo((short) 300);
        assertThat(ByteBuffer.wrap(shorts).order(ByteOrder.LITTLE_ENDIAN).getShort(0))
                .isEqualTo((short) -6);
    }

    @Test
    void nanIsRefusedOrReplaced() {
        Path file = floats(1, Double.NaN, Double.POSITIVE_INFINITY, 2);
        assertThatThrownBy(() -> bytes(file, 4, "0,2"))
                .isInstanceOf(DataFileException.class)
                .hasMessageContainingAll("scan.nii", "2 voxels", "--nan-as");
        byte[] bytes = prepare(file, 4, "0,2", 0.0, StoredType.UINT8, 1).bytes();
        assertThat(bytes).containsExactly(128, 0, 0, 255);
    }

    @Test
    void channelsComeLastAndMustMatch() {
        Path file = ScanBytes.little()
                .shape(2, 1, 1, 2)
                .codes(0, 1)
                .sform(-1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0)
                .voxels((byte) 1, (byte) 2, (byte) 3, (byte) 4)
                .write(folder.resolve("scan.nii"));
        PreparedVolume volume = prepare(file, 2, "bytes", null, StoredType.UINT8, 2);
        assertThat(volume.bytes()).containsExactly(2, 4, 1, 3);
        VolumeOrigin origin = volume.origin("scan.nii");
        assertThat(origin.orientation()).isEqualTo("LAS");
        assertThat(origin.shape()).containsExactly(2, 1, 1);
        assertThatThrownBy(() -> bytes(file, 2, "bytes")).hasMessageContaining("2 channels; expected 1");
    }

    @Test
    void arraysMayHaveTheirChannelsFirst() {
        byte[] values = new byte[2 * 20 * 20 * 20];
        for (int i = 0; i < values.length; i++) {
            values[i] = (byte) (i / 8000);
        }
        Path file = folder.resolve("a.npy");
        NpyWriter.writeNpy(file, NpyArray.ofBytes(values, 2, 20, 20, 20));
        byte[] bytes = prepare(file, 1, "bytes", null, StoredType.UINT8, 2).bytes();
        assertThat(bytes).containsExactly(0, 1);
        NpyWriter.writeNpy(file, NpyArray.ofBytes(values, 20, 20, 20, 2));
        assertThat(Scan.read(file).channels()).hasNumberOfRows(2);
        NpyWriter.writeNpy(file, NpyArray.ofBytes(values, 40, 400));
        assertThatThrownBy(() -> Scan.read(file)).hasMessageContaining("shape [40, 400]");
    }

    @Test
    void settingsAreChecked() {
        for (String size : List.of("28x28", "0", "a", "1x2x3x4", "28 ", "99999")) {
            assertThatThrownBy(() -> {
                        List<Integer> lengths = PrepareSettings.parseSize(size);
                        new PrepareSettings(lengths, "bytes", null, null, StoredType.UINT8, 1);
                    })
                    .hasMessageStartingWith("size is");
        }
        assertThat(PrepareSettings.parseSize("32x64x48")).containsExactly(32, 64, 48);
        for (String window : List.of("400,-1000", "dark", "1,2,3", "")) {
            assertThatThrownBy(() -> WindowRule.parse(window)).hasMessageContaining("window");
        }
        assertThat(Arrays.asList("mask", "percentile", "none", "bytes", "-1000,400"))
                .allSatisfy(text -> assertThat(WindowRule.parse(text)).hasToString(text));
    }
}
