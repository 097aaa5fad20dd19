package dev.voxgrad.engine.testing;

import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Assumptions;

/** Finds golden values and real data, which are next to the project and not part of it. */
public final class SharedFiles {
    private SharedFiles() {}

    /**
     * Returns a file below the folder in the property {@code voxgrad.shared}; skips the test if it is missing.
     */
    public static Path require(String name) {
        String folder = System.getProperty("voxgrad.shared", "../../shared");
        Path file = Path.of(folder, name);
        Assumptions.assumeTrue(
                Files.isReadable(file),
                () -> "skipped: " + file + " is absent; name its folder with -Dvoxgrad.shared=FOLDER");
        return file;
    }
}
