package dev.voxgrad.medmnist.cli;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.voxgrad.medmnist.data.Shared;
import dev.voxgrad.medmnist.data.npz.NpyArray;
import dev.voxgrad.medmnist.data.npz.NpzFile;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests {@code save}, {@code montage} and {@code clean}. */
class SaveCommandTest {
    private static final int EDGE = 6;
    private static final int VOXELS = EDGE * EDGE * EDGE;
    private static final String CSV_START = "TRAIN,train0_0%1$s,0\nTRAIN,train1_1%1$s,1\n";

    @TempDir
    private static Path folder;

    private static Path grey;
    private static Path colour;

    @BeforeAll
    static void write() {
        grey = TestVolumes.write(folder.resolve("grey.npz"), EDGE, 1, 2, 5, 3, 4);
        colour = TestVolumes.write(folder.resolve("colour.npz"), EDGE, 3, 2, 5, 3, 4);
    }

    private static byte[] array(Path npz, String name) {
        try (NpzFile file = NpzFile.open(npz)) {
            return file.read(name).bytes();
        }
    }

    private static List<BufferedImage> frames(Path gif) throws IOException {
        ImageReader reader = ImageIO.getImageReadersByFormatName("gif").next();
        try (ImageInputStream in = ImageIO.createImageInputStream(gif.toFile())) {
            reader.setInput(in);
            return IntStream.range(0, reader.getNumImages(true))
                    .mapToObj(i -> frame(reader, i))
                    .toList();
        }
    }

