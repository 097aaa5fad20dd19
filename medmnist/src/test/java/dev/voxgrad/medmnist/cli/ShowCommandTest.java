package dev.voxgrad.medmnist.cli;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import javax.imageio.ImageIO;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.voxgrad.medmnist.augment.Recipe;
import dev.voxgrad.medmnist.data.Batch;
import dev.voxgrad.medmnist.data.BatchLoader;
import dev.voxgrad.medmnist.data.ChannelOrder;
import dev.voxgrad.medmnist.data.FileOptions;
import dev.voxgrad.medmnist.data.Normalization;
import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.data.VolumeLoader;
import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.data.npz.NpzFile;
import dev.voxgrad.medmnist.picture.ContentPlanes;
import dev.voxgrad.medmnist.train.Trainer;

import static org.assertj.core.api.Assertions.assertThat;

class ShowCommandTest {
    private static final int EDGE = 8;
    private static final int VOXELS = EDGE * EDGE * EDGE;

    @TempDir
    private static Path folder;

    private static Path grey;
    private static Path colour;

    @BeforeAll
    static void write() {
        grey = TestVolumes.write(folder.resolve("grey.npz"), EDGE, 1, 2, 9, 4, 5);
        colour = TestVolumes.write(folder.resolve("colour.npz"), EDGE, 3, 2, 9, 4, 5);
    }

    private static float[] array(Path npz, String name, int... shape) {
        try (NpzFile file = NpzFile.open(npz)) {
            assertThat(file.names()).containsExactly("volume", "draws");
            assertThat(file.read(name).shape()).containsExactly(shape);
            return file.read(name).toFloats();
        }
    }

