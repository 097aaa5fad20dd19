package dev.voxgrad.medmnist.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

/**
 * Describes a reader of files from elsewhere, and how to make files for it.
 *
 * @param name for reports
 * @param extension of the file that is read; some readers go by it
 * @param maker makes a file's content, whole or damaged, from chance alone
 * @param reader reads the file
 * @param documented what it may throw; everything else is a fault
 */
record Target(
        String name,
        String extension,
        Function<Chance, byte[]> maker,
        Reader reader,
        List<Class<? extends Exception>> documented) {
    /** Reads a file. */
    interface Reader {
        void read(Path file) throws Exception;
    }

    /** Writes an input where the reader finds it. */
    Path write(Path folder, byte[] input) throws IOException {
        return Files.write(folder.resolve(name + extension), input);
    }

    boolean isDocumented(Throwable thrown) {
        return documented.stream().anyMatch(type -> type.isInstance(thrown));
    }
}
