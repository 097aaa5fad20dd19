package dev.voxgrad.nativecheck.machine;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.UUID;

/** Finds out whether files can be created in a folder. */
public final class WritableFolder {
    private WritableFolder() {}

    /**
     * Writes a small file to the folder and deletes it, because permissions do not reveal a full or read-only disk.
     *
     * @return why that is not possible, such as "does not exist"; empty if it is possible
     */
    public static Optional<String> problem(Path folder) {
        if (!Files.isDirectory(folder)) {
            return Optional.of("does not exist");
        }
        try {
            Path trial = unused(folder);
            try {
                Files.write(trial, new byte[4096], StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            } finally {
                Files.deleteIfExists(trial);
            }
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of("is not writable (" + reason(e) + ")");
        }
    }

    /**
     * Returns an unused name in a folder. {@link Files#createTempFile} does not help here: it fails in every folder if
     * the name in java.io.tmpdir cannot be encoded in the locale's character set.
     */
    public static Path unused(Path folder) {
        return folder.resolve("voxgrad-native-check-" + UUID.randomUUID());
    }

    private static String reason(IOException e) {
        return e instanceof FileSystemException known && known.getReason() != null
                ? known.getReason()
                : e.getClass().getSimpleName();
    }
}
