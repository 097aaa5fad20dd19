package dev.voxgrad.medmnist.data;

import java.nio.file.Files;
import java.nio.file.Path;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Finds files outside the repository: a test that needs a missing one is skipped, with the reason. */
public final class Shared {
    private Shared() {}

    public static Path file(String name) {
        Path file = Path.of(System.getProperty("voxgrad.shared", "shared"), name);
        assumeTrue(Files.exists(file), () -> "needs " + file + " (folder given by -Dvoxgrad.shared)");
        return file;
    }
}