    private static BufferedImage frame(ImageReader reader, int i) {
        try {
            return reader.read(i);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int grey(BufferedImage image, int x, int y) {
        return image.getRGB(x, y) & 0xFF;
    }

    @Test
    void savesAnimations() throws IOException {
        Path to = folder.resolve("gif");
        assertThat(Cli.run("save", "--npz", grey, "--folder", to).succeeded().out())
                .contains("Written to");
        assertThat(Files.readString(to.resolve("grey.csv")))
                .startsWith(String.format(CSV_START, ".gif"))
                .contains("VALIDATION,val2_0.gif,0\nTEST,test0_0.gif,0\n");
        List<BufferedImage> frames = frames(to.resolve("grey/val1_1.gif"));
        byte[] volumes = array(grey, "val_images");
        assertThat(frames).hasSize(EDGE);
        for (int v = 0; v < VOXELS; v++) {
            assertThat(grey(frames.get(v / EDGE / EDGE), v % EDGE, v / EDGE % EDGE))
                    .isEqualTo(volumes[VOXELS + v] & 0xFF);
        }
        Cli.run("save", "--npz", grey, "--folder", to).failed("grey.csv", "exists");
        Cli.run("save", "--npz", colour, "--folder", to).failed("3 channels", "--format nifti");
    }

    @Test
    void savesSlices() throws IOException {
        Path to = folder.resolve("png");
        Cli.run("save", "--npz", colour, "--format", "PNG", "--folder", to).succeeded();
        assertThat(Files.readString(to.resolve("colour.csv"))).startsWith(String.format(CSV_START, ""));
        byte[] volumes = array(colour, "train_images");
        for (int x = 0; x < EDGE; x++) {
            BufferedImage slice = ImageIO.read(
                    to.resolve("colour/train1_1/slice00" + x + ".png").toFile());
            int at = 3 * VOXELS + 3 * ((x * EDGE + 2) * EDGE + 4);
            for (int channel = 0; channel < 3; channel++) {
                assertThat(slice.getRaster().getSample(4, 2, channel)).isEqualTo(volumes[at + channel] & 0xFF);
            }
        }
    }

    @Test
    void importOfSavedScansIsTheSameSet() {
        requireRoundTrip(grey, "grey", EDGE, "--npz", grey);
        requireRoundTrip(colour, "colour", EDGE, "--npz", colour);
    }

    @Test
    void importOfTheSavedOfficialSetIsTheSameSet() {
        Path official = Shared.file("data/adrenalmnist3d.npz");
        requireRoundTrip(official, "adrenalmnist3d", 28, "--flag", "adrenalmnist3d", "--root", official.getParent());
    }

    private static void requireRoundTrip(Path original, String name, int edge, Object... source) {
        Path to = folder.resolve("nifti");
        Object[] save = {"save", "--format", "nifti", "--folder", to};
        Object[] words = Arrays.copyOf(save, save.length + source.length);
        System.arraycopy(source, 0, words, save.length, source.length);
        Cli.run(words).succeeded();
        Path out = folder.resolve(name + "-again.npz");
        Cli.run(
                        "import",
                        "--images",
                        to.resolve(name),
                        "--labels",
                        to.resolve(name + ".csv"),
                        "--size",
                        edge,
                        "--out",
                        out)
                .succeeded();
        try (NpzFile before = NpzFile.open(original);
                NpzFile after = NpzFile.open(out)) {
            assertThat(after.names()).isEqualTo(before.names());
            for (String array : before.names()) {
                NpyArray a = before.read(array);
                NpyArray b = after.read(array);
                assertThat(b.shape()).isEqualTo(a.shape());
                assertThat(Arrays.equals(a.toInts(), b.toInts())).as(array).isTrue();
            }
        }
    }

    @Test
    void montageShowsVolumesOnceEach() throws IOException {
        Path out = folder.resolve("montage.gif");
        assertThat(Cli.run("montage", "--npz", grey, "--split", "train", "--out", out)
                        .succeeded()
                        .out())
                .contains("5 of 5 volumes of train, 3 in a row");
        BufferedImage frame = frames(out).get(2);
        assertThat(frame.getWidth()).isEqualTo(3 * EDGE);
        byte[] volumes = array(grey, "train_images");
        boolean[] found = new boolean[5];
        for (int place = 0; place < 9; place++) {
            int[] tile = new int[EDGE * EDGE];
            for (int i = 0; i < tile.length; i++) {
                tile[i] = grey(frame, place % 3 * EDGE + i % EDGE, place / 3 * EDGE + i / EDGE);
            }
            for (int volume = 0; volume < 5; volume++) {
                boolean same = true;
                for (int i = 0; i < tile.length; i++) {
                    same &= tile[i] == (volumes[volume * VOXELS + 2 * EDGE * EDGE + i] & 0xFF);
                }
                assertThat(same && found[volume]).isFalse();
                found[volume] |= same;
            }
        }
        assertThat(found).containsOnly(true);
    }

    @Test
    void montageDependsOnTheSeed() throws IOException {
        byte[][] pictures = new byte[3][];
        for (int i = 0; i < 3; i++) {
            Path out = folder.resolve("montage" + i + ".png");
            Cli.run("montage", "--npz", colour, "--split", "train", "--length", 2, "--seed", i / 2, "--out", out)
                    .succeeded();
            pictures[i] = Files.readAllBytes(out);
        }
        assertThat(pictures[1]).isEqualTo(pictures[0]);
        assertThat(pictures[2]).isNotEqualTo(pictures[0]);
        Cli.run("montage", "--npz", colour, "--out", folder.resolve("a.gif")).failed("3 channels", ".png");
        Cli.run("montage", "--npz", grey, "--out", folder.resolve("a.jpg")).refused(".gif or .png");
        Cli.run("montage", "--npz", grey, "--length", 0, "--out", folder.resolve("a.gif"))
                .refused("--length");
    }

    @Test
    void cleanRemovesOfficialFilesOnly() throws IOException {
        Path root = Files.createDirectory(folder.resolve("root"));
        Path official = Files.copy(Shared.file("data/adrenalmnist3d.npz"), root.resolve("adrenalmnist3d.npz"));
        Path own = Files.writeString(root.resolve("organmnist3d.npz"), "my own");
        Path other = Files.writeString(root.resolve("pathmnist.npz"), "of two dimensions");
        Path part = Files.writeString(root.resolve("organmnist3d_64.npz.part"), "half");
        assertThat(Cli.run("clean", "--root", root, "--dry-run").succeeded().out())
                .contains("Would remove " + official, "Would remove " + part, "Kept " + own);
        assertThat(official).exists();
        Cli.run("clean", "--root", root).succeeded();
        assertThat(official).doesNotExist();
        assertThat(part).doesNotExist();
        assertThat(own).exists();
        assertThat(other).exists();
    }
}
