package dev.voxgrad.medmnist.importing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.voxgrad.medmnist.io.DataFileException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ScanFolderTest {
    @TempDir
    private Path folder;

    @Test
    void listsScansByNameAndPairsOnce() throws IOException {
        for (String name : List.of("c.nii", "b.NII.GZ", "a.hdr", "a.img", "d.img.gz", "d.hdr.gz", "e.npy", "f.txt")) {
            Files.createFile(folder.resolve(name));
        }
        assertThat(ScanFolder.list(folder))
                .extracting(file -> file.getFileName().toString())
                .containsExactly("a.hdr", "b.NII.GZ", "c.nii", "d.hdr.gz", "e.npy");
        assertThat(ScanFolder.unnamed(folder, List.of(folder.resolve("a.img"), folder.resolve("c.nii"))))
                .isEqualTo(3);
    }

    @Test
    void folderWithoutScansIsRefused() throws IOException {
        assertThatThrownBy(() -> ScanFolder.list(folder))
                .isInstanceOf(DataFileException.class)
                .hasMessageContainingAll("contains no scans", ".nii.gz");
        assertThatThrownBy(() -> ScanFolder.list(folder.resolve("none"))).hasMessageContaining("no such folder");
        byte[] slice = new byte[200];
        System.arraycopy(new byte[] {'D', 'I', 'C', 'M'}, 0, slice, 128, 4);
        Path file = Files.write(folder.resolve("IM1"), slice);
        assertThatThrownBy(() -> ScanFolder.list(folder))
                .hasMessageContaining("dcm2niix -z y -o NIFTI_FOLDER " + folder);
        assertThatThrownBy(() -> ScanFolder.list(file)).hasMessageContaining("is not a folder");
    }
}
