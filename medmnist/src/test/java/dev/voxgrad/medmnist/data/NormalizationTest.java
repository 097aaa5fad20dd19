package dev.voxgrad.medmnist.data;

import org.junit.jupiter.api.Test;

import dev.voxgrad.medmnist.data.npz.NpzFile;
import dev.voxgrad.medmnist.io.DataException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

class NormalizationTest {
    @Test
    void agreesWithPyTorchOnTheFirstRealVolume() {
        float[] expected;
        try (NpzFile golden = NpzFile.open(Shared.file("golden/Net1_golden.npz"))) {
            expected = golden.read("x_first_volume").toFloats();
        }
        VolumeData data = VolumeLoader.load(
                DatasetInfo.ADRENAL, Shared.file("data/adrenalmnist3d.npz").getParent(), 28, false, line -> {});
        float[] volume = data.train().values(0);
        Normalization.zNormalize(volume, 0, volume.length, "train", 0);
        assertThat(expected).hasSize(volume.length);
        for (int i = 0; i < volume.length; i++) {
            assertThat(volume[i]).isCloseTo(expected[i], within(1e-6f));
        }
    }

    @Test
    void scalesBytesAsUnsignedInFloat32() {
        byte[] bytes = new byte[256];
        float[] expected = new float[256];
        for (int i = 0; i < 256; i++) {
            bytes[i] = (byte) i;
            expected[i] = i / 255f;
        }
        Split split = Split.of("train", new VolumeShape(4, 4), bytes, new int[] {0});
        assertThat(split.values(0)).isEqualTo(expected);
    }

    /** 1, 2, 4: mean 7/3, deviation √(7/3) with N − 1. Values outside the range are unchanged. */
    @Test
    void normalisesTheGivenRangeOnly() {
        float[] values = {50, 1, 2, 4, 60};
        Normalization.zNormalize(values, 1, 3, "train", 0);
        double deviation = Math.sqrt(7 / 3.0);
        assertThat(values[0]).isEqualTo(50);
        assertThat(values[4]).isEqualTo(60);
        for (int i = 0; i < 3; i++) {
            assertThat(values[1 + i]).isCloseTo((float) (((1 << i) - 7 / 3.0) / deviation), within(1e-6f));
        }
    }

    @Test
    void namesABlankVolume() {
        float[] blank = {0.1f, 0.1f, 0.1f};
        assertThatThrownBy(() -> Normalization.zNormalize(blank, 0, 3, "val", 12))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith("val: volume 12 is blank");
        assertThat(blank).containsExactly(0.1f, 0.1f, 0.1f);
    }
}
