package dev.voxgrad.medmnist.baseline.feature;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.voxgrad.medmnist.data.Samples;
import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.io.DataException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

class FeatureTableTest {
    private static final VolumeShape SHAPE = new VolumeShape(2, 9, 5, 7);

    private static Split split() {
        return Split.of("train", SHAPE, Samples.voxels(11, SHAPE.elements()), new int[11]);
    }

    @ParameterizedTest
    @ValueSource(strings = {"shape", "grid7", "grid14", "voxels", "shape+grid7"})
    void countsAndNamesAgreeWithTheRowsForAnyNumberOfThreads(String flag) {
        FeatureSet set = FeatureSets.of(flag, VolumeKind.GREY);
        assertThat(set.flag()).isEqualTo(flag);
        FeatureTable one = FeatureTable.of(set, split(), 1, done -> {});
        FeatureTable four = FeatureTable.of(set, split(), 4, done -> {});
        assertThat(four.rows()).isDeepEqualTo(one.rows());
        assertThat(one.size()).isEqualTo(11);
        assertThat(one.names()).hasSize((int) set.count(SHAPE)).doesNotHaveDuplicates();
        for (double[] row : one.rows()) {
            assertThat(row).hasSize(one.names().size());
            assertThat(row).satisfies(values -> assertThat(values).doesNotContain(Double.NaN));
        }
    }

    @Test
    void meansOfBlocksAreExactOnAnyShape() {
        Split split = split();
        float[] volume = split.values(3);
        FeatureSet set = FeatureSets.of("grid7", VolumeKind.GREY);
        double[] means = set.of(volume, SHAPE);
        assertThat(means).hasSize(7 * 5 * 7 * 2);
        // Along X, nine voxels make seven blocks; block 3 has voxels 3 and 4, block 0 has voxel 0.
        int block = set.names(SHAPE).indexOf("block 3,2,6 of channel 1");
        double expected =
                ((double) volume[((3 * 5 + 2) * 7 + 6) * 2 + 1] + volume[((4 * 5 + 2) * 7 + 6) * 2 + 1]) / 2.0;
        assertThat(means[block]).isCloseTo(expected, within(1e-9));
        assertThat(means[0]).isCloseTo(volume[0], within(1e-9));
    }

    @Test
    void decidesByTheTrainingVolumesWhetherTheyAreMasks() {
        VolumeShape shape = new VolumeShape(1, 2);
        byte[] masks = new byte[16];
        masks[3] = -1;
        assertThat(kind(shape, masks)).isEqualTo(VolumeKind.MASKS);
        masks[9] = 100;
        assertThat(kind(shape, masks)).isEqualTo(VolumeKind.GREY);
        assertThat(kind(shape, new byte[16])).isEqualTo(VolumeKind.MASKS);
    }

    private static VolumeKind kind(VolumeShape shape, byte[] voxels) {
        return VolumeKind.of(Split.of("train", shape, voxels, new int[2]));
    }

    @Test
    void reportsProgressForEachVolume() {
        List<Integer> done = Collections.synchronizedList(new ArrayList<>());
        FeatureTable.of(FeatureSets.of("grid7", VolumeKind.GREY), split(), done::add);
        assertThat(done)
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.rangeClosed(1, 11).boxed().toList());
    }

    @Test
    void refusesUnknownAndRepeatedSets() {
        assertThatThrownBy(() -> FeatureSets.of("grid8", VolumeKind.GREY))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("unknown features 'grid8'")
                .hasMessageContaining("grid14");
        assertThatThrownBy(() -> FeatureSets.of("grid7+", VolumeKind.GREY)).isInstanceOf(DataException.class);
        assertThatThrownBy(() -> FeatureSets.of("grid7+grid7", VolumeKind.GREY))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("twice");
    }
}
