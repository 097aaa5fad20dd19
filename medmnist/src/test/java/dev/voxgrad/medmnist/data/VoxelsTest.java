package dev.voxgrad.medmnist.data;

import java.lang.foreign.ValueLayout;
import java.util.List;

import org.junit.jupiter.api.Test;

import dev.voxgrad.medmnist.data.npz.NpyType;
import dev.voxgrad.medmnist.io.DataException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Checks that volumes in several arrays behave like volumes in one. */
class VoxelsTest {
    private static final VolumeShape SHAPE = new VolumeShape(1, 2);

    private static final VoxelEncoding BYTES = VoxelEncoding.asInFile(NpyType.UINT8, Window.BYTES);

    /** Five volumes of eight voxels, at most two of them in one array. */
    private static Voxels.Builder inThreeArrays() {
        Voxels.Builder builder = new Voxels.Builder(5, 8, BYTES, 23);
        for (int i = 0; i < 5; i++) {
            for (int v = 0; v < 8; v++) {
                builder.volume(i).set(ValueLayout.JAVA_BYTE, v, (byte) (10 * i + v));
            }
        }
        return builder;
    }

    private static byte[] inOneArray() {
        byte[] all = new byte[40];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) (10 * (i / 8) + i % 8);
        }
        return all;
    }

    @Test
    void keepsVolumesInBoundedArrays() {
        Voxels.Builder builder = inThreeArrays();
        assertThat(builder.build().count()).isEqualTo(5);
        assertThat(array(builder, 0))
                .isSameAs(array(builder, 1))
                .isNotSameAs(array(builder, 2))
                .hasSize(16);
        assertThat(array(builder, 4)).hasSize(8);
    }

    private static byte[] array(Voxels.Builder builder, int volume) {
        return (byte[]) builder.volume(volume).heapBase().orElseThrow();
    }

    @Test
    void readsSameValuesAsFromOneArray() {
        Split several = Split.of("train", SHAPE, inThreeArrays().build(), new int[] {0, 1, 0, 1, 0});
        Split one = Split.of("train", SHAPE, inOneArray(), new int[] {0, 1, 0, 1, 0});
        assertThat(several.voxels()).isEqualTo(one.voxels());
        for (int i = 0; i < 5; i++) {
            assertThat(several.volume(i)).isEqualTo(one.volume(i));
            float[] fromSeveral = new float[10];
            float[] fromOne = new float[10];
            several.read(i, fromSeveral, 2);
            one.read(i, fromOne, 2);
            assertThat(fromSeveral).isEqualTo(fromOne);
        }
    }

    @Test
    void sharesTheArraysOfSelectedVolumes() {
        Voxels voxels = inThreeArrays().build();
        Split split = Split.of("train", SHAPE, voxels, new int[] {0, 1, 2, 3, 4});
        Split other = Split.of("val", SHAPE, inOneArray(), new int[] {5, 6, 7, 8, 9});
        Split chosen = Split.select("chosen", List.of(split, other), new int[] {9, 2, 4});
        assertThat(chosen.labels()).containsExactly(9, 2, 4);
        assertThat(chosen.voxels()).startsWith(40, 41).endsWith(46, 47).hasSize(24);
        assertThat(chosen.volume(1)).isEqualTo(split.volume(2));
        assertThat(split.first(3).volume(2)).isEqualTo(split.volume(2));
        assertThat(split.first(3).voxels()).hasSize(24);
    }

    @Test
    void findsLaterBlankVolumes() {
        Voxels.Builder builder = inThreeArrays();
        builder.volume(3).fill((byte) 7);
        Split split = Split.of("train", SHAPE, builder.build(), new int[5]);
        assertThat(split.firstBlankVolume()).isEqualTo(3);
        assertThat(split.first(3).firstBlankVolume()).isEqualTo(-1);
    }

    @Test
    void refusesMismatchedLabelsOrVoxels() {
        assertThatThrownBy(() -> Split.of("val", SHAPE, inThreeArrays().build(), new int[4]))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("val: 4 labels but 5 volumes of [1,2,2,2]");
        assertThatThrownBy(() -> Split.of("val", SHAPE, new byte[12], new int[1]))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("12 voxels are no whole number of volumes");
    }

    /** 9000 times the same array stands for 2.4 billion voxels. */
    @Test
    void holdsMoreVoxelsThanOneArray() {
        byte[] one = new byte[64 * 64 * 64];
        one[5] = 9;
        int[] numbers = new int[9000];
        Split small = Split.of("train", new VolumeShape(1, 64), one, new int[] {1});
        Split large = Split.select("train", List.of(small), numbers);
        assertThat(large.size()).isEqualTo(9000);
        assertThat(large.firstBlankVolume()).isEqualTo(-1);
        assertThat(large.volume(8999)).isEqualTo(one);
        assertThatThrownBy(large::voxels)
                .isInstanceOf(DataException.class)
                .hasMessageContaining("2359296000 voxels do not fit into one Java array");
    }
}
