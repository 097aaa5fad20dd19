package dev.voxgrad.nativecheck;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

import dev.voxgrad.nativecheck.check.Rows;
import dev.voxgrad.nativecheck.check.cuda.StaleNativesCheck;
import dev.voxgrad.nativecheck.check.machine.TempExecutableCheck;
import dev.voxgrad.nativecheck.check.machine.TempFolderCheck;
import dev.voxgrad.nativecheck.library.JCudaJar;
import dev.voxgrad.nativecheck.machine.Mount;
import dev.voxgrad.nativecheck.machine.SystemText;
import dev.voxgrad.nativecheck.report.Section;

/**
 * Examines the folder for temporary files, into which JCuda extracts its native libraries.
 *
 * @param root the root of the file system that is read
 * @param jars JCuda's jars
 */
record TempFolder(Path root, List<JCudaJar> jars) {
    private static final String WRITABLE = "writable";

    Section look(Rows rows) {
        String name = Objects.requireNonNullElse(System.getProperty("java.io.tmpdir"), "");
        Optional<Path> path = SystemText.path(name).map(Path::toAbsolutePath);
        if (path.isEmpty()) {
            return rows.look(
                            WRITABLE,
                            () -> new TempFolderCheck(
                                    Path.of("?"),
                                    Optional.of("has a name that Java cannot use in this locale; set LC_ALL=C.UTF-8")))
                    .section(CudaMachine.TEMP_FOLDER);
        }
        Path folder = path.get();
        rows.look(WRITABLE, () -> TempFolderCheck.look(folder));
        if (Files.isDirectory(folder)) {
            rows.look("executable", () -> new TempExecutableCheck(folder, Mount.of(mounts(), real(folder))));
            rows.look("left natives", () -> StaleNativesCheck.look(folder, jars));
        }
        return rows.section(CudaMachine.TEMP_FOLDER);
    }

    private Path mounts() {
        Path own = root.resolve("proc/self/mounts");
        return Files.exists(own) ? own : root.resolve("proc/mounts");
    }

    private static Path real(Path folder) {
        try {
            return folder.toRealPath();
        } catch (IOException e) {
            return folder;
        }
    }
}
