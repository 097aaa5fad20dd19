package dev.voxgrad.medmnist.fuzz;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import dev.voxgrad.nativecheck.library.LibraryPath;

/** Passes files to native-check's readers of the system's answers, for the fuzzer. */
public final class SystemReaders {
    private SystemReaders() {}

    /** Reads the output of {@code ldconfig -p} and looks for a library. */
    public static void readLibraryList(Path file) throws IOException {
        List<String> lines = new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
                .lines()
                .toList();
        new LibraryPath(List.of(), LibraryPath.cache(lines), List.of(), List.of())
                .find("libcuda.so.1", List.of())
                .forEach(Path::toString);
    }

    /** Reads a list of folders, as in {@code LD_LIBRARY_PATH}. */
    public static void readFolders(Path file) throws IOException {
        LibraryPath.folders(new String(Files.readAllBytes(file), StandardCharsets.UTF_8))
                .forEach(Path::toString);
    }
}
