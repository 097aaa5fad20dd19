package dev.voxgrad.medmnist.data;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Reads a file whose train split has more than 2³¹ bytes, in place and through a temporary file. */
@Tag("thorough")
class LargeFilesTest {
    private static final int COUNT = 9000;
    private static final int EDGE = 64;
    private static final long ROOM = 6L << 30;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void readsTheLastVolume(boolean stored) throws IOException {
        assumeTrue(Files.getFileStore(folder).getUsableSpace() > ROOM, "requires 6 GiB in the temporary folder");
        Path file = folder.resolve("large.npz");
        write(file, stored);
        FileOptions options = new FileOptions(List.of(), Optional.empty(), false, Optional.of(Window.BYTES));
        VolumeData data = VolumeLoader.loadFile(
                file, options, Preparation.STUDY, new Loading(VolumeCache.NONE, Requirement.TRAINING, note -> {}));
        assertThat(data.train().size()).isEqualTo(COUNT);
        for (int volume : new int[] {0, 8191, 8192, COUNT - 1}) {
            assertThat(data.train().values(volume))
                    .startsWith(volume % 251 / 255f)
                    .endsWith(1);
        }
    }

    private static void write(Path file, boolean stored) throws IOException {
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            for (String split : List.of("train", "val")) {
                int count = split.equals("train") ? COUNT : 2;
                ZipEntry images = new ZipEntry(split + "_images.npy");
                if (stored) {
                    CRC32 crc = new CRC32();
                    long[] size = {0};
                    writeImages(count, new OutputStream() {
                        @Override
                        public void write(int value) {
                            throw new UnsupportedOperationException();
                        }

                        @Override
                        public void write(byte[] bytes, int from, int length) {
                            crc.update(bytes, from, length);
                            size[0] += length;
                        }
                    });
                    images.setMethod(ZipEntry.STORED);
                    images.setSize(size[0]);
                    images.setCrc(crc.getValue());
                }
                zip.putNextEntry(images);
                writeImages(count, zip);
                zip.putNextEntry(new ZipEntry(split + "_labels.npy"));
                byte[] labels = new byte[count];
                labels[1] = 1;
                zip.write(Bytes.npy("{'descr': '|u1', 'fortran_order': False, 'shape': (" + count + ",)}", labels));
            }
        }
    }

    /** Writes volumes that start with their number and end with 255. */
    private static void writeImages(int count, OutputStream out) throws IOException {
        String shape = "(" + count + ", " + EDGE + ", " + EDGE + ", " + EDGE + ")";
        byte[] header = Bytes.npy("{'descr': '|u1', 'fortran_order': False, 'shape': " + shape + "}", new byte[0]);
        out.write(header, 0, header.length);
        byte[] volume = new byte[EDGE * EDGE * EDGE];
        Arrays.fill(volume, volume.length / 2, volume.length, (byte) 255);
        for (int i = 0; i < count; i++) {
            volume[0] = (byte) (i % 251);
            out.write(volume, 0, volume.length);
        }
    }
}
