package dev.voxgrad.nativecheck;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * A mounted file system.
 *
 * @param point where it is mounted
 * @param options how, in the system's words; empty where the system does not tell
 */
public record Mount(Path point, Set<String> options) {
    /**
     * The file system that a folder is on, from Linux's table of mounts.
     *
     * @param table the table's file, {@code /proc/self/mounts} but for tests
     * @param folder absolute and without links
     */
    public static Mount of(Path table, Path folder) {
        Mount deepest = new Mount(folder.getRoot(), Set.of());
        for (String line : lines(table)) {
            String[] fields = line.split(" ");
            Path point = Path.of(unescape(fields[1]));
            // A later mount on the same point hides the earlier one.
            if (folder.startsWith(point) && point.getNameCount() >= deepest.point().getNameCount()) {
                deepest = new Mount(point, Set.of(fields[3].split(",")));
            }
        }
        return deepest;
    }

    /** Blanks and the like are written as a backslash and three octal digits. */
    private static String unescape(String field) {
        return field.replace("\\040", " ").replace("\\011", "\t").replace("\\134", "\\");
    }

    private static List<String> lines(Path table) {
        if (!Files.isReadable(table)) {
            return List.of();
        }
        try {
            return Files.readAllLines(table).stream().filter(line -> line.split(" ").length >= 4).toList();
        } catch (IOException e) {
            throw new UncheckedIOException("native-check: cannot read " + table, e);
        }
    }
}
