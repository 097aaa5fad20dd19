package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Captures the contents of a folder, byte for byte, for comparison with a later state. */
record Contents(Map<String, String> files) {
    /** Reads all files and folders below {@code folder}, including hidden ones. */
    static Contents of(Path folder) throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.toList()) {
                files.put(
                        folder.relativize(path).toString(),
                        Files.isDirectory(path) ? "folder" : Files.readString(path, StandardCharsets.ISO_8859_1));
            }
        }
        return new Contents(files);
    }
}
