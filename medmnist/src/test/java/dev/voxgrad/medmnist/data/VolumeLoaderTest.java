package dev.voxgrad.medmnist.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.voxgrad.medmnist.data.npz.NpyArray;
import dev.voxgrad.medmnist.io.DataException;
import dev.voxgrad.medmnist.io.DataFileException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class VolumeLoaderTest {
    @TempDir
    private Path folder;

    private final List<String> warnings = new ArrayList<>();

    @Test
    void realAdrenalSetIsTheOfficialOne() {
        for (int size : new int[] {28, 64}) {
            Path file = Shared.file("data/" + DatasetInfo.ADRENAL.source(size).fileName());
            VolumeData data = VolumeLoader.load(DatasetInfo.ADRENAL, file.getParent(), size, false, warnings::add);
            assertThat(warnings).isEmpty();
            assertThat(data.md5()).contains(DatasetInfo.ADRENAL.source(size).md5());
            assertThat(data.shape()).isEqualTo(new VolumeShape(1, size));
            assertThat(data.zNormalized()).isTrue();
            assertThat(data.synthetic()).isFalse();
            assertThat(counts(data.train())).containsExactly(929, 259);
            assertThat(counts(data.val())).containsExactly(76, 22);
            assertThat(counts(data.test())).containsExactly(229, 69);
        }
    }

    private static int[] counts(Split split) {
        int ones = Arrays.stream(split.labels()).sum();
        int grey = 0;
        for (byte voxel : split.voxels()) {
            grey += voxel == 0 || voxel == -1 ? 0 : 1;
        }
        assertThat(grey).as("voxels other than 0 and 255").isZero();
        assertThat(split.voxels().length).isEqualTo(split.size() * split.shape().elements());
        return new int[] {split.size() - ones, ones};
    }

    @Test
    void missingFileErrorSaysHowToGetIt() {
        assertThatThrownBy(() -> VolumeLoader.load(DatasetInfo.VESSEL, folder, 64, false, warnings::add))
                .isInstanceOf(DataFileException.class)
                .hasMessageStartingWith(folder.resolve("vesselmnist3d_64.npz").toString())
                .hasMessageContaining("medmnist download --flag vesselmnist3d --size 64")
                .hasMessageContaining("https://zenodo.org/records/10519652/files/vesselmnist3d_64.npz?download=1")
                .hasMessageContaining("6bb274a8846e1097066dcd64e2c4520f");
        assertThatThrownBy(() -> VolumeLoader.load(DatasetInfo.VESSEL, folder, 32, false, warnings::add))
                .hasMessage("vesselmnist3d has no size 32; known sizes are 28, 64");
    }

    /** Tests the other five sets as far as possible without their files. */
    @Test
    void loadsUnofficialFilesWithOneWarning() {
        for (DatasetInfo info : DatasetInfo.values()) {
            Samples.write(folder.resolve(info.flag() + ".npz"), Samples.arrays(12, info.classes()));
            VolumeData data = VolumeLoader.load(info, folder, 28, false, warnings::add);
            assertThat(data.task()).isEqualTo(info.task());
            assertThat(data.labelNames()).isEqualTo(info.labelNames());
            assertThat(data.split("val").labels()[1]).isEqualTo(1);
            assertThat(warnings)
                    .singleElement()
                    .asString()
                    .contains(
                            info.flag() + ".npz is not the official file",
                            info.source(28).md5(),
                            "counts 12/12/12 instead of " + info.counts(),
                            "using it");
            warnings.clear();
        }
    }

    @Test
    void derivesClassesOfOwnVolumesFromLabels() {
        Map<String, NpyArray> arrays = Samples.arrays(6, 2);
        VolumeData two = load(arrays);
        assertThat(two.task()).isEqualTo(Task.BINARY);
        assertThat(two.labelNames()).containsExactly("0", "1");
        assertThat(two.name()).isEqualTo("own.npz");
        arrays.put("test_labels", NpyArray.ofBytes(new byte[] {0, 1, 2, 0, 1, 4}, 6));
        VolumeData five = load(arrays);
        assertThat(five.task()).isEqualTo(Task.MULTI_CLASS);
        assertThat(five.classes()).isEqualTo(5);
        assertThat(five.test().labels()).containsExactly(0, 1, 2, 0, 1, 4);
        assertThat(load(arrays, "a", "b", "c", "d", "e", "f").classes()).isEqualTo(6);
        assertThatThrownBy(() -> load(arrays, "a", "b", "c", "d"))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("own.npz: label 4 of volume 5 in test is outside the classes; expected 0 to 3");
    }

    @Test
    void readsSeveralLabelsAsMultiLabelTask() {
        Map<String, NpyArray> arrays = Samples.arrays(2, 2);
        for (String split : List.of("train", "val", "test")) {
            arrays.put(split + "_labels", NpyArray.ofBytes(new byte[] {1, 0, 1, 0, 0, 1}, 2, 3));
        }
        VolumeData data = load(arrays);
        assertThat(data.task()).isEqualTo(Task.MULTI_LABEL);
        assertThat(data.train().multiLabels()).isDeepEqualTo(new int[][] {{1, 0, 1}, {0, 0, 1}});
        assertThatThrownBy(() -> data.train().labels()).hasMessageContaining("no single class");
        assertThatThrownBy(() -> load(arrays, "a", "b")).hasMessageContaining("has 3 labels per volume; expected 2");
        arrays.put("val_labels", NpyArray.ofBytes(new byte[] {1, 0, 1, 0, 2, 1}, 2, 3));
        assertThatThrownBy(() -> load(arrays)).hasMessageContaining("label 1 of volume 1 in val is 2; expected 0 or 1");
        Samples.write(folder.resolve("organmnist3d.npz"), arrays);
        assertThatThrownBy(() -> VolumeLoader.load(DatasetInfo.ORGAN, folder, 28, false, warnings::add))
                .hasMessageContaining("several labels per volume");
    }

    @Test
    void acceptsColourAndOtherIntegers() {
        Map<String, NpyArray> arrays = Samples.arrays(2, 2);
        for (String split : List.of("train", "val", "test")) {
            arrays.put(split + "_images", NpyArray.ofBytes(Samples.voxels(2, 24), 2, 2, 2, 2, 3));
        }
        VolumeData colour = load(arrays);
        assertThat(colour.shape()).isEqualTo(new VolumeShape(3, 2));
        assertThat(colour.train().voxels()).isEqualTo(Samples.voxels(2, 24));
        for (String split : List.of("train", "val", "test")) {
            arrays.put(split + "_images", NpyArray.ofLongs(new long[] {0, 255, 7, 8, 9, 1, 2, 200}, 1, 2, 2, 2));
            arrays.put(split + "_labels", NpyArray.ofLongs(new long[] {1}, 1));
        }
        assertThat(load(arrays).val().voxels()).containsExactly(0, 255, 7, 8, 9, 1, 2, 200);
        assertThat(warnings).isEmpty();
    }

    @Test
    void refusesWhatDoesNotFit() {
        assertRefused("train_labels", NpyArray.ofLongs(new long[3], 3), "found 4 volumes and 3 labels");
        assertRefused("test_labels", NpyArray.ofLongs(new long[] {0, 1, 0, -1}, 4), "label -1 of volume 3 in test");
        assertRefused("test_labels", NpyArray.ofLongs(new long[] {0, 1, 0, 1L << 40}, 4), "number beyond 32 bits");
        assertRefused("val_labels", NpyArray.ofLongs(new long[] {0, 1, 0, 5000}, 4), "has label 5000");
        assertRefused("val_labels", NpyArray.ofLongs(new long[8], 4, 2), "as many labels per volume as in train, 1");
        assertRefused("val_labels", NpyArray.ofFloats(new float[] {0, 1, 0.5f, 0}, 4), "found 0.5 for volume 2");
        assertRefused("val_labels", NpyArray.ofLongs(new long[16], 4, 2, 2), "whole numbers as (N), (N,1)");
        assertRefused(
                "val_images",
                NpyArray.ofFloats(new float[108], 4, 3, 3, 3),
                "train_images is uint8 but val_images float32, which may mean two scales");
        assertRefused("val_images", NpyArray.ofBytes(new byte[144], 4, 3, 3, 4), "expected volumes as (N,D,H,W)");
        assertRefused("val_images", NpyArray.ofBytes(new byte[216], 2, 3, 3, 3, 2, 2), "expected volumes as (N,D,H,W)");
        assertRefused("val_images", NpyArray.ofBytes(new byte[0], 0, 3, 3, 3), "at least one volume");
        assertRefused(
                "val_images",
                NpyArray.ofBytes(Samples.voxels(4, 64), 4, 4, 4, 4),
                "val has volumes of [1,4,4,4] but train has [1,3,3,3]");
        byte[] blank = Samples.voxels(4, 27);
        Arrays.fill(blank, 54, 81, (byte) 9);
        assertRefused("test_images", NpyArray.ofBytes(blank, 4, 3, 3, 3), "own.npz: test: volume 2 is blank");
        Map<String, NpyArray> missing = Samples.arrays(4, 2);
        missing.remove("val_labels");
        assertRefused(missing, "has no array val_labels");
        assertRefused(Samples.arrays(4, 1), "has the class [0] only; expected at least two");
    }

    private void assertRefused(String name, NpyArray array, String message) {
        Map<String, NpyArray> arrays = Samples.arrays(4, 2);
        arrays.put(name, array);
        assertRefused(arrays, message);
    }

    private void assertRefused(Map<String, NpyArray> arrays, String message) {
        assertThatThrownBy(() -> load(arrays))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("own.npz")
                .hasMessageContaining(message);
    }

    private VolumeData load(Map<String, NpyArray> arrays, String... names) {
        return VolumeLoader.loadFile(
                Samples.write(folder.resolve("own.npz"), arrays), FileOptions.named(List.of(names)), warnings::add);
    }
}
