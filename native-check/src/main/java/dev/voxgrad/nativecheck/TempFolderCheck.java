package dev.voxgrad.nativecheck;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.UUID;

/**
 * Whether JCuda can extract its native libraries into the folder for temporary files.
 *
 * @param folder the folder
 * @param problem what keeps a file from being made in it, such as "does not exist"; empty where nothing does
 */
public record TempFolderCheck(Path folder, Optional<String> problem) implements Check {
    private static final String NAME = "writable";

    /** Tries the folder out with a small file, since permissions do not tell of full or read-only disks. */
    public static TempFolderCheck look(Path folder) {
        if (!Files.isDirectory(folder)) {
            return new TempFolderCheck(folder, Optional.of("does not exist"));
        }
        try {
            Path trial = unused(folder);
            try {
                Files.write(trial, new byte[4096], StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            } finally {
                Files.deleteIfExists(trial);
            }
            return new TempFolderCheck(folder, Optional.empty());
        } catch (IOException e) {
            return new TempFolderCheck(folder, Optional.of("cannot be written (" + reason(e) + ")"));
        }
    }

    /**
     * Returns a name in a folder that nobody has taken. {@link Files#createTempFile} is no help: it works in no folder
     * at all where java.io.tmpdir has a name that the locale's character set lacks.
     */
    static Path unused(Path folder) {
        return folder.resolve("voxgrad-native-check-" + UUID.randomUUID());
    }

    private static String reason(IOException e) {
        return e instanceof FileSystemException known && known.getReason() != null
                ? known.getReason()
                : e.getClass().getSimpleName();
    }

    @Override
    public Finding judge() {
        return problem.map(words -> Finding.fail(
                        NAME,
                        "the temp folder " + folder + " " + words,
                        "a folder for the native libraries that JCuda extracts",
                        "make it writable and free some space, or name another with -Djava.io.tmpdir=FOLDER"))
                .orElseGet(() -> Finding.pass(NAME, folder + " can be written"));
    }

    @Override
    public Impact impact() {
        return Impact.GPU_SOFTWARE;
    }
}
