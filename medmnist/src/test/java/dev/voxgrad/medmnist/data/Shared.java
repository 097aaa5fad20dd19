package dev.voxgrad.medmnist.data;

import java.nio.file.Files;
import java.nio.file.Path;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Files that lie outside the repository: tests that need one are skipped, with the reason, where it is absent. */
final class Shared {
    private Shared() {}

    static Path file(String name) {
        Path file = Path.of(System.getProperty("voxgrad.shared", "shared"), name);
        assumeTrue(Files.exists(file), () -> "needs " + file + " (folder given by -Dvoxgrad.shared)");
        return file;
    }
}
