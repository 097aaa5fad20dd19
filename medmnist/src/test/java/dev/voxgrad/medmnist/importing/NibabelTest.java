package dev.voxgrad.medmnist.importing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.voxgrad.medmnist.data.npz.NpyArray;
import dev.voxgrad.medmnist.nifti.Affine;
import dev.voxgrad.medmnist.nifti.NiftiFile;
import dev.voxgrad.medmnist.nifti.NiftiHeader;
import dev.voxgrad.medmnist.nifti.NiftiWriter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Compares the reader and writer with nibabel, where Python has it ({@code apt-get install python3-nibabel}); the
 * property {@code voxgrad.python} names another Python than /usr/bin/python3.
 */
class NibabelTest {
    private static final String PYTHON = System.getProperty("voxgrad.python", "/usr/bin/python3");

    @TempDir
    private static Path folder;

    @BeforeAll
    static void writeScans() throws IOException, InterruptedException {
        assumeTrue(
                Files.isExecutable(Path.of(PYTHON)) && python("-c", "import nibabel") == 0,
                "needs " + PYTHON + " with nibabel");
        Path script = folder.resolve("write_scans.py");
        try (InputStream in = NiftiFile.class.getResourceAsStream("write_scans.py")) {
            Files.copy(Objects.requireNonNull(in), script);
        }
        assertThat(python(script.toString(), folder.toString())).isZero();
    }

    private static int python(String... arguments) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Stream.concat(Stream.of(PYTHON), Stream.of(arguments)).toList())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("python.log").toFile())
                .start();
        assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
        return process.exitValue();
    }

    private static List<Path> scans() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(NiftiFile::isNamedAsScan)
                    .filter(file -> Files.exists(Path.of(file + ".values.npy")))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void readsWhatNibabelReadsToTheBit() throws IOException {
        assertThat(scans()).hasSizeGreaterThanOrEqualTo(40);
        for (Path path : scans()) {
            NiftiFile file = NiftiFile.open(path);
            NiftiHeader header = file.header();
            double[] expected = NpyArray.read(Path.of(path + ".values.npy")).toDoubles();
            double[] found = new double[expected.length];
            int[] shape = header.shape();
            assertThat(header.voxels() * header.channels()).as("%s", path).isEqualTo(expected.length);
            file.read((values, channel, y, z) -> {
                for (int x = 0; x < values.length; x++) {
                    found[((x * shape[1] + y) * shape[2] + z) * header.channels() + channel] = values[x];
                }
            });
            assertThat(Arrays.equals(found, expected)).as("%s", path).isTrue();
        }
    }

    @Test
    void findsTheSameAffines() throws IOException {
        for (Path path : scans()) {
            double[] expected = NpyArray.read(Path.of(path + ".affine.npy")).toDoubles();
            Affine affine = NiftiFile.open(path).header().affine();
            for (int i = 0; i < 12; i++) {
                // A matrix product makes zeros of either sign.
                assertThat(affine.at(i / 4, i % 4) + 0.0).as("%s", path).isEqualTo(expected[i] + 0.0);
            }
        }
    }

    @Test
    void reorientsAsNibabelDoes() throws IOException {
        for (Path path : scans()) {
            Scan scan = Scan.read(path);
            NpyArray expected = NpyArray.read(Path.of(path + ".ras.npy"));
            int count = scan.channels().length;
            float[] found = new float[expected.count()];
            for (int i = 0; i < found.length; i++) {
                found[i] = scan.channels()[i % count][i / count];
            }
            assertThat(Arrays.equals(found, expected.toFloats()))
                    .as("%s, %s", path, scan.orientation())
                    .isTrue();
        }
    }

    @Test
    void nibabelReadsWhatIsWritten() throws IOException, InterruptedException {
        Affine affine = new Affine(0, -2, 0, 5, 1.5, 0, 0, -7, 0, 0, 3, 0.25);
        byte[] bytes = new byte[5 * 4 * 3];
        float[] floats = new float[bytes.length * 2];
        for (int i = 0; i < floats.length; i++) {
            bytes[i / 2] = (byte) (i * 37);
            floats[i] = i / 7f;
        }
        NiftiWriter.write(folder.resolve("bytes.nii.gz"), bytes, new int[] {5, 4, 3, 1}, affine);
        NiftiWriter.write(folder.resolve("floats.nii"), floats, new int[] {5, 4, 3, 2}, affine);
        String check = """
                import nibabel, numpy
                a = nibabel.load('%1$s/bytes.nii.gz'); b = nibabel.load('%1$s/floats.nii')
                i = numpy.arange(120)
                assert a.get_data_dtype() == numpy.uint8 and b.get_data_dtype() == numpy.float32
                assert a.header.get_zooms() == (1.5, 2, 3) and nibabel.aff2axcodes(a.affine) == ('A', 'L', 'S')
                assert numpy.array_equal(a.get_fdata().ravel(), (i[1::2] * 37).astype('uint8'))
                assert numpy.array_equal(b.get_fdata().ravel(), (i.astype('float32') / numpy.float32(7)))
                assert b.shape == (5, 4, 3, 2) and a.shape == (5, 4, 3)
                want = [[0, -2, 0, 5], [1.5, 0, 0, -7], [0, 0, 3, 0.25], [0, 0, 0, 1]]
                assert numpy.array_equal(a.affine, want) and numpy.array_equal(b.affine, want)
                """.formatted(folder);
        assertThat(python("-c", check))
                .as(Files.readString(folder.resolve("python.log")))
                .isZero();
    }
}
