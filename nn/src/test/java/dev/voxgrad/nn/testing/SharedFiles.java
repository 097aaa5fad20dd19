package dev.voxgrad.nn.testing;

import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Assumptions;

/** Golden values and real data, which lie beside the project and are not part of it. */
public final class SharedFiles {
    private SharedFiles() {}

    /** That file below the folder named by the property {@code voxgrad.shared}; skips the test if it is absent. */
    public static Path require(String name) {
        String folder = System.getProperty("voxgrad.shared", "../../shared");
        Path file = Path.of(folder, name);
        Assumptions.assumeTrue(
                Files.isReadable(file),
                () -> "skipped: " + file + " is absent; name its folder with -Dvoxgrad.shared=FOLDER");
        return file;
    }
}
