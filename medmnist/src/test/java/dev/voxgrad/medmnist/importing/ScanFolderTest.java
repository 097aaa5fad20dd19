package dev.voxgrad.medmnist.importing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

    private static TableRow row(String file) {
        return new TableRow(2, file, List.of(0), null, null);
    }

    /** The normalised form of such a folder is the empty path, which no path starts with. */
    @ParameterizedTest
    @ValueSource(strings = {".", "./", "src/..", ""})
    void theWorkingFolderContainsScans(String images) {
        assertThatThrownBy(() -> ScanFolder.files(Path.of(images), List.of(row("none.nii"))))
                .hasMessageContaining("does not contain the scan 'none.nii' of line 2");
        assertThatThrownBy(() -> ScanFolder.files(Path.of(images), List.of(row("../none.nii"))))
                .hasMessageContaining("line 2: '../none.nii' is outside the folder of images");
    }

    @Test
    void scansOutsideTheFolderAreRefused() {
        for (String file : List.of("../none.nii", "../../none.nii", "a/../../none.nii", "/none.nii")) {
            for (Path images : List.of(folder, Path.of(".."), Path.of("src"))) {
                assertThatThrownBy(() -> ScanFolder.files(images, List.of(row(file))))
                        .hasMessageContaining("'" + file + "' is outside the folder of images");
            }
        }
    }

    /** A table may name scans by absolute paths, although the folder's is relative. */
    @Test
    void absoluteNamesAreFoundInARelativeFolder() throws IOException {
        Path relative = Path.of("").toAbsolutePath().relativize(folder.toAbsolutePath());
        Path scan = Files.createFile(folder.resolve("a.nii"));
        Files.createFile(folder.resolve("b.nii"));
        List<Path> named =
                ScanFolder.files(relative, List.of(row(scan.toAbsolutePath().toString())));
        assertThat(ScanFolder.unnamed(relative, named)).isEqualTo(1);
    }
}