    /** Returns the volume scaled and, if {@code normalised}, z-normalised, as (C,X,Y,Z). */
    private static float[] expected(Path file, int index, int channels, boolean normalised) {
        Split split =
                VolumeLoader.loadFile(file, FileOptions.NONE, warning -> {}).train();
        float[] values = new float[channels * VOXELS];
        System.arraycopy(split.values(index), 0, values, 0, values.length);
        if (normalised) {
            Normalization.zNormalize(values, 0, values.length, "train", index);
        }
        float[] planar = new float[values.length];
        ChannelOrder.toPlanar(values, 0, channels, VOXELS, planar);
        return planar;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void containsTheVolumeAsTheNetsSeeIt(int channels) {
        Path file = channels == 1 ? grey : colour;
        Path out = folder.resolve("volume-" + channels + ".npz");
        assertThat(Cli.run("show", "--npz", file, "--index", 2, "--out", out)
                        .succeeded()
                        .out())
                .contains("train volume 2", "class 0", "z-normalised")
                .doesNotContain("draw 1");
        assertThat(array(out, "volume", channels, EDGE, EDGE, EDGE)).isEqualTo(expected(file, 2, channels, true));
        assertThat(array(out, "draws", 0, channels, EDGE, EDGE, EDGE)).isEmpty();
        Cli.run("show", "--npz", file, "--index", 2, "--no-normalise", "--augment", "none", "--draws", 2, "--out", out)
                .succeeded();
        float[] volume = expected(file, 2, channels, false);
        assertThat(array(out, "volume", channels, EDGE, EDGE, EDGE)).isEqualTo(volume);
        float[] draws = array(out, "draws", 2, channels, EDGE, EDGE, EDGE);
        assertThat(Arrays.copyOf(draws, volume.length)).isEqualTo(volume);
        assertThat(Arrays.copyOfRange(draws, volume.length, 2 * volume.length)).isEqualTo(volume);
    }

    /** Draw d is what member 1 of a run receives from its loader in epoch d. */
    @Test
    void drawsEqualTrainingInputs() {
        Path out = folder.resolve("draws.npz");
        int draws = 12;
        String output = Cli.run(
                        "show",
                        "--npz",
                        colour,
                        "--index",
                        5,
                        "--augment",
                        "torchio",
                        "--draws",
                        draws,
                        "--seed",
                        9,
                        "--member",
                        1,
                        "--out",
                        out)
                .succeeded()
                .out();
        float[] shown = array(out, "draws", draws, 3, EDGE, EDGE, EDGE);
        VolumeData data = VolumeLoader.loadFile(colour, FileOptions.NONE, warning -> {});
        long seed = Trainer.seedOf(9, 1);
        int changed = 0;
        try (BatchLoader loader = new BatchLoader(
                data.train(), BatchLoader.Settings.training(data, 4, seed).withTransform(Recipe.TORCHIO.keyed(seed)))) {
            for (int epoch = 0; epoch < draws; epoch++) {
                float[] draw = Arrays.copyOfRange(shown, epoch * 3 * VOXELS, (epoch + 1) * 3 * VOXELS);
                assertThat(draw).isEqualTo(ofEpoch(loader, epoch, 5));
                boolean same = Arrays.equals(draw, expected(colour, 5, 3, true));
                changed += same ? 0 : 1;
                String line = output.lines().toList().get(1 + epoch);
                assertThat(line).startsWith("draw " + (epoch + 1) + "  ");
                assertThat(line.endsWith("unchanged") || line.endsWith("no flip"))
                        .as(line)
                        .isEqualTo(same);
            }
        }
        assertThat(changed).isBetween(4, draws);
    }

    private static float[] ofEpoch(BatchLoader loader, int epoch, int sample) {
        float[] found = null;
        for (Batch batch : loader.epoch(epoch)) {
            for (int i = 0; i < batch.size(); i++) {
                if (batch.indices()[i] == sample) {
                    found = new float[3 * VOXELS];
                    ChannelOrder.toPlanar(batch.inputs(), i * 3 * VOXELS, 3, VOXELS, found);
                }
            }
        }
        return found;
    }

    @Test
    void seedsAndMembersDrawDifferently() {
        Path out = folder.resolve("seed.npz");
        float[][] draws = new float[3][];
        for (int i = 0; i < 3; i++) {
            Cli.run(
                            "show",
                            "--npz",
                            grey,
                            "--index",
                            0,
                            "--draws",
                            8,
                            "--seed",
                            i == 1 ? 2 : 1,
                            "--member",
                            i == 2 ? 1 : 0,
                            "--out",
                            out)
                    .succeeded();
            draws[i] = array(out, "draws", 8, 1, EDGE, EDGE, EDGE);
        }
        assertThat(draws[0]).isNotEqualTo(draws[1]).isNotEqualTo(draws[2]);
        assertThat(draws[1]).isNotEqualTo(draws[2]);
    }

    /** Tiles of 14 × 8 pixels below 20 pixels of captions, of the planes with most content; black is the least value. */
    @Test
    void pictureShowsPlanesOfAllAxes() throws IOException {
        Path out = folder.resolve("picture.png");
        Cli.run("show", "--npz", grey, "--index", 3, "--augment", "none", "--draws", 1, "--out", out)
                .succeeded();
        BufferedImage image = ImageIO.read(out.toFile());
        assertThat(image.getHeight()).isEqualTo(2 * 132 + 2);
        assertThat(image.getWidth()).isEqualTo(9 * 112 + 6 * 2 + 2 * 8);
        float[] volume = expected(grey, 3, 1, true);
        float[] sorted = volume.clone();
        Arrays.sort(sorted);
        ContentPlanes planes = new ContentPlanes(volume, new VolumeShape(1, EDGE));
        for (int tile = 0; tile < 9; tile++) {
            int left = tile * 114 + tile / 3 * 6;
            int plane = planes.across(tile / 3, 3)[tile % 3];
            for (int down = 0; down < EDGE; down++) {
                for (int right = 0; right < EDGE; right++) {
                    int voxel = switch (tile / 3) {
                        case 0 -> (plane * EDGE + down) * EDGE + right;
                        case 1 -> (down * EDGE + plane) * EDGE + right;
                        default -> (down * EDGE + right) * EDGE + plane;
                    };
                    int level = Math.round(255 * (volume[voxel] - sorted[0]) / (sorted[VOXELS - 1] - sorted[0]));
                    for (int row = 0; row < 2; row++) {
                        assertThat(image.getRaster().getSample(left + 14 * right + 13, 134 * row + 20 + 14 * down, 0))
                                .isEqualTo(level);
                    }
                }
            }
        }
    }

    @Test
    void drawsVolumesInColour() throws IOException {
        Path out = folder.resolve("colours.png");
        Cli.run("show", "--npz", colour, "--index", 0, "--out", out).succeeded();
        BufferedImage image = ImageIO.read(out.toFile());
        float[] volume = expected(colour, 0, 3, true);
        float[] sorted = volume.clone();
        Arrays.sort(sorted);
        int plane = new ContentPlanes(volume, new VolumeShape(3, EDGE)).across(0, 3)[0];
        for (int channel = 0; channel < 3; channel++) {
            float value = volume[channel * VOXELS + plane * EDGE * EDGE + 3 * EDGE + 5];
            assertThat(image.getRaster().getSample(5 * 14, 20 + 3 * 14, channel))
                    .isEqualTo(Math.round(255 * (value - sorted[0]) / (sorted[sorted.length - 1] - sorted[0])));
        }
    }

    @Test
    void indexBeyondTheSplitKeepsTheOldFile() throws IOException {
        Path out = Files.writeString(folder.resolve("old.png"), "of an earlier day");
        Cli.run("show", "--npz", grey, "--split", "val", "--index", 4, "--out", out)
                .refused("--index is 4", "val has 4 volumes", "0 to 3");
        assertThat(out).hasContent("of an earlier day");
        Cli.run("show", "--npz", grey, "--index", 0, "--out", folder.resolve("none/a.png"))
                .failed("there is no folder");
    }

    @Test
    void summaryListsTheRecipes() {
        String all = Cli.run("summary", "--augment").succeeded().out();
        for (Recipe recipe : Recipe.all()) {
            String one =
                    Cli.run("summary", "--augment", recipe.flag()).succeeded().out();
            assertThat(one).isEqualTo(recipe.toText());
            assertThat(all).contains(one);
        }
    }
}
